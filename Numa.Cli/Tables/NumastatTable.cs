using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>The NUMA counters of every node, as numastat prints them.</summary>
internal static class NumastatTable
{
    /// <summary>More nodes than this do not fit beside each other.</summary>
    private const int NodesAbreast = 7;

    public static void Write(Page page, RunResult run)
    {
        if (run.Numastat.Length < 2) return;
        page.Line();
        for (var from = 0; from < run.Numastat.Length; from += NodesAbreast)
        {
            var nodes = run.Numastat.Skip(from).Take(NodesAbreast).ToArray();
            var sheet = new Sheet(["<allocations", .. nodes.Select(node => $"node{node.Node}")]);
            Row(sheet, "numa_hit", nodes, node => node.NumaHit);
            Row(sheet, "numa_miss", nodes, node => node.NumaMiss);
            Row(sheet, "numa_foreign", nodes, node => node.NumaForeign);
            Row(sheet, "interleave_hit", nodes, node => node.InterleaveHit);
            Row(sheet, "local_node", nodes, node => node.LocalNode);
            Row(sheet, "other_node", nodes, node => node.OtherNode);
            page.Draw(sheet);
        }
    }

    private static void Row(Sheet sheet, string name, NumastatResult[] nodes, Func<NumastatResult, long> count) =>
        sheet.Row([name, .. nodes.Select(node => (Cell)Figures.Count(count(node)))]);
}
