namespace Numa.Core.Reclaim;

/// <summary>How many pages of one zone are on its LRU, by what would have to be done to take them.</summary>
/// <remarks>Unit: pages. Those under writeback are in the sums of their type.</remarks>
/// <param name="Zone">Slot of the zone.</param>
/// <param name="Dirty">File pages that must be written first.</param>
/// <param name="Writeback">Pages that the device is writing, of either type.</param>
/// <param name="Swappable">Anonymous pages that are in swap, or on their way there, and others as far as slots are
/// left, which every zone of the LRU counts as its own.</param>
public readonly record struct LruZoneSize(
    int Zone, long Anonymous, long File, long Dirty, long Writeback, long Swappable)
{
    /// <summary>Pages that reclaim could take in the end.</summary>
    /// <remarks>Source: <c>zone_reclaimable_pages</c>, Linux mm/vmscan.c, which counts all anonymous pages while a slot
    /// is left, and then none.</remarks>
    public long Reclaimable => File + Swappable;
}
