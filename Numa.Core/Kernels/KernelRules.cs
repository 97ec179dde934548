namespace Numa.Core.Kernels;

/// <summary>Which zonelist orders a release knows and how it picks its default.</summary>
public enum ZonelistOrderRule
{
    /// <summary>2.6.23 to 2.6.34: size heuristic.</summary>
    SizeHeuristic,

    /// <summary>2.6.35 to 3.17: size heuristic; a node without a populated Normal zone means node order at
    /// once.</summary>
    SizeHeuristicUnlessNormalMissing,

    /// <summary>3.18 to 4.13: node order on 64 bit, zone order on 32; either selectable.</summary>
    NodeBy64Bit,

    /// <summary>4.14 and later: node order only.</summary>
    NodeOnly,
}

/// <summary>How a chosen node's load grows while fallback orders are built.</summary>
public enum NodeLoadRule
{
    /// <summary>Assigned from a value that falls with each pick; score scaled by online nodes (up to 5.15).</summary>
    DecreasingAssignment,

    /// <summary>Incremented by one (6.1 and later).</summary>
    Increment,
}

/// <summary>Distance between the min, low and high watermarks.</summary>
public enum WatermarkSpacing
{
    /// <summary>min + min/4, min + min/2 (before 4.6).</summary>
    QuarterOfMin,

    /// <summary>Steps of max(min/4, managed × watermark_scale_factor / 10000) (4.6 and later).</summary>
    ScaleFactor,
}

/// <summary>What a lowmem_reserve_ratio below one means.</summary>
public enum LowmemRatioRule
{
    /// <summary>Forced to one; reserves of empty zones are computed too (before 4.14).</summary>
    AtLeastOne,

    /// <summary>Zero switches the reserve off; empty zones have none (4.14 and later).</summary>
    ZeroIsOff,
}

/// <summary>Which column of the lowmem reserve a watermark check uses.</summary>
public enum ReserveIndexRule
{
    /// <summary>Index of the preferred zone that was found (up to 5.7).</summary>
    PreferredZone,

    /// <summary>Highest zone index that the gfp mask permits (5.8 and later).</summary>
    HighestAllowed,
}

/// <summary>Which lists a pageset has.</summary>
public enum PagesetShape
{
    /// <summary>Order 0 only, three migratetypes (before 5.14).</summary>
    OrderZero,

    /// <summary>Orders 0 to 3 with three migratetypes, order 9 with two (5.14 and later).</summary>
    OrdersToThreeAndHuge,
}

/// <summary>How a pageset's high mark and its refills and drains are sized.</summary>
public enum PagesetSizingRule
{
    /// <summary>high = 6 × batch; refill and drain one batch (before 5.14).</summary>
    SixBatches,

    /// <summary>high = low watermark / CPUs of the node; drains grow with free_factor (5.14 to 6.6).</summary>
    LowMarkPerCpu,

    /// <summary>high tuned at run time between high_min and high_max (6.7 and later).</summary>
    AutoTuned,
}

/// <summary>Where the blocks released at boot go.</summary>
public enum BootReleaseRule
{
    /// <summary>Ordinary free: head, or tail when a merge is likely (before 5.10).</summary>
    Ordinary,

    /// <summary>Always the tail (5.10 and later).</summary>
    Tail,
}

/// <summary>What happens when the requested migratetype has no free block.</summary>
public enum MigratetypeFallbackRule
{
    /// <summary>Largest block; half the pageblock free claims it; moved blocks go to the head (up to 4.13).</summary>
    StealLargest,

    /// <summary>Largest or smallest block; free and alike pages count; moved blocks go to the tail (4.14 to
    /// 6.14).</summary>
    StealThenRetry,

    /// <summary>Claim a whole pageblock, else take a single block (6.12 stable, 6.15 and later).</summary>
    ClaimThenSteal,
}

/// <summary>How the gfp flags HIGH and ATOMIC lower a watermark.</summary>
public enum ReserveFlagRule
{
    /// <summary>HIGH takes half off, HARDER a quarter of what is left (up to 6.2 mainline).</summary>
    HighAndHarder,

    /// <summary>MIN_RESERVE takes half off, NON_BLOCK a further quarter, OOM half (6.1 stable and later).</summary>
    MinReserveAndNonBlock,
}

/// <summary>Reserve for atomic allocations.</summary>
public enum HighAtomicRule
{
    /// <summary>Fixed MIGRATE_RESERVE pageblocks (up to 4.3).</summary>
    ReservePageblocks,

    /// <summary>Pageblocks on demand, 1 % + one block; all reserved pages are subtracted in checks (4.4 to
    /// 6.1).</summary>
    OnDemand,

