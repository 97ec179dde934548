namespace Numa.Tests.Oracles;

/// <summary>Rules of the buddy lists that a random history must have come to before it proves anything.</summary>
[Flags]
internal enum ZoneRules
{
    None = 0,

    /// <summary>A freed block waited at the tail for its neighbours.</summary>
    LikelyMerge = 1,

    /// <summary>Two pageblocks of different types merged.</summary>
    MixedMerge = 1 << 1,

    /// <summary>Two free pageblocks stayed apart for their types.</summary>
    PageblocksApart = 1 << 2,

    /// <summary>A fallback took whole pageblocks.</summary>
    WholePageblock = 1 << 3,

    /// <summary>A fallback changed the tag of a pageblock that was partly used.</summary>
    Claimed = 1 << 4,

    /// <summary>A pageblock was too little alike to change its tag.</summary>
    NotClaimed = 1 << 5,

    /// <summary>A pageblock reached out of the zone.</summary>
    EdgeOfZone = 1 << 6,

    /// <summary>Movable: only small foreign blocks were left.</summary>
    SmallestForMovable = 1 << 7,

    /// <summary>A foreign block stood in a pageblock of the atomic reserve.</summary>
    StaleReserve = 1 << 8,

    /// <summary>A refill went on stealing block by block.</summary>
    StealInARow = 1 << 9,

    /// <summary>A request would rather have nothing than mix types.</summary>
    NotMixed = 1 << 10,

    /// <summary>The boost came to its limit.</summary>
    BoostLimit = 1 << 11,

    Reserved = 1 << 12,

    /// <summary>The atomic reserve was as large as it may be.</summary>
    ReserveFull = 1 << 13,

    ReserveTaken = 1 << 14,

    Unreserved = 1 << 15,

    /// <summary>A reserved block of order 10 was given back.</summary>
    LargestUnreserved = 1 << 16,
}
