using Numa.Core.Time;

namespace Numa.Core.Zones;

/// <summary>What a zone says of itself at an instant: everything that a watermark check reads.</summary>
/// <remarks>Unit: pages. The kernel reads these counters without the zone lock.</remarks>
public struct ZoneRecord
{
    /// <summary>Instant from which this record holds.</summary>
    public VirtualInstant Effect;

    /// <summary>Pages on the free lists.</summary>
    public long Free;

    /// <summary>NR_FREE_PAGES as checks read it: without the deltas that CPUs have not folded yet.</summary>
    public long Folded;

    /// <summary>NR_ALLOC_BATCH, folded (fair zone policy).</summary>
    public long FairBatch;

    /// <summary>The fair batch has run out (ZONE_FAIR_DEPLETED).</summary>
    public bool FairDepleted;

    /// <summary>A walk found the zone not above its high mark, and no drain has found it above since
    /// (ZONE_BELOW_HIGH, where pagesets tune themselves).</summary>
    public bool BelowHigh;

    /// <summary>Pages that ordinary requests may not count: reserved for atomic allocations.</summary>
    public long HighAtomicPages;

    /// <summary>Watermark boost.</summary>
    public long Boost;

    /// <summary>Bit k: a block of order k is free with type Unmovable, Movable or Reclaimable.</summary>
    public ushort OrdersOfPagesetTypes;

    /// <summary>Bit k: a block of order k is free with type HighAtomic.</summary>
    public ushort OrdersOfHighAtomic;

    public OrderCounts FreeBlocks;

    /// <summary>A CPU that knew of pressure (slow path, kswapd, node reclaim) had a part in it.</summary>
    public bool UnderPressure;
}
