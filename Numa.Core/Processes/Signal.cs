using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>What one CPU tells another.</summary>
public enum SignalKind : byte
{
    /// <summary>Run this task.</summary>
    StartTask,

    /// <summary>Blocks for a task, or a bare wake-up.</summary>
    HandOver,

    /// <summary>The time that a task wanted to sleep is over.</summary>
    WakeTask,

    /// <summary>A task that others wait for has exited.</summary>
    PredecessorExited,

    /// <summary>An allocation found no zone of this node above its low mark.</summary>
    WakeKswapd,

    /// <summary>An operation on the machine is due.</summary>
    Operate,

    /// <summary>The machine has become another.</summary>
    MachineChanged,

    /// <summary>Memory of a zone is to go offline: its pageset is to keep nothing from now on.</summary>
    EmptyPageset,

    /// <summary>It keeps nothing.</summary>
    PagesetEmptied,

    /// <summary>The time that a task wanted to sleep inside the kernel is over.</summary>
    Timer,

    /// <summary>Take everything off your pagesets, for the sender to free.</summary>
    DetachPagesets,

    /// <summary>Drain your pagesets, and say when that is done.</summary>
    DrainPagesets,

    /// <summary>Say which tasks you have: somebody looks for a victim.</summary>
    CountTasks,

    /// <summary>The answer to one of the three.</summary>
    Answer,

    /// <summary>The OOM killer chose this task.</summary>
    Kill,

    /// <summary>A direct reclaimer waits for kswapd.</summary>
    Throttled,

    /// <summary>kswapd has been through the node once more.</summary>
    EndThrottle,
}

/// <summary>An effect of one CPU on another; none is faster than the signal latency, except to the CPU
/// itself.</summary>
/// <param name="Sender">CPU, or a negative number for the workload that starts a task.</param>
/// <param name="Sequence">Ascending per sender.</param>
public sealed record Signal(
    VirtualInstant At,
    int Sender,
    long Sequence,
    int Receiver,
    SignalKind Kind,
    TaskId Task,
    TaskId From = default,
    SimulatedTask? Program = null,
    LiveBlock[]? Blocks = null,
    int Zone = 0,
    int HighestZone = 0,
    int Order = 0)
{
    /// <summary>What the machine has become.</summary>
    public MachineFacts? Facts { get; init; }

    /// <summary>What the sender took off its pagesets, in an answer.</summary>
    public DetachedList[]? Lists { get; init; }

    /// <summary>The sender's tasks, in an answer.</summary>
    public OomCandidate[]? Candidates { get; init; }

    /// <summary>The allocation that wakes kswapd does not reclaim, nor compact, itself.</summary>
    public bool CannotWait { get; init; }

    /// <summary>Round in which the message was sent.</summary>
    public long Round { get; set; }

    /// <summary>Blocks that travel in it; those of a task that it starts are the task's.</summary>
    internal IEnumerable<LiveBlock> BlocksInside() => (Blocks ?? []).Concat((Lists ?? []).SelectMany(list =>
        list.Blocks.Select(block => new LiveBlock(block.Frame, block.Order, list.Zone))));

    /// <summary>The sender knew of pressure.</summary>
    public bool UnderPressure { get; init; }

    /// <summary>Adds the pages of its blocks, and those of a task that it starts.</summary>
    /// <param name="pages">Shape: index = slot of the zone.</param>
    internal void CountPages(long[] pages)
    {
        foreach (var block in BlocksInside()) pages[block.Zone] += block.Pages;
        foreach (var block in Program?.KeptBlocks() ?? []) pages[block.Zone] += block.Pages;
    }

    /// <summary>Order in which a CPU takes signals of the same boundary.</summary>
    public static int Compare(Signal a, Signal b)
    {
        var byInstant = a.At.CompareTo(b.At);
        if (byInstant != 0) return byInstant;
        var bySender = a.Sender.CompareTo(b.Sender);
        return bySender != 0 ? bySender : a.Sequence.CompareTo(b.Sequence);
    }
}
