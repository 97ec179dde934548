using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;

namespace Numa.Core.Boot;

/// <summary>A node as a person describes it.</summary>
/// <param name="Memory">Installed memory; zero for a node without memory.</param>
/// <param name="Cpus">CPU numbers; empty for a node without CPUs.</param>
/// <param name="Managed">Managed pages per zone as /proc/zoneinfo prints them; zones left out are estimated.</param>
public sealed record SyntheticNode(
    ByteSize Memory, ImmutableArray<CpuId> Cpus, ImmutableDictionary<ZoneKind, PageCount> Managed)
{
    /// <summary>Where the node lies in a memory map that is given; empty: nothing says so.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End), ascending.</remarks>
    public ImmutableArray<(ulong Start, ulong End)> Ranges { get; init; } = [];
}

/// <summary>A machine as a person describes it: nodes laid out one after the other from address 0, around the
/// holes.</summary>
/// <param name="Holes">Physical address ranges [start, end) in bytes without memory, ascending.</param>
public sealed record SyntheticMachine(
    string Name,
    KernelRelease Release,
    ImmutableArray<SyntheticNode> Nodes,
    ImmutableArray<(ulong Start, ulong End)> Holes,
    NodeDistances Distances,
    MemorySettings Settings)
{
    /// <summary>Kernel parameters, as on its command line.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>The firmware's memory map, if it is known; else it is made of the nodes' sizes.</summary>
    public ImmutableArray<E820Entry> MemoryMap { get; init; } = [];

    /// <summary>What the CPU caches write-back, ascending; empty when not known.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public ImmutableArray<(ulong Start, ulong End)> WriteBack { get; init; } = [];

    /// <summary>What early boot holds and gives back once the buddy allocator runs, by who gives it back.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public ImmutableArray<(LateFreeKind Kind, ulong Start, ulong End)> LateRanges { get; init; } = [];

    public EarlyAllocatorKind EarlyAllocator { get; init; } = EarlyAllocatorKind.Memblock;

    public MemoryModelKind MemoryModel { get; init; } = MemoryModelKind.Sparse;
}
