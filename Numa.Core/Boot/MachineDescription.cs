using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;

namespace Numa.Core.Boot;

/// <summary>Everything about a machine that decides how its memory is laid out.</summary>
public sealed record MachineDescription
{
    public required string Name { get; init; }

    public required KernelRelease Release { get; init; }

    /// <summary>The kernel's version as it printed it; empty for a machine that never booted.</summary>
    public string Version { get; init; } = "";

    public string CommandLine { get; init; } = "";

    /// <summary>The memory map as the firmware gave it, or as the user replaced it.</summary>
    public ImmutableArray<E820Entry> MemoryMap { get; init; } = [];

    /// <summary>The user replaced the firmware's map (<c>mem=</c>, <c>memmap=</c>).</summary>
    public bool IsUserMap { get; init; }

    /// <summary>The firmware's map is lost; what the kernel listed as memory of its nodes stands in for it.</summary>
    public bool IsMapOfNodeRanges { get; init; }

    /// <summary>Changes that the kernel made to the map, in order: RAM in [Start, End) became this type.</summary>
    public ImmutableArray<E820Entry> MapEdits { get; init; } = [];

    /// <summary>Page tables have five levels.</summary>
    public bool HasFiveLevels { get; init; }

    /// <summary>What the CPU caches write-back, ascending; empty when that is not known, and then all RAM is
    /// used.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public ImmutableArray<(ulong Start, ulong End)> WriteBack { get; init; } = [];

    public SratTable Srat { get; init; } = SratTable.Empty;

    public SlitTable? Slit { get; init; }

    /// <summary>Distances between nodes when they do not come from a SLIT.</summary>
    public NodeDistances? Distances { get; init; }

    /// <summary>Nodes of <c>numa=fake</c>; empty without.</summary>
    public ImmutableArray<NodeBlock> FakeNodes { get; init; } = [];

    /// <summary>Online CPUs; 0 when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>Nodes of CPUs as the kernel announced them while it started them.</summary>
    public ImmutableSortedDictionary<CpuId, NodeId> AnnouncedCpus { get; init; } =
        ImmutableSortedDictionary<CpuId, NodeId>.Empty;

    /// <summary>What early boot reserved and freed; empty when it was not logged, and then it is estimated.</summary>
    public ImmutableArray<EarlyStep> Steps { get; init; } = [];

    /// <summary>What the log tells of early memory without having logged each request.</summary>
    public ImmutableArray<EarlyStep> Reported { get; init; } = [];

    /// <summary>Pages that each CPU's own variables take; 0 when not known.</summary>
    public long PagesPerCpu { get; init; }

    /// <summary>Memory of EFI's boot services that nobody else had reserved.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public ImmutableArray<(ulong Start, ulong End)> BootServices { get; init; } = [];

    /// <summary>The initial RAM disk.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public (ulong Start, ulong End)? RamDisk { get; init; }

    public KernelImageSizes KernelImage { get; init; } = new();

    public ImmutableArray<LateFree> LateFrees { get; init; } = [];

    /// <summary>What early boot holds and gives back once the buddy allocator runs, by who gives it back.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public ImmutableArray<(LateFreeKind Kind, ulong Start, ulong End)> LateRanges { get; init; } = [];

    public EarlyAllocatorKind EarlyAllocator { get; init; } = EarlyAllocatorKind.Memblock;

    public MemoryModelKind MemoryModel { get; init; } = MemoryModelKind.Sparse;

    /// <summary>Managed pages of zones where they are known beforehand: exactly so many are released there.</summary>
    public ImmutableDictionary<ZoneId, PageCount> Managed { get; init; } = ImmutableDictionary<ZoneId, PageCount>.Empty;

    public MemorySettings Settings { get; init; } = new();

    /// <summary>What had to be guessed while the description was made, for people.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
