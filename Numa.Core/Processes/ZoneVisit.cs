using Numa.Core.Addressing;
using Numa.Core.Allocation;
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

    /// <summary>First frame of the block that an exchange wants.</summary>
    public long Wanted;

    /// <summary>Memory that comes or goes.</summary>
    public PageRange Range;

    /// <summary>What has become of the machine.</summary>
    public MachineFacts? Facts;

    /// <summary>Is told what the zone compares and gives; null but for an allocation that is watched.</summary>
    public WalkRecorder? Recorder;

    /// <summary>Blocks to free. Shape: the order in which they are freed.</summary>
    public List<DrainedBlock> Drained { get; } = [];

    // Reply
    public VirtualInstant Stamp;
    public WatermarkVerdict Verdict;
    public int Taken;

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
    }

    /// <summary>Adds the pages that a reply carries to its CPU.</summary>
    /// <remarks>An exchange is left out: who replays a trace keeps no blocks.</remarks>
    internal void CountRepliedPages(long[] pages)
    {
        if (Kind is ZoneVisitKind.Refill or ZoneVisitKind.Direct) pages[Zone] += (long)Taken << Order;
        else if (Kind == ZoneVisitKind.Reserve) pages[Zone] += 1L << Order;
    }

    public override string ToString() => $"{Kind} of CPU {Cpu} at zone {Zone}, order {Order}, arrival {Arrival}";
}
