using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Workloads.Experiments;

// Goal: a storm is reported as a window that ends where the low zone is drained. Method: pages over time by hand.
public class ComparisonWindowsTests
{
    private const long Window = 40_000_000;
    private const long End = 100_000_000;
    private const long Reachable = 400_889;

    [Fact]
    public void Node_order_has_two_locks_until_DMA32_is_at_its_limit()
    {
        var windows = Compare(Reachable, 0.5, 1).Windows;
        Assert.Equal(2, windows.Length);
        Assert.Equal((Reachable, Reachable), (windows[0].EndPage, windows[0].PredictedEndPage));
        Assert.Equal(0.5, windows[0].Ratio!.Value, 2);
        Assert.Equal((0.4, 0.53), (windows[0].PredictedLow!.Value, windows[0].PredictedHigh!.Value));
        Assert.Equal(1, windows[1].Ratio!.Value, 2);
        Assert.All(windows, window => Assert.False(window.Off));
    }

    [Theory]
    [InlineData(Reachable - 20_000, 0.5, 1.0, true, false)]
    [InlineData(Reachable, 0.9, 1.0, true, false)]
    [InlineData(Reachable, 0.5, 0.8, false, true)]
    public void What_is_off_is_marked_in_its_window(long drained, double inside, double after, bool first, bool second)
    {
        var windows = Compare(drained, inside, after).Windows;
        Assert.Equal((first, second), (windows[0].Off, windows[1].Off));
    }

    [Fact]
    public void A_zone_never_drained_leaves_one_window() => Assert.Null(Assert.Single(
        Compare(Reachable, 0.5, 1, window: End).Windows).EndPage);

    private static ComparisonResult Compare(long drained, double inside, double after, long window = Window)
    {
        var node = BootedScenario.Load("contention-window", "zonelistOrder=node");
        var zone = BootedScenario.Load("contention-window", "zonelistOrder=zone");
        return HandMadeRuns.Compare("zonelistOrder",
            Arm("node", node, (1, drained, window), (3, drained, window), (3, 700_000, End - window)),
            Arm("zone", zone, (1, 0, 1), (3, (long)(2 * drained * inside), window),
                (3, (long)(700_000 * after), End - window)));
    }

    /// <summary>The zones' slots on this machine: 0 DMA, 1 DMA32, 2 Normal, 3 node 1's Normal.</summary>
    private static ComparisonArm Arm(
        string value, BootedScenario booted, (int Slot, long Pages, long Span) low,
        (int Slot, long Pages, long Span) inside, (int Slot, long Pages, long Span) after)
    {
        var run = HandMadeRuns.Run(booted, 1);
        ImmutableArray<TimeBuckets> taken = [.. booted.Machine.Zones.Select(_ => new TimeBuckets(2048))];
        Spread(taken[low.Slot], 0, low.Pages, low.Span);
        Spread(taken[inside.Slot], 0, inside.Pages, inside.Span);
        Spread(taken[after.Slot], inside.Span, after.Pages, after.Span);
        return new(value, booted.Scenario,
            [run with { Taken = taken, Result = run.Result with { SimulatedNanoseconds = End } }]);
    }

    private static void Spread(TimeBuckets buckets, long from, long pages, long span)
    {
        const int Steps = 4000;
        if (span < Steps) return;
        for (var i = 0L; i < Steps; i++)
            buckets.Add(from + span * i / Steps, pages * (i + 1) / Steps - pages * i / Steps);
    }
}
