using System.Collections.Immutable;

namespace Numa.Core.Processes;

/// <summary>What a CPU counted during a run.</summary>
public sealed class CpuCounters(int zones)
{
    /// <summary>Allocations and frees begun by tasks.</summary>
    public long Operations => Allocations + Frees;

    public long Allocations;
    public long Frees;

    /// <summary>Allocations served from the CPU's own list without a visit.</summary>
    public long PagesetHits;

    /// <summary>Allocations that did not come from the first zone of their zonelist.</summary>
    public long Fallbacks;
    public long Failures;
    public long Visits;
    public long SignalsTaken;

    /// <summary>Allocations that found no zone above its low mark.</summary>
    public long SlowPathEntries;

    /// <summary>Times that kswapd was really woken on this CPU.</summary>
    public long KswapdWakeUps;

    /// <summary>Times that kswapd went over its node, or that it went on because it was woken while it dozed, or
    /// because the node was not balanced any more.</summary>
    /// <remarks>vmstat: pageoutrun, kswapd_low_wmark_hit_quickly, kswapd_high_wmark_hit_quickly.</remarks>
    public long PageOutRuns;
    public long KswapdLowMarkHits;
    public long KswapdHighMarkHits;

    /// <summary>Pages that kswapd freed.</summary>
    public long KswapdReclaimed;

    /// <summary>Times that a task reclaimed for itself, and the pages that it freed.</summary>
    public long AllocStalls;
    public long DirectReclaimed;

    /// <summary>Pages looked at on LRU lists.</summary>
    public long LruScanned;

    /// <summary>Pages that walks reclaimed from a near node before they took from a far one, and attempts that freed
    /// too few.</summary>
    /// <remarks>The latter is zone_reclaim_failed of vmstat.</remarks>
    public long NodeReclaimed;
    public long NodeReclaimFailures;

    /// <summary>Direct reclaimers that had to wait for kswapd.</summary>
    public long Throttled;

    /// <summary>Times that everybody's pagesets were emptied.</summary>
    public long DrainAlls;
    public long OomKills;

    /// <summary>Times that a task compacted for itself, and whether it got a page then.</summary>
    /// <remarks>vmstat: compact_stall, compact_success, compact_fail.</remarks>
    public long CompactionStalls;
    public long CompactionSuccesses;
    public long CompactionFailures;

    /// <summary>Times that kcompactd was at work.</summary>
    /// <remarks>vmstat: compact_daemon_wake.</remarks>
    public long KcompactdRuns;

    /// <summary>Pages that compaction moved to other frames.</summary>
    public long PagesMigrated;

    /// <summary>Unit: pages. Shape: index = slot of the zone.</summary>
    public long[] PagesFrom { get; } = new long[zones];

    /// <summary>Pages of allocations whose first zone this was. Shape: index = slot.</summary>
    public long[] FirstChoicePages { get; } = new long[zones];

    /// <summary>Allocations that got a block of this zone. Shape: index = slot.</summary>
    public long[] HandOuts { get; } = new long[zones];

    /// <summary>Of those, the ones whose first zone is of another node. Shape: index = slot.</summary>
    public long[] Misses { get; } = new long[zones];

    /// <summary>Allocations whose first zone this was, and that another node served. Shape: index = slot.</summary>
    public long[] Foreign { get; } = new long[zones];

    /// <summary>Interleaved allocations that the chosen node served. Shape: index = slot.</summary>
    public long[] InterleaveHits { get; } = new long[zones];

    /// <summary>The pages counted so far, as they stand.</summary>
    public PagesTaken PagesTaken => new([.. PagesFrom], [.. FirstChoicePages]);

    /// <summary>What is done so far: an allocation that is under way counts when it has ended.</summary>
    public AllocationsDone Done => new(PagesTaken, HandOuts.Sum() + Failures, Fallbacks, Failures);
}

/// <summary>Pages that a CPU had from each zone at some instant.</summary>
/// <remarks>Shape: index = slot of the zone.</remarks>
/// <param name="FirstChoice">Pages of allocations whose first zone this was.</param>
public sealed record PagesTaken(ImmutableArray<long> From, ImmutableArray<long> FirstChoice);

/// <summary>Allocations that a CPU had ended at some instant, and what came of them.</summary>
public sealed record AllocationsDone(PagesTaken Pages, long Allocations, long Fallbacks, long Failures);
