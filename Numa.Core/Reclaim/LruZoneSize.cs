namespace Numa.Core.Reclaim;

/// <summary>How many pages of one zone are on its LRU, by what would have to be done to take them.</summary>
/// <remarks>Unit: pages. Those under writeback are in the sums of their type.</remarks>
/// <param name="Zone">Slot of the zone.</param>
/// <param name="Dirty">File pages that must be written first.</param>
/// <param name="Writeback">Pages that the device is writing, of either type.</param>
/// <param name="HasSwap">A swap slot is left, so anonymous pages can be taken.</param>
public readonly record struct LruZoneSize(
    int Zone, long Anonymous, long File, long Dirty, long Writeback, bool HasSwap)
{
    /// <summary>Pages that reclaim could take in the end.</summary>
    /// <remarks>Source: <c>zone_reclaimable_pages</c>, Linux mm/vmscan.c.</remarks>
    public long Reclaimable => File + (HasSwap ? Anonymous : 0);
}
