using Numa.Core.Addressing;

namespace Numa.Tests.Acceptance;

// Goal: what real kernels did when one CPU touched memory beyond a zone and beyond a node, ours do too. Method: start
// the simulated machine with the free pages of a capture's first sample, touch memory until the kernel would reclaim,
// and hold both curves against each other.
public class SpillTests
{
    /// <summary>Pages of a refill: a zone that passed its check once may lose so many.</summary>
    private const int Refill = 31;

    /// <summary>Captures were sampled every 4 MiB.</summary>
    private const int TwoSamples = 8;

    private static readonly string Document =
        File.ReadAllText(Path.Combine(Workloads.ScenarioTexts.Configs, "..", "docs", "spills.md"));

    public static TheoryData<string, string> Captures => new()
    {
        { "spill-4.4-node", "spill-4.4.178-node" },
        { "spill-4.4-zone", "spill-4.4.178-zone" },
        { "spill-4.9-node", "spill-4.9.229-node" },
        { "spill-3.10-zone", "spill-3.10.108-zone" },
    };

    [Theory]
    [MemberData(nameof(Captures))]
    public void Zones_are_filled_in_the_captured_order_and_stop_at_the_captured_level(string scenario, string machine)
    {
        var captured = SpillCurve.OfCapture(machine);
        var run = SpillRun.Of(scenario, captured.Samples[0]);
        Assert.Equal(captured.Order, run.Curve.Order);
        foreach (var zone in captured.Zones.Where(zone => captured.BeginsAt(zone) is not null))
        {
            AssertNear(captured.LevelOf(zone), run.Curve.LevelOf(zone), Refill + run.LagOf(zone), zone);
            // Where the fair policy alternates, the capture begins somewhere within a turn of 1426 pages, 6 MiB.
            AssertNear(captured.BeginsAt(zone)!.Value, run.Curve.BeginsAt(zone)!.Value, 2 * TwoSamples, zone);
            AssertNear(captured.StopsAt(zone), run.Curve.StopsAt(zone), TwoSamples, zone);
            FormattableString row = $"| {zone} | {captured.LevelOf(zone)} | {run.Curve.LevelOf(zone)} | {
                captured.StopsAt(zone):F0} | {run.Curve.StopsAt(zone):F0} |";
            Assert.Contains(FormattableString.Invariant(row), Document, StringComparison.Ordinal);
        }

        Assert.Equal(captured.FreeAtEnd("0:DMA"), run.Curve.FreeAtEnd("0:DMA"));
    }

    // Every capture ends just after all zones came to their low marks: the preferred zone alone goes on, to min.
    [Theory]
    [MemberData(nameof(Captures))]
    public void The_slow_path_goes_on_in_the_preferred_zone_down_to_its_min_mark(string scenario, string machine)
    {
        var captured = SpillCurve.OfCapture(machine);
        string[] gone = [.. captured.Zones.Where(zone => captured.FreeAtEnd(zone) < captured.LevelOf(zone) - Refill)];
        Assert.Equal(["0:Normal"], gone);
        var run = SpillRun.Of(scenario, captured.Samples[0]);
        string[] filled = ["0:DMA32", "0:Normal", "1:Normal"];
        var levels = filled.Select(zone => (zone, At: run.Curve.Zones.IndexOf(zone), Level: run.Curve.LevelOf(zone)))
            .ToList();
        var beyond = run.Curve.Samples.Select(sample => levels.Find(level => sample.Free[level.At] < level.Level))
            .First(level => level.zone is not null);
        Assert.Equal("0:Normal", beyond.zone);
        foreach (var zone in run.Loop.Zones.Where(zone => zone.Zone.Id.Kind != ZoneKind.DMA))
        {
            var mark = zone.Zone.Tuning.Marks.Min.Value + zone.Zone.Tuning.LowmemReserve[(int)ZoneKind.Normal].Value;
            // After the run the vmstat worker gives back what lay in the pagesets of the other node's zone.
            Assert.InRange(zone.Latest.Folded, mark - Refill - zone.Zone.Tuning.StatThreshold, mark + Refill);
        }

        Assert.NotNull(run.Loop.Cpus[0].SlowPath);
    }

    // Measured on the same machine in runs whose samples are not in the tree: levels of node 0's Normal, its DMA32
    // and node 1's Normal, and the MiB at which the first and the second zone were left. -1: not measured.
    [Theory]
    [InlineData("spill-4.4-node", 2, "node", "1:Normal 0:Normal 0:DMA32", 6965, 8885, 14141, 3942, 5874)]
    [InlineData("spill-4.4-node", 2, "zone", "1:Normal 0:Normal 0:DMA32", 6965, 8885, 14141, 3942, 5874)]
    [InlineData("spill-3.10-zone", 2, "node", "1:Normal 0:Normal 0:DMA32", 6971, 8893, -1, -1, -1)]
    [InlineData("spill-3.10-zone", 0, "node", "0:Normal 0:DMA32 1:Normal", -1, 8893, -1, 1926, 3854)]
    [InlineData("spill-4.9-node", 0, "zone", "0:Normal 1:Normal 0:DMA32", -1, 8876, -1, 1926, 5870)]
    public void The_other_CPU_and_the_other_order_do_what_was_measured(
        string scenario, int cpu, string order, string zones, long normal, long dma32, long remote,
        int first, int second)
    {
        var machine = Captures.Single(row => (string)row[0] == scenario)[1];
        var run = SpillRun.Of(scenario, SpillCurve.OfCapture((string)machine).Samples[0],
            $"spill.cpus={cpu}", $"zonelistOrder={order}");
        Assert.Equal(zones, run.Curve.Order);
        foreach (var (zone, level) in new[] { ("0:Normal", normal), ("0:DMA32", dma32), ("1:Normal", remote) })
            if (level >= 0) AssertNear(level, run.Curve.LevelOf(zone), Refill + run.LagOf(zone), zone);
        var left = zones.Split(' ');
        // Another run touched its first MiB elsewhere than the capture that this one starts from.
        if (first >= 0) AssertNear(first, run.Curve.StopsAt(left[0]), 32, left[0]);
        if (second >= 0) AssertNear(second, run.Curve.StopsAt(left[1]), 32, left[1]);
    }

    // The fair policy of 4.4 hands out ceil((high - low) / (T + 1)) x (T + 1) pages of a zone before the next zone has
    // its turn, T being the counter's threshold: traced as 1426 of Normal and 1395 of DMA32.
    [Fact]
    public void The_fair_policy_alternates_in_runs_of_the_traced_length()
    {
        var run = SpillRun.Of("spill-4.4-node", null);
        var runs = run.Placement.Runs.TakeWhile(part => run.Curve.Zones[part.Zone] != "1:Normal").ToList();
        var full = runs.Take(runs.Count - 3).Skip(2).ToList();
        Assert.True(full.Count > 600);
        var others = full.Where(part => part.Count != (run.Curve.Zones[part.Zone] == "0:Normal" ? 1426 : 1395));
        // Once a second the vmstat worker folds the counter early: that turn is shorter by less than a threshold.
        var shorter = Assert.Single(others);
        Assert.InRange(1426 - shorter.Count, 1, 30);
    }

    private static void AssertNear(double expected, double actual, double tolerance, string zone) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance,
            $"{zone}: expected {expected} give or take {tolerance}, was {actual:F1}");
}
