using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>Why a CPU goes to a zone.</summary>
public enum ZoneVisitKind : byte
{
    /// <summary>Fill an empty list of the CPU's pageset.</summary>
    Refill,

    /// <summary>Free the coldest pages of the CPU's pageset.</summary>
    Drain,

    /// <summary>Allocate one block of an order that pagesets do not hold.</summary>
    Direct,

    /// <summary>Free one block of an order that pagesets do not hold.</summary>
    DirectFree,

    /// <summary>Fold the CPU's counter deltas (vmstat worker). Takes no lock.</summary>
    Fold,

    /// <summary>Refill the zone's fair batch. Takes no lock.</summary>
    FairReset,

    /// <summary>Only evaluate the check. Takes no lock.</summary>
    Query,

    /// <summary>Take one given block, and if it is free give another one back.</summary>
    Exchange,

    /// <summary>Set the pageblock of a page apart for atomic allocations, one of which got the page.</summary>
    Reserve,

    /// <summary>Give a pageblock set apart for atomic allocations back; with Count 1 even the last one.</summary>
    Unreserve,

    /// <summary>kswapd is done: take Count pages off the boost.</summary>
    EndBoost,

    /// <summary>Take the machine's lock number Count if it is free. Takes no lock of the zone.</summary>
    TryLock,

    /// <summary>Give the machine's lock number Count back. Takes no lock of the zone.</summary>
    Unlock,

    /// <summary>Say which free lists hold anything. Takes no lock.</summary>
    Describe,

    /// <summary>Compaction begins, unless it is deferred. Takes no lock.</summary>
    BeginCompaction,

    /// <summary>Compaction ends: the zone remembers how. Takes no lock.</summary>
    EndCompaction,

    /// <summary>Take free pages for others to move to.</summary>
    TakeTargets,

    /// <summary>Put new pages on their LRU lists. Takes the LRU lock, as the four below.</summary>
    LruAdd,

    /// <summary>Look for pages to reclaim.</summary>
    LruScan,

    /// <summary>Take pages of an ended task off their lists.</summary>
    LruRelease,

    /// <summary>Take pages of a range of frames off their lists: they are to move.</summary>
    LruIsolate,

    /// <summary>Put pages that have moved, or could not, back on their lists.</summary>
    LruPutBack,

    /// <summary>Only count the pages on the LRU. Takes no lock.</summary>
    LruSizes,

    /// <summary>A range of memory goes online.</summary>
    Online,

    /// <summary>A range that is to go offline is isolated.</summary>
    Isolate,

    /// <summary>It cannot go offline, and its isolation ends.</summary>
    EndIsolation,

    /// <summary>An isolated range, all of it free, goes offline.</summary>
    Offline,

    /// <summary>The zone is told what has become of the machine. Takes no lock.</summary>
    Retune,
}

/// <summary>One request to a zone and its reply. A CPU has one, reuses it, and does not touch it while it is
/// away.</summary>
/// <remarks>Ownership travels with the message: first the CPU's, then the zone's, then the CPU's again.</remarks>
public sealed class ZoneVisit
{
    private long[] _frames = new long[64];

    /// <summary>Round in which the message was sent; hosts keep early ones for their own next turn.</summary>
    public long Round;

    // Request
    public int Cpu;
    public int CpuNode;
    public int Zone;
    public long Sequence;
    public ulong Tie;
    public VirtualInstant Arrival;

    /// <summary>Way from the zone back to the CPU. Unit: virtual nanoseconds.</summary>
    public long Way;
    public ZoneVisitKind Kind;
    public bool HasCheck;
    public WatermarkCheck Check;
    public int Order;
    public Migratetype Type;
    public AllocationFlags Flags;
    public int Count;

    /// <summary>A walk of the CPU found the zone not above its high mark.</summary>
    public bool FoundBelowHigh;

    /// <summary>The vmstat timer sent it, not a task.</summary>
    public bool ByTimer;

    /// <summary>NR_FREE_PAGES delta that the CPU has not folded yet; travels there and back.</summary>
    public int FreeDelta;

    /// <summary>NR_ALLOC_BATCH folded by the CPU since its last visit, and the delta that is left.</summary>
    public long FairFolded;
    public int FairDelta;

    /// <summary>An allocation of the CPU found the fair batch spent.</summary>
    public bool FoundFairSpent;

    /// <summary>The CPU knew of pressure when it sent it.</summary>
    public bool UnderPressure;

    /// <summary>First frame of the block that an exchange wants.</summary>
    public long Wanted;

