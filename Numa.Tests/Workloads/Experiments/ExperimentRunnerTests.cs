using System.Collections.Immutable;
using System.Text.Json;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

public class ExperimentRunnerTests
{
    // Goal: a run played alone is the run that actors play. Method: everything that a result holds, but for who played
    // it and how long that took; with pressure, reclaim, events and several nodes in the scenarios.
    [Theory]
    [InlineData("everything-at-once", null)]
    [InlineData("page-fault-storm", "workloads.storm.operations=3000")]
    [InlineData("out-of-memory", null)]
    [InlineData("rebuild-in-mid-run", "duration=20ms")]
    [InlineData("producer-consumer", "workloads.receive.batches=50")]
    public async Task A_run_alone_is_the_run_of_actors(string name, string? setting)
    {
        var scenario = ScenarioLoader.Load(Path.Combine(ScenarioTexts.Configs, "scenarios", name + ".yaml"),
            setting is null ? [] : [Setting.Parse("--set", setting)]);
        var runner = new ScenarioRunner(TimeProvider.System);
        var options = new RunOptions(Seed: 5);
        var actors = await runner.RunAsync(scenario, options with { Host = HostKind.Actors }, CancellationToken.None);
        var alone = runner.PlayAlone(scenario, options, CancellationToken.None);
        Assert.Equal(actors.Result.Hash, alone.Result.Hash);
        Assert.Equal(Text(actors), Text(alone));

        static string Text(RunRecord run) => JsonSerializer.Serialize(new
        {
            Result = run.Result with { WallSeconds = 0, OperationsPerSecond = 0, Host = "", Actors = [] },
            run.Contention,
            Placement = run.Placement.Select(task => string.Join(' ', task.Runs)),
            Taken = run.Taken.Select(zone => string.Join(' ', zone.Amounts)),
        });
    }

    [Fact]
    public void What_comes_out_does_not_depend_on_how_many_run_side_by_side()
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 3, "workloads.storm.think", "100ns", "200ns");
        var one = SmallExperiment.Play(experiment, 1);
        Assert.Equal(6, one.Length);
        Assert.Equal(Text(one), Text(SmallExperiment.Play(experiment, 2)));
        Assert.Equal(Text(one), Text(SmallExperiment.Play(experiment, 4)));
        Assert.Equal(6, one.Select(run => run.Hash).Distinct().Count());
    }

    // Goal: an interruption costs only what was under way, and leaves every cell equally often, but for one.
    [Fact]
    public void An_interruption_keeps_what_has_ended()
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 4, "workloads.storm.think", "100ns", "200ns");
        var store = new Shelf();
        using var interrupt = new CancellationTokenSource();
        var first = new ExperimentRunner(TimeProvider.System).Play(experiment, new(1, new()), store, progress =>
        {
            if (progress.Done == 3) interrupt.Cancel();
        }, interrupt.Token);
        Assert.Equal([(0, 1), (0, 2), (1, 1)], first.Select(run => (run.Cell, (int)run.Seed)));

        var begun = new List<int>();
        var whole = new ExperimentRunner(TimeProvider.System).Play(experiment, new(2, new()), store,
            progress => begun.Add(progress.Done), CancellationToken.None);
        Assert.Equal(3, begun[0]);
        Assert.Equal(Text(SmallExperiment.Play(experiment)), Text(whole));
        Assert.Equal(8, store.Runs.Count);
    }

    [Fact]
    public void Problems_of_all_cells_come_before_the_first_run()
    {
        var text = SmallExperiment.Storm + "\noccupied: [{zone: \"0:Normal\", leave: low}]";
        var experiment = SmallExperiment.Of(text, 1, "occupied.0.zone", "0:HighMem", "0:Normal", "1:HighMem");
        var store = new Shelf();
        var error = Assert.Throws<InputException>(() => SmallExperiment.Play(experiment, 1, store));
        Assert.Equal(2, error.Problems.Count);
        Assert.Empty(store.Runs);
    }

    [Theory]
    [InlineData(true, "1", "1")]
    [InlineData(true, "1", "4")]
    [InlineData(false, "1", "3")]
    public void Seeds_that_overlap_in_part_are_refused(bool fits, string first, string second)
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 3, "seed", first, second);
        if (fits) experiment.RequireSeeds();
        else Assert.Contains("overlap", Assert.Throws<InputException>(experiment.RequireSeeds).Message);
        Assert.Equal(first == second, experiment.IsPaired);
    }

    [Fact]
    public void Metrics_of_a_run_can_be_read_by_name()
    {
        var experiment = SmallExperiment.Of(SmallExperiment.Storm, 1, "workloads.storm.think", "100ns");
        var run = Assert.Single(SmallExperiment.Play(experiment, records: true));
        var values = RunMetric.All.Zip(run.Values).ToDictionary(pair => pair.First.Name, pair => pair.Second);
        Assert.Equal(RunMetric.All.Length, values.Count);
        Assert.True(values["meanLockWaitNanoseconds"] > 0);
        Assert.Equal(0, values["failures"]);
        Assert.Equal(run.Record!.Result.LocalShare, values["localShare"]);
        Assert.InRange(values["lockShare"]!.Value, 0.01, 1);
    }

    private static string Text(IEnumerable<CellRun> runs) => JsonSerializer.Serialize(runs);

    private sealed class Shelf : IRunStore
    {
        public Dictionary<ExperimentRun, CellRun> Runs { get; } = [];

        public void Begin(Experiment experiment)
        {
        }

        public CellRun? Find(Experiment experiment, ExperimentRun run) => Runs.GetValueOrDefault(run);

        public void Keep(Experiment experiment, ExperimentRun run, CellRun ended) => Runs.Add(run, ended);
    }
}
