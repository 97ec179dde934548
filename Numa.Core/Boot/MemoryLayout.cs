using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Core.Boot;

/// <summary>A populated zone after early boot.</summary>
/// <param name="ManagedEstimate">Managed pages as the kernel estimates them when it builds the zonelists.</param>
/// <param name="Released">Ranges of the mass release, in order; deferred ones last.</param>
/// <param name="FreedLate">Ranges freed page by page after the watermarks were computed (initrd, init sections).</param>
public sealed record ZoneLayout(
    ZoneId Id,
    PageFrameNumber Start,
    PageCount Spanned,
    PageCount Present,
    PageCount ManagedEstimate,
    ImmutableArray<PageRange> Released,
    ImmutableArray<PageRange> FreedLate)
{
    /// <summary>Managed pages when the watermarks are first computed.</summary>
    public PageCount ManagedAtTuning => new(Released.Sum(range => range.Pages.Value));
}

/// <summary>What early boot makes of the firmware's tables: nodes, their zones, and what was released into them.</summary>
/// <param name="Zones">Populated zones, ascending by node and zone index.</param>
/// <param name="Notes">What had to be estimated, for people.</param>
public sealed record MemoryLayout(
    string Name,
    KernelRelease Release,
    ImmutableArray<NodeId> Nodes,
    CpuTopology Cpus,
    NodeDistances Distances,
    ImmutableArray<ZoneLayout> Zones,
    MemorySettings Settings,
    ImmutableArray<string> Notes);
