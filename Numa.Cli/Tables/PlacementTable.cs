using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Which zones the CPUs of each node got pages from, and how many were first choices.</summary>
internal static class PlacementTable
{
    /// <summary>More nodes than this leave room for shares only.</summary>
    private const int NodesWithCounts = 3;

    /// <summary>More nodes than this do not fit beside each other.</summary>
    private const int NodesAbreast = 9;

    public static void Write(Page page, RunResult run)
    {
        page.Line();
        if (run.Placement.IsEmpty)
        {
            page.Line("  no page was allocated");
            return;
        }

        page.Line($"  local share {Figures.Percent(run.LocalShare)}, mean SLIT distance "
            + $"{Figures.Fixed(run.MeanDistance, 2)} (placement at allocation; balancing is off)");
        var nodes = run.Placement.Select(cell => cell.CpuNode).Distinct().Order().ToArray();
        for (var from = 0; from < nodes.Length; from += NodesAbreast)
        {
            var abreast = nodes.Skip(from).Take(NodesAbreast).ToArray();
            page.Draw(Lay(run, abreast, nodes.Length <= NodesWithCounts));
        }
    }

    private static Sheet Lay(RunResult run, int[] nodes, bool counts)
    {
        var sheet = new Sheet(
        [
            "<pages from",
            .. nodes.SelectMany(node => counts ? [$"CPUs of node {node}", "share"] : new[] { $"CPUs n{node}" }),
            "as first choice",
        ]);
        var totals = nodes.ToDictionary(
            node => node, node => run.Placement.Where(cell => cell.CpuNode == node).Sum(cell => cell.Pages));
        foreach (var zone in run.Placement.GroupBy(cell => cell.Zone))
        {
            var pages = zone.GroupBy(cell => cell.CpuNode)
                .ToDictionary(cells => cells.Key, cells => cells.Sum(cell => cell.Pages));
            sheet.Row(
            [
                zone.Key,
                .. nodes.SelectMany(node =>
                {
                    var got = pages.GetValueOrDefault(node);
                    Cell share = Figures.Share(got, totals[node]);
                    return counts ? [Figures.Count(got), share] : new[] { share };
                }),
                Figures.Count(zone.Sum(cell => cell.FirstChoicePages)),
            ]);
        }

        return sheet;
    }
}