    /// <summary>Memory that comes or goes, or that pages are to move out of.</summary>
    public PageRange Range;

    /// <summary>Slot of the zone whose pages are to move.</summary>
    public int Vacated;

    /// <summary>What a compaction tells the zone.</summary>
    public CompactionStep Compaction;

    /// <summary>Where compaction stands; of a reply, where it came to.</summary>
    public CompactionScanners Scanners;


    /// <summary>What has become of the machine.</summary>
    public MachineFacts? Facts;
    /// <summary>What a scan of the LRU is to look at.</summary>
    public LruScan Scan;

    /// <summary>Task whose pages are released.</summary>
    public TaskId Owner;

    /// <summary>Pages for the LRU, in the order in which they are added; of a reply, pages taken off it.</summary>
    public List<LruPage> Pages { get; } = [];

    /// <summary>Is told what the zone compares and gives; null but for an allocation that is watched.</summary>
    public WalkRecorder? Recorder;

    /// <summary>Blocks to free. Shape: the order in which they are freed.</summary>
    public List<DrainedBlock> Drained { get; } = [];

    // Reply
    public VirtualInstant Stamp;

    /// <summary>Migratetypes with a free block of the order, of a zone that was to describe itself.</summary>
    /// <remarks>Shape: index = order; bit = type.</remarks>
    public System.Collections.Immutable.ImmutableArray<byte> TypesOfOrder;

    /// <summary>Runs of kswapd in a row, up to now, that freed nothing, nor did anybody else meanwhile.</summary>
    public int FutileRuns;
    public WatermarkVerdict Verdict;
    public int Taken;

    /// <summary>What a scan of the LRU found, beside the pages.</summary>
    public LruScanned Scanned;

    /// <summary>Pages on the LRU, for each of its zones.</summary>
    public List<LruZoneSize> Sizes { get; } = [];

    /// <summary>Where the wanted block of an exchange was.</summary>
    public FoundBlock Found;

    /// <summary>Of the blocks taken, those that another migratetype gave.</summary>
    public int Fallbacks;

    /// <summary>Blocks of another migratetype were broken into, and kswapd is to be woken for it.</summary>
    public bool BoostRaised;

    /// <summary>Free pages that were isolated, or are isolated no more.</summary>
    public long Moved;
    public long Wait;
    public long Hold;
    public ZoneRecord Record;

    /// <summary>Its business is with the LRU of the zone's process, and not with the zone.</summary>
    public bool IsForLru => Kind is >= ZoneVisitKind.LruAdd and <= ZoneVisitKind.LruSizes;

    /// <summary>Passed its check, or had none.</summary>
    public bool Served => Verdict.Passes;

    /// <summary>Frames of the blocks taken. Shape: at least <see cref="Count"/> long, filled to Taken.</summary>
    public Span<long> Frames => _frames;

    public void MakeRoom(int count)
    {
        if (_frames.Length < count) _frames = new long[Math.Max(count, _frames.Length * 2)];
    }

    /// <summary>Adds the pages that a request carries to its zone.</summary>
    /// <param name="pages">Shape: index = slot of the zone.</param>
    internal void CountAskedPages(long[] pages)
    {
        if (Kind is ZoneVisitKind.Drain or ZoneVisitKind.DirectFree)
        {
            foreach (var block in Drained) pages[Zone] += 1L << block.Order;
        }
        else if (Kind == ZoneVisitKind.Reserve)
        {
            pages[Zone] += 1L << Order;
        }
        else if (Kind is ZoneVisitKind.LruAdd or ZoneVisitKind.LruPutBack)
        {
            foreach (var page in Pages) pages[page.Zone]++;
        }
    }

    /// <summary>Adds the pages that a reply carries to its CPU.</summary>
    /// <remarks>An exchange is left out: who replays a trace keeps no blocks.</remarks>
    internal void CountRepliedPages(long[] pages)
    {
        if (Kind is ZoneVisitKind.Refill or ZoneVisitKind.Direct or ZoneVisitKind.TakeTargets)
            pages[Zone] += (long)Taken << Order;
        else if (Kind == ZoneVisitKind.Reserve) pages[Zone] += 1L << Order;
        else if (Kind is >= ZoneVisitKind.LruScan and <= ZoneVisitKind.LruPutBack)
        {
            foreach (var page in Pages) pages[page.Zone]++;
        }
    }

    public override string ToString() => $"{Kind} of CPU {Cpu} at zone {Zone}, order {Order}, arrival {Arrival}";
}
