using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Core.Reclaim;

namespace Numa.Workloads.Measurement;

/// <summary>Reads the LRU lists and the ledgers of their locks.</summary>
internal static class LruReport
{
    /// <summary>One row for each LRU that a page ever came to; null when there is none.</summary>
    public static ImmutableArray<LruResult>? Of(IEnumerable<ZoneProcess> zones)
    {
        ImmutableArray<LruResult> used =
            [.. zones.Where(zone => zone is { Lru.IsUnused: false, LruLedger: not null }).Select(Of)];
        return used.IsEmpty ? null : used;
    }

    private static LruResult Of(ZoneProcess zone)
    {
        var sizes = new List<LruZoneSize>();
        zone.Lru!.Sizes(sizes);
        var sums = zone.LruLedger!.Cells().Where(cell => cell.Kind != ZoneVisitKind.LruSizes)
            .Select(cell => cell.Sums).ToList();
        var (visits, wait) = (sums.Sum(cell => cell.Visits), sums.Sum(cell => cell.Wait));
        return new(
            zone.Zone.Release.LruPerNode ? $"node {zone.Node}" : zone.Zone.Id.ToString(),
            sizes.Sum(size => size.Anonymous), sizes.Sum(size => size.File), sizes.Sum(size => size.Dirty),
            sizes.Sum(size => size.Writeback), zone.Lru.SwapUsed, visits, wait,
            visits == 0 ? 0 : Math.Round((double)wait / visits, 1), zone.LruLedger.MaxWait,
            sums.Sum(cell => cell.Hold));
    }
}
