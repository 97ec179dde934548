namespace Numa.Tests.Oracles;

/// <summary>Rules of pagesets that a random history must have come to before it proves anything.</summary>
[Flags]
internal enum PagesetRules
{
    None = 0,

    /// <summary>Only one list held anything as its turn came.</summary>
    OneListLeft = 1,

    /// <summary>A drain went on with the first list behind the last.</summary>
    DrainedAround = 1 << 1,

    /// <summary>The last block was larger than what was left to drain.</summary>
    DrainedBeyond = 1 << 2,

    /// <summary>A block of order 9 was drained that is not movable.</summary>
    HugeFixed = 1 << 3,

    /// <summary>A movable block of order 9 was drained.</summary>
    HugeMovable = 1 << 4,

    /// <summary>A batch would have doubled once more.</summary>
    LargestFactor = 1 << 5,

    /// <summary>Frees of higher order in a row emptied the pageset.</summary>
    AllAtOnce = 1 << 6,

    /// <summary>The mark was below a batch.</summary>
    OneAtATime = 1 << 7,

    /// <summary>Reclaim was at work.</summary>
    Reclaim = 1 << 8,

    /// <summary>The zone was below its high mark as a list was refilled.</summary>
    BelowHigh = 1 << 9,

    /// <summary>Frees in bulk raised the mark.</summary>
    RaisedByFrees = 1 << 10,

    /// <summary>The timer lowered the mark.</summary>
    Decayed = 1 << 11,

    /// <summary>The timer drained what lay above the mark.</summary>
    DrainedByTimer = 1 << 12,
}