    /// <summary>Pageblocks on demand, 1 % rounded up; free reserved pages are subtracted (6.12).</summary>
    OnDemandFreeOnly,
}

/// <summary>Where a page fault looks for a huge page when no policy interleaves.</summary>
public enum HugePagePlacement
{
    /// <summary>Like any page (up to 4.0).</summary>
    AnyNode,

    /// <summary>On the preferred node alone (4.1 to 4.19).</summary>
    ThisNodeOnly,

    /// <summary>On the preferred node without much effort; if it may reclaim, then like any page (5.4 and
    /// later).</summary>
    ThisNodeFirst,
}

/// <summary>How a watermark check makes sure of a block of the wanted order.</summary>
public enum HighOrderCheckRule
{
    /// <summary>Order by order, free pages in smaller blocks do not count, against half the mark each time (up to
    /// 4.3).</summary>
    SubtractSmallerBlocks,

    /// <summary>Some free block of a usable type is large enough (4.4 and later).</summary>
    AnySuitableBlock,
}

/// <summary>When an allocation of more than a page has memory compacted for it.</summary>
public enum CompactionRule
{
    /// <summary>Never (before 2.6.35, and where it is not configured).</summary>
    None,

    /// <summary>Before each reclaim, the first time asynchronously, and once more before it fails (up to
    /// 4.6).</summary>
    BeforeReclaim,

    /// <summary>After each reclaim, harder as it fails; costly orders before the first one too; kcompactd does it in
    /// the background (4.7 and later).</summary>
    AfterReclaim,
}

/// <summary>When the free-page counter is charged during a refill.</summary>
public enum RefillAccounting
{
    /// <summary>Once, for all pages of the refill.</summary>
    Once,

    /// <summary>Block by block (6.10 and later).</summary>
    PerBlock,
}

/// <summary>When the square-root rule for min_free_kbytes runs at boot.</summary>
public enum MinFreeInitcall
{
    /// <summary>Before transparent huge pages raise it.</summary>
    BeforeHugePages,

    /// <summary>After, and so overwrites it (4.4.0).</summary>
    AfterHugePages,
}

/// <summary>When memory that is plugged in gets its zone.</summary>
public enum HotplugZoneRule
{
    /// <summary>When it is added; going online it can change sides at the border of Normal and Movable, and the zone's
    /// span shrinks when it is removed (up to 4.12).</summary>
    WhenAdded,

    /// <summary>When it goes online; the zone's span shrinks when it goes offline (4.13 and later, the latter from
    /// 5.5).</summary>
    WhenOnline,
}

/// <summary>What <c>kernelcore=mirror</c> does where no memory is mirrored.</summary>
public enum KernelcoreMirrorRule
{
    /// <summary>Nothing: the word is not known (before 4.6), or there must be mirrored memory (6.12).</summary>
    Nothing,

    /// <summary>All memory from 4 GiB on becomes Movable (4.6 and later).</summary>
    MovableFrom4GiB,
}

/// <summary>Under which holds of a zone's lock every struct page of a larger block is checked as it is
/// taken.</summary>
/// <remarks>Source: <c>check_new_pages</c>, <c>check_pcp_refill</c>, Linux mm/page_alloc.c, from the releases' sources.
/// Elsewhere the check comes after the lock, or not at all.</remarks>
public enum TailCheckRule
{
    /// <summary>None (up to 4.6; 6.3 and later, where the check is off by default).</summary>
    None,

    /// <summary>A block that is taken directly (4.7 to 5.18).</summary>
    DirectBlocks,

    /// <summary>Blocks that refill a pageset (5.14 to 6.2).</summary>
    Refills,
}

/// <summary>How the lock of a zone is handed to the next waiter.</summary>
/// <remarks>Source: Linux arch/x86/Kconfig, ARCH_USE_QUEUED_SPINLOCKS (4.2); Boyd-Wickizer et al., "Non-scalable locks
/// are dangerous", Linux Symposium 2012.</remarks>
public enum LockHandOver
{
    /// <summary>Ticket lock: cost grows with the number of waiters (before 4.2).</summary>
    GrowsWithWaiters,

    /// <summary>Queued lock: constant cost (4.2 and later).</summary>
    Constant,
}

/// <summary>Layout of /proc/zoneinfo.</summary>
public enum ZoneinfoShape
{
    /// <summary>Every counter is the zone's (up to 4.7).</summary>
    PerZone,

    /// <summary>A node's counters stand in its first populated zone (4.8 and later).</summary>
    PerNode,

    /// <summary>With lines for boost and cma, without the scanned line and the inactive ratio (5.0 and
    /// later).</summary>
    PerNodeWithBoost,

    /// <summary>With a line for the promo mark (6.12).</summary>
    PerNodeWithPromo,
}
