using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>What is special about a memblock region.</summary>
/// <remarks>Source: <c>enum memblock_flags</c>, Linux include/linux/memblock.h.</remarks>
[Flags]
public enum MemblockFlags
{
    None = 0,
    Hotplug = 1,
    Mirror = 2,
    NoMap = 4,
    DriverManaged = 8,
    NoInit = 16,
}

/// <summary>A run of physical addresses with one node and one set of flags.</summary>
/// <remarks>Unit: bytes. Shape: [Start, End). A null node means: not known yet.</remarks>
public readonly record struct MemblockRegion(ulong Start, ulong End, NodeId? Node, MemblockFlags Flags)
{
    public ulong Size => End - Start;

    /// <summary>Its node; node 0 where nothing names one.</summary>
    public NodeId HomeNode => Node ?? new NodeId(0);

    /// <summary>Its whole pages.</summary>
    public PageRange WholePages => PageRange.Whole(Start, End);

    public bool Joins(MemblockRegion next) => End == next.Start && Node == next.Node && Flags == next.Flags;

    public override string ToString() => $"[0x{Start:x}-0x{End:x})" + (Node is { } node ? $" node {node}" : "");
}
