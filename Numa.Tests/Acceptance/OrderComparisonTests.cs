using Numa.Workloads.Experiments;

namespace Numa.Tests.Acceptance;

// Goal: node and zone order differ where arithmetic says, by as much, and nowhere else. Method: the scenarios of
// configs/, cut down where only the last part matters: node 0's Normal begins nearly full, as whoever filled it
// before makes no difference to what follows.
public class OrderComparisonTests
{
    /// <summary>Pages of a refill.</summary>
    private const int Batch = 31;

    /// <summary>2 x 64 GiB: DMA32's managed pages less its reserve against Normal and its low mark.</summary>
    private const long Reachable = 464142 - 62472 - 396;

    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    public async Task Node_order_takes_the_reachable_part_of_DMA32_before_it_goes_remote(string kernel)
    {
        var node = await NearlyFullAsync(kernel, "node");
        var zone = await NearlyFullAsync(kernel, "zone");
        Assert.InRange(node.Zone("0:DMA32").AllocatedPages, Reachable - Batch, Reachable + Batch);
        Assert.Equal(0, zone.Zone("0:DMA32").AllocatedPages);
        Assert.InRange(zone.Zone("1:Normal").AllocatedPages - node.Zone("1:Normal").AllocatedPages,
            Reachable - 3 * Batch, Reachable + 3 * Batch);
        Assert.Equal(0, node.Result.KswapdWakeUps + zone.Result.KswapdWakeUps);
        Assert.Null(node.Result.SlowPathOperation);
    }

    [Fact]
    public async Task CPUs_of_node_1_see_no_difference_until_their_node_is_low()
    {
        var node = await NearlyFullAsync("3.10", "node", "fill.cpus=16", "fill.size=1GiB");
        var zone = await NearlyFullAsync("3.10", "zone", "fill.cpus=16", "fill.size=1GiB");
        Assert.Equal(node.Result.Hash, zone.Result.Hash);
        Assert.Equal(1, node.Result.LocalShare);
    }

    // Batches are 2731 and 79 pages; with 32 CPUs a counter is folded every 121 and 61 pages, so that a turn is
    // 23 x 121 and 2 x 61: DMA32 gets 4.2 % of node 0's pages, not the 2.8 % of the batches alone.
    [Fact]
    public async Task The_fair_pass_gives_DMA32_its_share_from_the_first_page_on()
    {
        var node = await Runs.OfAsync("one-node-fill-4.4", "fill.size=1GiB", "zonelistOrder=node");
        Assert.Equal([2783L, 122, 2783, 122], node.Placement[0].Runs.Take(4).Select(part => part.Count));
        var zone = await Runs.OfAsync("one-node-fill-4.4", "fill.size=1GiB", "zonelistOrder=zone");
        Assert.Equal(0, zone.Zone("0:DMA32").AllocatedPages);
    }

    // 112 CPUs: in zone order all of them queue for one lock, in node order half of them for another one, as long as
    // DMA32 has pages above reserve + low (62472 + 781).
    [Fact]
    public async Task Two_locks_serve_twice_as_many_until_DMA32_is_used_up()
    {
        var node = await Runs.OfAsync("contention-window", "duration=5ms", "zonelistOrder=node");
        var zone = await Runs.OfAsync("contention-window", "duration=5ms", "zonelistOrder=zone");
        Assert.InRange((double)zone.Result.Allocations / node.Result.Allocations, 0.40, 0.53);
        Assert.True(zone.Zone("1:Normal").MeanWaitNanoseconds > 2 * node.Zone("1:Normal").MeanWaitNanoseconds);

        var end = await Runs.OfTextAsync("""
            machine: ../machines/two-node-112cpu.yaml
            zonelistOrder: node
            occupied: [{zone: "0:Normal", leave: low}, {zone: "0:DMA32", leave: 83253}]
            duration: 10ms
            workloads:
              storm: {kind: storm, cpus: all, workingSet: unlimited, operations: 50000, think: 500ns}
            """, new());
        // Each CPU may pass the check once too often, and hide 70 pages in its delta of the counter.
        Assert.InRange(end.Zone("0:DMA32").FreePages, 63253 - 56 * (Batch + 70), 63253);
        Assert.True(end.Result.Placement.Single(place => (place.CpuNode, place.Zone) == (0, "1:Normal")).Pages > 0);
    }

