using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Workloads.Experiments;

// Goal: a comparison states what can differ, what does, and marks what is off. Method: runs made by hand.
public class ComparisonTests
{
    private const long Normal = 15_979_223;
    private const long Moved = 401_274;
    private const long Total = 20_971_520;

    [Fact]
    public void One_node_fill_meets_its_prediction_to_the_page()
    {
        var result = OneNodeFill(0);
        Assert.Equal("notes-two-node (2 x 64 GiB)", result.Machine);
        Assert.Equal("kernel 3.10: both orders exist; its default here: zone", result.KernelLine);
        Assert.Equal(("CPUs of node 0", false), (result.Walks[0].Group, result.Walks[0].Same));
        Assert.Equal<string>(
            ["0:Normal 0:DMA32 0:DMA 1:Normal", "0:Normal 1:Normal 0:DMA32 0:DMA"], result.Walks[0].PerArm);
        Assert.Equal(("CPUs of node 1", true), (result.Walks[1].Group, result.Walks[1].Same));
        Assert.Equal(new("0:DMA32", 464_142, 0, 62_472, 396, Moved, null), Assert.Single(result.Reachable));
        var dma32 = Row(result, "pages from 0:DMA32");
        Assert.Equal((MetricBasis.Exact, "2/2 seeds", 31), (dma32.Basis, dma32.BasisNote, dma32.Tolerance));
        Assert.Equal(new(-Moved, null, null, -Moved, false) { Verdict = DifferenceVerdict.Fixed },
            Assert.Single(dma32.Differences));
        Assert.Equal(Moved, Row(result, "0:DMA32 free at end").Differences[0].Difference);
        Assert.Equal(Normal, Row(result, "first fallback").Values[0].Mean);
        Assert.Equal(new(Normal, "fill", null, Moved, Total), result.Placement);
        Assert.All(result.Metrics, metric => Assert.All(metric.Differences, one => Assert.False(one.Off)));
        Assert.False(result.IsOff);
        Assert.Empty(result.Windows);
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    public void A_difference_is_off_from_more_than_one_batch_on(long shift, bool off)
    {
        var result = OneNodeFill(shift);
        Assert.Equal(off, Row(result, "pages from 0:DMA32").Differences[0].Off);
        Assert.Equal(off, result.IsOff);
    }

    [Fact]
    public void A_reserve_above_the_zone_is_said_as_an_inequality()
    {
        var result = TwoOrders("control-db-4tib", []);
        Assert.Equal(["reserve 1029783 > managed 464142: 0:DMA32 is never usable by Normal requests",
            "reserve 1031596 > managed 3973: 0:DMA is never usable by Normal requests"],
            result.Reachable.Select(one => one.Impossible).Order(StringComparer.Ordinal));
        Assert.All(result.Reachable, one => Assert.Equal(0, one.ResultPages));
        Assert.Contains(result.Notes, note => note.Contains("zone_reclaim_mode", StringComparison.Ordinal));
        Assert.Equal(4, result.Walks.Length);
    }

    // 765565 managed - 5038 reserve - 5228 low; 464142 managed - 62472 reserve - 781 low under the marks of 4.6.
    [Theory]
    [InlineData("dma32-device", 755_299)]
    [InlineData("contention-window", 400_889)]
    public void What_can_move_follows_from_the_low_zones_terms(string name, long pages)
    {
        var reachable = Assert.Single(TwoOrders(name, []).Reachable, one => one.Zone == "0:DMA32");
        Assert.Equal((pages, null), (reachable.ResultPages, reachable.Impossible));
    }

    [Fact]
    public void Equal_walks_leave_nothing_to_differ()
    {
        var result = TwoOrders("lowmem-reserve", []);
        Assert.Equal(ReachableLaw.EveryWalkIsTheSame, Assert.Single(result.Reachable).Impossible);
        Assert.True(Assert.Single(result.Walks).Same);
    }

    [Fact]
    public void Other_settings_have_no_law_where_walks_are_equal()
    {
        var arms = new[] { "always", "never" }.Select(mode => HandMadeRuns.Arm(
            mode, BootedScenario.Load("lowmem-reserve", "transparentHugepages=" + mode), 1, _ => [])).ToArray();
        Assert.Empty(HandMadeRuns.Compare("transparentHugepages", arms).Reachable);
    }

    [Fact]
    public void A_planted_difference_stands_outside_zero_and_A_against_A_around_it()
    {
        long[] noise = [3, -2, 5, 0, -4, 1, 2, -5];
        var planted = Noisy(seed => 10_000 + noise[seed - 1], seed => 10_500 + noise[^seed]);
        var same = Noisy(seed => 10_000 + noise[seed - 1], seed => 10_000 + noise[^seed]);
        Assert.Equal((MetricBasis.Interval, "8 seeds"), (planted.Basis, planted.BasisNote));
        Assert.InRange(500, planted.Differences[0].Low!.Value, planted.Differences[0].High!.Value);
        Assert.True(planted.Differences[0].Low > 480);
        Assert.InRange(0, same.Differences[0].Low!.Value, same.Differences[0].High!.Value);
    }

    // Goal: nothing that reclaim had a part in is called exact, and what came before it still is. Method: one arm's run
    // stole pages from its 500th on.
    [Fact]
    public void Where_reclaim_took_part_only_what_came_before_is_exact()
    {
        var booted = BootedScenario.Load("one-node-fill");
        var plain = HandMadeRuns.Arm("a", booted, 2, _ => [("0:Normal", 1000)]);
        var stolen = plain with { Value = "b", Runs = [.. plain.Runs.Select(Reclaiming)] };
        var result = HandMadeRuns.Compare("zonelistOrder", plain, stolen);
        Assert.Equal((false, true), (result.Arms[0].UsedReclaimModel, result.Arms[1].UsedReclaimModel));
        var pages = result.Metrics.Single(metric => metric.Name == "pages from 0:Normal");
        Assert.Equal((MetricBasis.Model, "reclaim model after the slow path"), (pages.Basis, pages.BasisNote));
        var before = result.Metrics.Single(metric => metric.Name == "0:Normal before slow path");
        Assert.Equal((MetricBasis.Exact, 1000, 500), (before.Basis, before.Values[0].Mean, before.Values[1].Mean));
        Assert.Equal(MetricBasis.Exact, result.Metrics.Single(metric => metric.Name == "slow path entered").Basis);

        static RunRecord Reclaiming(RunRecord run) => run with
        {
            Result = run.Result with
            {
                SlowPathOperation = 501,
                UsedReclaimModel = true,
                Pressure = new(1, new(500, 0, 0, [new(0, "0:Normal", 500, 500)]),
                    new(500, 0, 0, [new(0, "0:Normal", 500, 500)])),
            },
        };
    }

    private static MetricResult Noisy(Func<int, long> first, Func<int, long> second)
    {
        var booted = BootedScenario.Load("one-node-fill", "zonelistOrder=node");
        var result = HandMadeRuns.Compare("zonelistOrder",
            HandMadeRuns.Arm("a", booted, 8, seed => [("0:Normal", first(seed))]),
            HandMadeRuns.Arm("b", booted, 8, seed => [("0:Normal", second(seed))]));
        return Row(result, "pages from 0:Normal");
    }

    private static ComparisonResult OneNodeFill(long shift)
    {
        var node = BootedScenario.Load("one-node-fill", "zonelistOrder=node");
        var zone = BootedScenario.Load("one-node-fill", "zonelistOrder=zone");
        return HandMadeRuns.Compare("machine.zonelistOrder",
            HandMadeRuns.Arm("node", node, 2, _ =>
                [("0:Normal", Normal), ("0:DMA32", Moved - shift), ("1:Normal", Total - Normal - Moved + shift)]),
            HandMadeRuns.Arm("zone", zone, 2, _ => [("0:Normal", Normal), ("1:Normal", Total - Normal)]));
    }

    private static ComparisonResult TwoOrders(string name, (string, long)[] parts) => HandMadeRuns.Compare(
        "zonelistOrder", [.. new[] { "node", "zone" }.Select(order => HandMadeRuns.Arm(
            order, BootedScenario.Load(name, "zonelistOrder=" + order), 1, _ => parts))]);

    private static MetricResult Row(ComparisonResult result, string name) =>
        result.Metrics.Single(metric => metric.Name == name);
}
