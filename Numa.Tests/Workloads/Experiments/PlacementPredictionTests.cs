namespace Numa.Tests.Workloads.Experiments;

// Goal: the arithmetic gives the figures that follow by hand from marks and reserves, and those of real kernels.
// Method: machines of configs/, booted; each expected number is derived in a comment or was measured.
public class PlacementPredictionTests
{
    // 464142 managed - 62472 reserve - 396 low = 401274 pages move; Normal 15992879 gives all but its low mark.
    [Theory]
    [InlineData("node", 15_979_223, 401_274, 4_591_023, 62_868, 15_979_223)]
    [InlineData("zone", 15_979_223, 0, 4_992_297, 464_142, 15_979_223)]
    public void One_node_fill_moves_what_DMA32_has_above_its_reserve(
        string order, long normal, long dma32, long remote, long left, long fallback)
    {
        var prediction = BootedScenario.Load("one-node-fill", "zonelistOrder=" + order).Prediction!;
        Assert.Equal(
            (normal, dma32, remote, left),
            (prediction.Of("0:Normal")!.Pages, prediction.Of("0:DMA32")!.Pages, prediction.Of("1:Normal")!.Pages,
                prediction.Of("0:DMA32")!.FreeAtEnd));
        Assert.Equal(0, prediction.Of("0:DMA")!.Pages);
        Assert.Equal((20_971_520, fallback, null, 0),
            (prediction.TotalPages, prediction.FirstFallback, prediction.FirstSlowPath, prediction.Failures));
        Assert.Equal((normal + dma32) / 20_971_520.0, prediction.LocalShare, 12);
        Assert.Equal((10.0 * (normal + dma32) + 21.0 * remote) / 20_971_520, prediction.MeanDistance, 9);
    }

    [Fact]
    public void A_reserve_above_the_zone_keeps_it_out_of_reach_in_both_orders()
    {
        var arms = new[] { "node", "zone" }
            .Select(order => BootedScenario.Load("control-db-4tib", "zonelistOrder=" + order)).ToList();
        Assert.All(arms, arm => Assert.Equal(1_029_783, arm.Tuning("0:DMA32").LowmemReserve[2].Value));
        Assert.Equal(arms[0].Prediction!.Zones.AsEnumerable(), arms[1].Prediction!.Zones);
        Assert.Equal(0, arms[0].Prediction!.Of("0:DMA32")!.Pages);
    }

    // Turns of the fair zone policy: batch high - low, rounded up to where the CPU's counter folds.
    // DMA32: 79 and threshold 60 -> 122; Normal: 2731 and threshold 120 -> 2783.
    [Fact]
    public void The_fair_policy_shares_from_the_first_page_on_in_node_order_only()
    {
        var node = BootedScenario.Load("one-node-fill-4.4", "zonelistOrder=node");
        var tuning = node.Tuning("0:DMA32");
        Assert.Equal((79, 2731), (tuning.FairBatch.Value, node.Tuning("0:Normal").FairBatch.Value));
        Assert.Equal((60, 120), (tuning.StatThreshold, node.Tuning("0:Normal").StatThreshold));
        Assert.Equal(2783, node.Prediction!.FirstFallback);
        Assert.Equal(401_274, node.Prediction.Of("0:DMA32")!.Pages);

        var early = BootedScenario.Load("one-node-fill-4.4", "zonelistOrder=node", "fill.size=4GiB").Prediction!;
        Assert.Equal(1_048_576 * 122.0 / (122 + 2783), early.Of("0:DMA32")!.Pages, 122.0);
        var zone = BootedScenario.Load("one-node-fill-4.4", "zonelistOrder=zone").Prediction!;
        Assert.Equal((0, 15_979_223), (zone.Of("0:DMA32")!.Pages, zone.FirstFallback));
    }