    [Fact]
    public async Task On_a_large_node_no_order_can_use_DMA32_and_no_page_differs()
    {
        // Node 0's Normal begins full: every block has to go further along the list, where the orders part.
        const string text = """
            machine: ../machines/db-4x1tib.yaml
            occupied: [{zone: "0:Normal", leave: low}]
            workloads:
              buffer-pool: {kind: fill, cpus: 0, size: 8GiB, gfp: GFP_HIGHUSER_MOVABLE, order: 10}
            """;
        var node = await Runs.OfTextAsync(text, new(), "zonelistOrder=node");
        var zone = await Runs.OfTextAsync(text, new(), "zonelistOrder=zone");
        Assert.Equal(8L << 18, node.Zone("1:Normal").AllocatedPages);
        var dma32 = node.Machine.Zones[node.Machine.SlotOf(new(new(0), Numa.Core.Addressing.ZoneKind.DMA32))];
        Assert.True(dma32.Tuning.LowmemReserve[2].Value > dma32.Managed.Value);
        Assert.Equal(node.Placement[0].Runs, zone.Placement[0].Runs);
        Assert.Equal(node.Result.PlacementHash, zone.Result.PlacementHash);
    }

    // reserve + low - 3/8 min of DMA32, and what DMA gives besides.
    [Theory]
    [InlineData(8699, "zonelistOrder=node")]
    [InlineData(765565 - 1568, "zonelistOrder=zone")]
    [InlineData(84246, "zonelistOrder=node", "vm.lowmem_reserve_ratio=256 16 32")]
    public async Task A_device_with_32_bits_gets_what_the_program_had_to_leave(long pages, params string[] settings)
    {
        var run = await Runs.OfAsync("dma32-device", settings);
        var device = run.Result.Workloads.Single(workload => workload.Name == "pages");
        var ofDma = run.Zone("0:DMA").AllocatedPages;
        Assert.InRange(device.LivePages - ofDma, pages - 2 * Batch, pages + 2 * Batch);
        Assert.Equal(["pages", "rings"], run.Result.Failures.Select(failure => failure.Workload));
    }

    [Fact]
    public async Task The_default_order_changed_for_nodes_without_Normal()
    {
        var before = await Runs.OfAsync("small-node0", "kernel=2.6.34");
        var after = await Runs.OfAsync("small-node0", "kernel=2.6.35");
        Assert.Equal(("zone", "node"), (before.Result.ZonelistOrder, after.Result.ZonelistOrder));
        Assert.Equal(0, before.Result.LocalShare);
        var dma32 = after.Zone("0:DMA32");
        Assert.InRange(dma32.FreePages, dma32.LowPages - 2 * Batch, dma32.LowPages + 1);
        Assert.True(after.Placement[0].Runs[0].Count > 50_000, "local until low");
    }

    private static Task<RunRecord> NearlyFullAsync(string kernel, string order, params string[] settings) =>
        Runs.OfTextAsync("""
            machine: ../machines/notes-two-node.yaml
            occupied: [{zone: "0:Normal", leave: 113656}]
            workloads:
              fill: {kind: fill, cpus: 0, size: 3GiB, gfp: GFP_HIGHUSER_MOVABLE}
            """, new(), [$"kernel={kernel}", $"zonelistOrder={order}", .. settings]);

    // Goal: a seed that moves no page still shows in the hash. Method: the control case, where only think times differ.
    [Fact]
    public async Task Another_seed_leaves_another_hash_where_no_page_moves()
    {
        var first = await Runs.OfAsync("control-db-4tib", "buffer-pool.size=4GiB", "seed=1");
        var other = await Runs.OfAsync("control-db-4tib", "buffer-pool.size=4GiB", "seed=2");
        Assert.Equal(first.Result.PlacementHash, other.Result.PlacementHash);
        Assert.NotEqual(first.Result.Hash, other.Result.Hash);
    }
}
