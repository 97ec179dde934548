using System.Text.Json;
using Numa.Workloads.Experiments;

namespace Numa.Tests.Workloads.Experiments;

public class KeptCellRunTests
{
    // Goal: a run that was kept is the run. Method: write, read, write again; its series of pages too, whose times have
    // a width that no result shows.
    [Fact]
    public void A_run_reads_back_figure_for_figure()
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 1, "workloads.storm.think", "100ns", "200ns");
        foreach (var run in SmallExperiment.Play(experiment, records: true))
        {
            var text = KeptCellRun.Write(experiment, run);
            var again = KeptCellRun.Read(experiment, text, _ => run.Record!.Machine);
            Assert.Equal(text, KeptCellRun.Write(experiment, again));
            Assert.Equal<double?>(run.Values, again.Values);
            foreach (var (before, after) in run.Record!.Taken.Zip(again.Record!.Taken))
            {
                Assert.Equal(before.Width, after.Width);
                Assert.Equal(before.Amounts, after.Amounts);
            }

            Assert.Equal(run.Record.Placement.Select(task => string.Join(' ', task.Runs)),
                again.Record.Placement.Select(task => string.Join(' ', task.Runs)));
        }
    }

    // Goal: no figure that somebody wrote by hand stands among those of runs. Method: one digit of each metric.
    [Fact]
    public void A_figure_that_was_changed_is_found_out()
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 1, "workloads.storm.think", "100ns", "200ns");
        var run = SmallExperiment.Play(experiment, records: true)[0];
        var text = KeptCellRun.Write(experiment, run);
        KeptCellRun.Read(experiment, text + "\n", _ => run.Record!.Machine);
        Assert.All(experiment.Metrics, metric =>
        {
            var at = text.IndexOf($"\"{metric.Name}\":", StringComparison.Ordinal) + metric.Name.Length + 3;
            if (text[at] == 'n') return;
            var changed = text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..];
            var error = Assert.Throws<JsonException>(() =>
                KeptCellRun.Read(experiment, changed, _ => run.Record!.Machine));
            Assert.Equal("it is not as it was written", error.Message);
        });
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"cell\": 7, \"hash\": \"a\", \"placementHash\": \"b\", \"metrics\": {}}")]
    [InlineData("nothing")]
    public void What_is_no_run_of_the_experiment_is_refused(string text) => Assert.Throws<JsonException>(() =>
        KeptCellRun.Read(SmallExperiment.Of(SmallExperiment.Storm, 1, "workloads.storm.think", "100ns", "200ns"), text,
            _ => throw new InvalidOperationException("no machine is needed")));
}
