using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>A populated zone as a running kernel shows it.</summary>
/// <param name="Free">Pages on the free lists.</param>
/// <param name="Marks">Without boost.</param>
/// <param name="Reserve">The lowmem reserve. Shape: index = zone index; unit: pages.</param>
public sealed record SavedZone(
    ZoneId Id,
    PageFrameNumber Start,
    PageCount Spanned,
    PageCount Present,
    PageCount Managed,
    PageCount Free,
    Watermarks Marks,
    ImmutableArray<long> Reserve)
{
    /// <summary>Free blocks by order; empty when nothing tells.</summary>
    public ImmutableArray<long> FreeBlocks { get; init; } = [];
}

/// <summary>A running machine as its /proc files show it: how it booted is not known, only what came of it.</summary>
/// <param name="Zones">Populated zones, ascending.</param>
/// <param name="Nodes">Nodes that are online, ascending.</param>
public sealed record SavedMachine(
    string Name,
    KernelRelease Release,
    ImmutableArray<SavedZone> Zones,
    ImmutableArray<NodeId> Nodes,
    CpuTopology Cpus,
    NodeDistances Distances,
    ImmutableArray<string> Notes)
{
    /// <summary>Settings that were saved too; what the marks and reserves betray goes before them.</summary>
    public MemorySettings Known { get; init; } = new();
}
