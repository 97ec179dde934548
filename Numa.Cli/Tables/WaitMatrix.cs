using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Lock waits by who waited and where: a row per CPU, or per node when there are many CPUs.</summary>
internal static class WaitMatrix
{
    private const int CpuRows = 16;
    private const int ZoneColumns = 6;

    public static void Write(Page page, ContentionResult contention, ImmutableArray<int> cpuNodes)
    {
        if (contention.Matrix.IsEmpty) return;
        var folded = contention.Matrix.Select(cell => cell.Cpu).Distinct().Count() > CpuRows;
        var zones = Zones(contention);
        var others = contention.Matrix.Select(cell => cell.Zone).Distinct().Count() > zones.Length;
        page.Line();
        var sheet = new Sheet(
        [
            folded ? "<wait ns of node's CPUs" : "<wait ns of CPU",
            .. zones,
            .. others ? ["others"] : Array.Empty<string>(),
            "all",
        ]);
        var rows = contention.Matrix
            .GroupBy(cell => folded ? NodeOf(cell.Cpu, cpuNodes) : cell.Cpu)
            .OrderBy(row => row.Key);
        foreach (var row in rows)
        {
            sheet.Row(Cells(row.Key < 0 ? "?" : Figures.Count(row.Key), [.. row], zones, others));
        }

        sheet.Row(Cells("all", contention.Matrix, zones, others));
        page.Draw(sheet);
    }

    /// <summary>The zones that were waited for most, in the order in which the run lists them.</summary>
    private static string[] Zones(ContentionResult contention)
    {
        var most = contention.Matrix
            .GroupBy(cell => cell.Zone)
            .OrderByDescending(zone => zone.Sum(cell => cell.WaitNanoseconds))
            .ThenBy(zone => zone.Key, StringComparer.Ordinal)
            .Take(ZoneColumns)
            .Select(zone => zone.Key)
            .ToHashSet();
        return [.. contention.Matrix.Select(cell => cell.Zone).Distinct().Where(most.Contains)];
    }

    private static int NodeOf(int cpu, ImmutableArray<int> cpuNodes) => cpu < cpuNodes.Length ? cpuNodes[cpu] : -1;

    private static IEnumerable<Cell> Cells(
        string name, IReadOnlyCollection<CpuZoneResult> cells, string[] zones, bool others)
    {
        yield return name;
        foreach (var zone in zones) yield return Sum(cells.Where(cell => cell.Zone == zone));
        if (others) yield return Sum(cells.Where(cell => !zones.Contains(cell.Zone)));
        yield return Sum(cells);
    }

    private static string Sum(IEnumerable<CpuZoneResult> cells) =>
        Figures.Count(cells.Sum(cell => cell.WaitNanoseconds));
}
