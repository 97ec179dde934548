using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>What an operation on a running machine came to.</summary>
/// <param name="Number">Its place in the plan, from 0.</param>
/// <param name="Before">The machine before it.</param>
public sealed class OperationResult(int number, MachineOperation operation, VirtualInstant began, MachineImage before)
{
    private readonly List<string> _refusals = [];

    public int Number { get; } = number;

    public MachineOperation Operation { get; } = operation;

    /// <summary>When the CPU that carries it out began.</summary>
    public VirtualInstant Began { get; } = began;

    /// <summary>When it had done its last step; null where the run was over before.</summary>
    public VirtualInstant? Ended { get; internal set; }

    /// <summary>The machine before.</summary>
    public MachineImage Before { get; } = before;

    /// <summary>The machine afterwards.</summary>
    public MachineImage After { get; internal set; } = before;

    /// <summary>Why the kernel refused, one text for each memory block or write; empty when it took all.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>Memory blocks that went online or offline.</summary>
    public int Blocks { get; internal set; }

    /// <summary>Pages that went online, offline, in or out.</summary>
    public PageCount Pages { get; internal set; }

    /// <summary>How often all zonelists were built anew.</summary>
    public int Rebuilds { get; internal set; }

    /// <summary>What the setting's file shows afterwards; null for anything but a write.</summary>
    public string? ReadsBack { get; internal set; }

    internal void Refuse(string reason) => _refusals.Add(reason);
}
