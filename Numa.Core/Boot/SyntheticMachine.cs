using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Core.Boot;

/// <summary>A node as a person describes it.</summary>
/// <param name="Memory">Installed memory; zero for a node without memory.</param>
/// <param name="Cpus">CPU numbers; empty for a node without CPUs.</param>
/// <param name="Managed">Managed pages per zone as /proc/zoneinfo prints them; zones left out are estimated.</param>
public sealed record SyntheticNode(
    ByteSize Memory, ImmutableArray<CpuId> Cpus, ImmutableDictionary<ZoneKind, PageCount> Managed);

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
}
