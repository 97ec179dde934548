using Numa.Core.Addressing;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>One CPU's side of one zone: its pageset, its counter deltas, and what it knows of the zone.</summary>
/// <remarks>Made when the CPU first looks at the zone.</remarks>
public sealed class CpuZone
{
    internal CpuZone(int slot, ZoneId id, ZoneTuning tuning, Pageset pageset, PageblockTagBoard tags, long way,
        long zeroPerPage)
    {
        Slot = slot;
        Id = id;
        Tuning = tuning;
        Pageset = pageset;
        Tags = tags;
        Way = way;
        ZeroPerPage = zeroPerPage;
    }

    public int Slot { get; }

    public ZoneId Id { get; }

    public Pageset Pageset { get; }

    /// <summary>Pages of the zone that tasks of this CPU gave back.</summary>
    public long PagesFreed { get; internal set; }

    /// <summary>What the CPU knows of the zone's marks and sizes.</summary>
    public ZoneTuning Tuning { get; internal set; }

    internal PageblockTagBoard Tags { get; }

    /// <summary>Unit: virtual nanoseconds, one way.</summary>
    internal long Way { get; }

    /// <summary>Zeroing one page of the zone by this CPU. Unit: virtual nanoseconds.</summary>
    internal long ZeroPerPage { get; }

    /// <summary>The newer of the CPU's own last reply and the board record it may read.</summary>
    internal ZoneRecord View;

    /// <summary>Until then the board has nothing newer for this CPU than the view was last compared with.</summary>
    internal VirtualInstant ViewUntil;

    /// <summary>Changes of the view or of the zone's marks so far.</summary>
    internal long Seen;

    /// <summary>NR_FREE_PAGES and NR_ALLOC_BATCH deltas below the fold threshold. Unit: pages.</summary>
    internal int FreeDelta;
    internal int FairDelta;

    /// <summary>NR_ALLOC_BATCH folded by this CPU since its last visit; the next visit carries it.</summary>
    internal long FairFolded;

    /// <summary>An allocation of this CPU found the batch spent; the next visit tells the zone.</summary>
    internal bool FoundFairSpent;

    /// <summary>A walk found the zone not above its high mark; the next visit tells the zone.</summary>
    internal bool FoundBelowHigh;

    /// <summary>Seconds until an idle pageset of a remote zone is drained; 0 for never.</summary>
    internal int Expire;

    /// <summary>Pages came or went since the vmstat worker's last pass, and with them counters that are not modelled
    /// (LRU lists, page tables, NUMA hits): the worker finds something to fold.</summary>
    internal bool Touched;

    internal bool BelowHigh => View.BelowHigh || FoundBelowHigh;

    internal bool HasDeltas => FreeDelta != 0 || FairDelta != 0 || FairFolded != 0;

    internal bool FairDepleted => View.FairDepleted || (FoundFairSpent && View.FairBatch + FairFolded <= 0);
}
