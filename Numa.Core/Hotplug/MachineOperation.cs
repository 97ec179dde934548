using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Hotplug;

/// <summary>What an operator does to a machine while it runs.</summary>
public abstract record MachineOperation
{
    private MachineOperation()
    {
    }

    /// <summary>A sysctl is written.</summary>
    public sealed record Set(SysctlWrite Write) : MachineOperation;

    /// <summary>A device with memory is plugged in.</summary>
    public sealed record Add(NodeId Node, PageRange Range) : MachineOperation;

    /// <summary>Memory goes online, block by block, lowest first.</summary>
    public sealed record Online(PageRange Range, OnlineType Type) : MachineOperation;

    /// <summary>Memory goes offline, block by block, highest first.</summary>
    public sealed record Offline(PageRange Range) : MachineOperation;

    /// <summary>Memory that is offline is unplugged.</summary>
    public sealed record Remove(PageRange Range) : MachineOperation;
}

/// <summary>When an operation begins: at an instant, or once a task has come so far.</summary>
/// <param name="At">Null where a task gives the sign.</param>
/// <param name="Task">The task that gives it.</param>
/// <param name="Operations">Allocations and frees that it does before.</param>
public sealed record PlannedOperation(
    MachineOperation Operation, VirtualInstant? At, TaskId Task = default, long Operations = 0);
