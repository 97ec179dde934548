using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>How a task ended.</summary>
public enum TaskEnd
{
    /// <summary>Its program was over.</summary>
    Exited,

    /// <summary>An allocation could go on only by reclaim.</summary>
    NeedsReclaim,

    /// <summary>The OOM killer chose it.</summary>
    Killed,

    /// <summary>Memory ran out and there was nobody to kill: the kernel panics.</summary>
    Deadlocked,

    /// <summary>It waited two minutes for memory, and nothing was going to come.</summary>
    Hung,
}

/// <summary>What a CPU does to the world outside it. Implemented by the host.</summary>
public interface ICpuEffects
{
    /// <summary>The visit leaves for its zone; the CPU waits until the host brings it back by
    /// <c>Complete</c>.</summary>
    void Send(ZoneVisit visit);

    void Send(Signal signal);

    /// <summary>The task is done; whoever started it gets it back.</summary>
    void Ended(SimulatedTask task, TaskEnd end, VirtualInstant at);
}

/// <summary>Hears of allocations that were not plain hits of the pageset.</summary>
public interface IAllocationObserver
{
    /// <summary>An allocation that visited a zone, was refused by one, fell back or failed.</summary>
    /// <param name="number">Number of the allocation on its CPU, from 1.</param>
    /// <param name="zone">Slot of the zone, −1 for a failure.</param>
    /// <param name="fellBack">Served, but not by the first zone of the zonelist.</param>
    /// <param name="lockWait">Waiting for zone locks. Unit: virtual nanoseconds.</param>
    /// <param name="tried">Zones passed over before; valid during the call only.</param>
    void Allocated(
        int cpu, SimulatedTask task, AllocationRequest request, long number, VirtualInstant begin, VirtualInstant end,
        int zone, bool fellBack, long lockWait, IReadOnlyList<ZoneRefusal> tried);
}

/// <summary>The first time that a walk failed at the low mark.</summary>
/// <param name="Operation">Number of the operation on its CPU, from 1.</param>
public sealed record SlowPathEntry(
    VirtualInstant At, int Cpu, long Operation, TaskId Task, ImmutableArray<ZoneRefusal> Tried);

/// <summary>The first failure of a kind of request on a CPU, and how many followed.</summary>
public sealed class FailureTally(string workload, AllocationFailure first, long operation)
{
    public string Workload { get; } = workload;

    public AllocationFailure First { get; } = first;

    public long Operation { get; } = operation;

    public long Count { get; internal set; } = 1;
}