    // In node order the driver finds DMA32 at reserve + low and may go to min * 3/8 (high: half; cannot wait: a
    // quarter of the rest); in zone order the program never touched DMA32. DMA gives up to its reserve for DMA32.
    [Theory]
    [InlineData(8_600, 8_800, "zonelistOrder=node")]
    [InlineData(763_000, 765_000, "zonelistOrder=zone")]
    [InlineData(84_000, 86_000, "zonelistOrder=node", "vm.lowmem_reserve_ratio=256 16 32")]
    public void A_driver_below_4_GiB_fails_when_DMA32_is_at_what_its_urgency_permits(
        long least, long most, params string[] settings)
    {
        var arm = BootedScenario.Load("dma32-device", settings);
        var prediction = arm.Prediction!;
        var alone = BootedScenario.Load("dma32-device", settings) with { };
        alone = alone with { Scenario = alone.Scenario with { Workloads = alone.Scenario.Workloads[..1] } };
        var byDriver = prediction.Of("0:DMA32")!.Pages - alone.Prediction!.Of("0:DMA32")!.Pages;
        Assert.InRange(byDriver, least, most);
        var dma = prediction.Of("0:DMA")!.Pages;
        Assert.InRange(dma, 1, 3973 - arm.Tuning("0:DMA").LowmemReserve[1].Value);
        var pages = prediction.Workloads.Single(workload => workload.Name == "pages");
        Assert.Equal((1, byDriver + dma), (pages.Failures, pages.Blocks + 8 * prediction.Workloads[2].Blocks));
    }

    // Reserve is 0: no higher zone on that node. The default is zone order in 2.6.34, node order from 2.6.35 on.
    [Theory]
    [InlineData("2.6.34", 0.0)]
    [InlineData("2.6.35", 0.46)]
    public void A_node_with_low_memory_only_is_used_or_not_by_the_default(string kernel, double leastLocal)
    {
        var arm = BootedScenario.Load("small-node0", "kernel=" + kernel);
        Assert.Equal(leastLocal == 0, arm.Prediction!.LocalShare == 0);
        Assert.InRange(arm.Prediction.LocalShare, leastLocal, leastLocal + 0.02);
        if (leastLocal == 0) return;
        var all = BootedScenario.Load("small-node0", "kernel=" + kernel, "kernel-memory.size=900MiB");
        Assert.Equal(1, all.Prediction!.LocalShare);
    }

    // Free pages at which real kernels stopped, 0 where nobody measured; they refill 31 pages at a time
    // and count with a lag of up to 24.
    [Theory]
    [InlineData("spill-4.4-node", 8885, 6965, 14166)]
    [InlineData("spill-4.4-zone", 8885, 6980, 14194)]
    [InlineData("spill-3.10-zone", 8893, 6971, 14187)]
    [InlineData("spill-4.9-node", 8876, 0, 0)]
    public void Zones_stop_where_real_kernels_stopped(string name, int dma32, int normal, int remote)
    {
        // As many pages as there are above the low marks: every zone has stopped, nobody has gone below.
        var pages = BootedScenario.Load(name, "spill.size=unlimited").Prediction!.FirstSlowPath;
        var prediction = BootedScenario.Load(name, $"spill.size={4 * pages}KiB").Prediction!;
        Assert.Null(prediction.FirstSlowPath);
        Near(dma32, "0:DMA32");
        Near(normal, "0:Normal");
        Near(remote, "1:Normal");
        Assert.Equal(0, prediction.Of("0:DMA")!.Pages);

        void Near(long measured, string zone)
        {
            if (measured > 0) Assert.InRange(prediction.Of(zone)!.FreeAtEnd - measured, -24, 31 + 24);
        }
    }

    [Fact]
    public void A_request_for_one_node_fails_where_the_node_is_full()
    {
        var prediction = BootedScenario.Load("this-node-only").Prediction!;
        Assert.Equal((0, 1, 0), (prediction.TotalPages, prediction.Failures, prediction.FirstSlowPath));
    }

    [Theory]
    [InlineData("contention-window")]
    [InlineData("page-fault-storm")]
    [InlineData("producer-consumer")]
    public void What_runs_on_several_nodes_or_frees_is_not_predicted(string name) =>
        Assert.Null(BootedScenario.Load(name).Prediction);
}
