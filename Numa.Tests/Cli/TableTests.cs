using Numa.Cli.Execution;
using Numa.Tests.Snapshots;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>What people see. Goal: nothing in it depends on culture, terminal or luck of layout.</summary>
public class TableTests
{
    [Theory]
    [InlineData(0, "0 captures")]
    [InlineData(1, "1 capture")]
    [InlineData(1000, "1 000 captures")]
    public void One_is_counted_in_the_singular(long count, string text) =>
        Assert.Equal(text, Numa.Cli.Tables.Figures.Count(count, "capture"));

    [Theory]
    [InlineData(-0.00042, MetricUnit.Share, "-0.04 pts")]
    [InlineData(-0.042, MetricUnit.Share, "-4.2 pts")]
    [InlineData(0.00003, MetricUnit.Distance, "+0.00003")]
    [InlineData(0.2, MetricUnit.PerSecond, "+0.2 /s")]
    [InlineData(1e-12, MetricUnit.Distance, "0.000000")]
    [InlineData(0, MetricUnit.Share, "0.0 pts")]
    public void A_difference_that_is_one_is_not_printed_as_none(double difference, MetricUnit unit, string text) =>
        Assert.Equal(text, Numa.Cli.Tables.Figures.Difference(difference, unit));

    [Fact]
    public Task A_run_shows_everything_it_found() => SnapshotAsync("run", "run s.yaml", new FakeSimulator());

    [Fact]
    public Task A_run_that_is_a_what_if_on_the_wall_clock_says_so()
    {
        var run = SampleResults.Run with
        {
            Kernel = "6.12", ZonelistOrder = "zone", Counterfactual = true, Clock = "wall", Conserved = false,
            Impossible = "Linux 6.12 knows node order only",
            SlowPathOperation = null, Pressure = null, KswapdWakeUps = 0, Failures = [], WatermarkEvents = [], Notes = [],
            Threads = 1,
            Zones = [SampleResults.Run.Zones[1] with { Conserved = false }],
            Placement =
            [
                .. from node in Enumerable.Range(0, 12)
                   from zone in Enumerable.Range(0, 12)
                   select new PlacementResult(node, $"{zone}:Normal", node == zone ? 900 : 10, 0),
            ],
        };
        return SnapshotAsync("run-wall", "run s.yaml", new FakeSimulator { Outcome = With(run) }, exitCode: 1);
    }

    [Fact]
    public Task A_trace_shows_who_waited_where() => SnapshotAsync("trace", "trace s.yaml", new FakeSimulator());

    [Fact]
    public Task A_trace_of_many_cpus_is_folded_by_node_and_the_least_zones_into_others()
    {
        var cells = (from cpu in Enumerable.Range(0, 32)
                     from zone in Enumerable.Range(0, 8)
                     select new CpuZoneResult(cpu, $"{zone}:Normal", 1, 100 * zone, 1)).ToArray();
        var total = cells.Sum(cell => cell.WaitNanoseconds);
        var contention = new ContentionResult(
            cells.Length, total, cells.Length,
            [new("0:Normal", "Refill", cells.Length, 31, total - 1, cells.Length, 0)], [.. cells], [], []);
        var outcome = new RunOutcome(
            SampleResults.Run, contention, [.. Enumerable.Range(0, 32).Select(cpu => cpu / 8)], AllocationSamples.None);
        return SnapshotAsync("trace-folded", "trace s.yaml", new FakeSimulator { Outcome = outcome }, exitCode: 1);
    }

    [Fact]
    public Task A_comparison_sets_the_arms_beside_the_prediction() =>
        SnapshotAsync("compare", "compare s.yaml --vary zonelistOrder=node,zone", new FakeSimulator());

    [Fact]
    public Task A_comparison_marks_what_is_off_and_says_why_no_difference_is_possible() =>
        SnapshotAsync(
            "compare-odd", "compare s.yaml --vary zonelistOrder=node,zone,default",
            new FakeSimulator { Comparison = SampleResults.OddComparison }, exitCode: 1);

    [Fact]
    public async Task Under_the_wall_clock_nothing_is_called_exact()
    {
        var wall = new FakeSimulator { Comparison = SampleResults.Comparison with { Clock = "wall" } };
        var comparison = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c", wall);
        Assert.Contains("measured", comparison.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("exact", comparison.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("MODEL", comparison.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_rounds_were_checked_says_so()
    {
        const string Rounds = "conserved yes, at every round's end too   hash";
        var run = SampleResults.Outcome.Run;
        var checkedRun = new FakeSimulator { Outcome = With(run with { Checked = true }) };
        var plain = new FakeSimulator { Outcome = With(run with { Checked = false }) };
        Assert.Contains(Rounds, (await CommandLineRun.OfAsync("run s.yaml", checkedRun)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Rounds, (await CommandLineRun.OfAsync("run s.yaml", plain)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_gets_colours_and_blocks()
    {
        var odd = new FakeSimulator { Comparison = SampleResults.OddComparison };
        var comparison = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c", odd, rich: true);
        Assert.Contains("\u001b[", comparison.Output, StringComparison.Ordinal);
        Assert.Contains("+64 !", comparison.Output, StringComparison.Ordinal);
        var trace = await CommandLineRun.OfAsync("trace s.yaml", rich: true);
        Assert.Contains('█', trace.Output);
    }

    private static RunOutcome With(RunResult run) => SampleResults.Outcome with { Run = run };

    private static async Task SnapshotAsync(string name, string line, FakeSimulator simulator, int exitCode = 0)
    {
        var run = await CommandLineRun.OfAsync(line, simulator);
        Snapshot.Matches(name, run.Output);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.All(run.Output, letter => Assert.True(letter is '\n' or (>= ' ' and <= '~'), $"not ASCII: {letter}"));
        Assert.All(run.Output.Split('\n'), text => Assert.True(text.Length <= 120, text));
        Assert.All(run.Output.Split('\n'), text => Assert.Equal(text.TrimEnd(), text));
        var abroad = await ForeignCulture.WithinAsync(() => CommandLineRun.OfAsync(line, simulator));
        Assert.Equal(run.Output, abroad.Output);
    }
}
