using Numa.Tests.Workloads.Experiments;
using Numa.Workloads.Experiments;

namespace Numa.Tests.Acceptance;

// Goal: the one machine on which zone order clearly wins: 32 bit, Normal on node 0 alone. Method: pae-lowmem, each
// figure by its formula; no kernel was run.
public class PaeComparisonTests
{
    private const int Batch = 31;

    /// <summary>880 MiB less 136 MiB of map and 32 MiB of kernel.</summary>
    private const long Managed = 225_280 - 34_816 - 8_192;

    /// <summary>HighMem of node 0 / 32, and low: 5/4 of a share of 3452 KiB.</summary>
    private const long Left = (819_200 / 32) + 844 + 211;

    [Fact]
    public void Arithmetic_leaves_reserve_and_low_in_node_order_and_all_in_zone_order()
    {
        var (node, zone) = (Load("node"), Load("zone"));
        Assert.Equal(Managed - Left, node.Prediction!.Of("0:Normal")!.Pages);
        Assert.Equal(0, zone.Prediction!.Of("0:Normal")!.Pages);
        Assert.Equal(0, zone.Prediction.Of("0:DMA")!.Pages);

        static BootedScenario Load(string order) => BootedScenario.Load(
            "pae-lowmem", "zonelistOrder=" + order, "page-tables.count=1", "page-tables.gfp=GFP_HIGHUSER");
    }

    [Fact]
    public async Task Page_tables_fail_in_node_order_with_two_thirds_of_memory_free()
    {
        var node = await Runs.OfAsync("pae-lowmem", "zonelistOrder=node");
        var zone = await Runs.OfAsync("pae-lowmem", "zonelistOrder=zone");
        Assert.Equal(("zone", 0), ((await Runs.OfAsync("pae-lowmem", "file-cache.size=1GiB")).Result.ZonelistOrder,
            zone.Result.Failures.Length));
        var tables = Kept(node, "page-tables");
        // Down to min in Normal; then DMA gives what it need not keep from requests for Normal: 1/256 of it.
        var most = Left - 844 + 3_983 - 18 - (Managed / 256);
        Assert.InRange(tables, most - (2 * Batch) - 50, most + (2 * Batch));
        Assert.Equal(["page-tables"], node.Result.Failures.Select(failure => failure.Workload));
        Assert.Equal(49_152, Kept(zone, "page-tables"));
        Assert.True(node.Result.Zones.Sum(known => known.FreePages) > 2 * (4L << 20) / 3);
    }

    [Fact]
    public async Task Pages_by_kind_of_zone_have_the_names_of_32_bit()
    {
        var run = await Runs.OfAsync("pae-lowmem", "file-cache.size=64MiB", "page-tables.count=100");
        var names = run.Result.Vmstat.Keys.Where(name => name.StartsWith("pgalloc", StringComparison.Ordinal));
        Assert.Equal(["pgalloc_dma", "pgalloc_high", "pgalloc_movable", "pgalloc_normal"], names.Order());
        Assert.InRange(run.Result.Vmstat["pgalloc_high"], 1, (64L << 8) + Batch);
    }

    private static long Kept(RunRecord run, string workload) =>
        run.Result.Workloads.Single(known => known.Name == workload).LivePages;
}
