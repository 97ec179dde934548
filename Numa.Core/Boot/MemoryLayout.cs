using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>A populated zone after early boot.</summary>
/// <param name="ManagedEstimate">Managed pages as the kernel estimates them when it builds the zonelists.</param>
/// <param name="Released">Ranges of the mass release, in order; deferred ones last.</param>
/// <param name="FreedLate">Ranges freed page by page after the watermarks were computed (initrd, init
/// sections).</param>
public sealed record ZoneLayout(
    ZoneId Id,
    PageFrameNumber Start,
    PageCount Spanned,
    PageCount Present,
    PageCount ManagedEstimate,
    ImmutableArray<PageRange> Released,
    ImmutableArray<PageRange> FreedLate)
{
    /// <summary>Ranges freed page by page after the mass release and before the watermarks were computed.</summary>
    public ImmutableArray<PageRange> FreedEarly { get; init; } = [];

    /// <summary>Ranges freed after the watermarks were first computed and before huge pages raised them.</summary>
    public ImmutableArray<PageRange> FreedBeforeHugePages { get; init; } = [];

    /// <summary>Gigantic pages taken from early memory: managed, though never free.</summary>
    public PageCount GiganticPages { get; init; }

    /// <summary>Gigantic pages are counted before the watermarks are first computed.</summary>
    public bool CountsGiganticPagesFirst { get; init; }

    /// <summary>The bitmap of bootmem, freed page by page at the end of the mass release; empty without
    /// bootmem.</summary>
    public ImmutableArray<PageRange> Bitmap { get; init; } = [];

    public ReleaseGrain Grain { get; init; } = ReleaseGrain.LargestBlocks;

    /// <summary>Pages of <see cref="FreedEarly"/> that are not counted as managed.</summary>
    public PageCount UncountedEarly { get; init; }

    /// <summary>Pages of <see cref="FreedLate"/> that are not counted as managed.</summary>
    public PageCount UncountedLate { get; init; }

    /// <summary>Pages that the mass release frees.</summary>
    public PageCount MassReleased => new(Sum(Released) + Sum(Bitmap));

    /// <summary>Managed pages that a running kernel showed; null for a zone that was booted here.</summary>
    public PageCount? SavedManaged { get; init; }

    /// <summary>Managed pages when the watermarks are first computed.</summary>
    public PageCount ManagedAtTuning => SavedManaged ?? MassReleased + (new PageCount(Sum(FreedEarly)) - UncountedEarly)
        + (CountsGiganticPagesFirst ? GiganticPages : PageCount.Zero);

    /// <summary>Managed pages when transparent huge pages start.</summary>
    public PageCount ManagedAtHugePages => ManagedAtTuning + new PageCount(Sum(FreedBeforeHugePages))
        + (CountsGiganticPagesFirst ? PageCount.Zero : GiganticPages);

    /// <summary>Managed pages when user space starts.</summary>
    public PageCount ManagedAtEnd => ManagedAtHugePages + (new PageCount(Sum(FreedLate)) - UncountedLate);

    private static long Sum(ImmutableArray<PageRange> ranges) => ranges.Sum(range => range.Pages.Value);
}

/// <summary>What early boot makes of the firmware's tables: nodes, their zones, and what was released into
/// them.</summary>
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
    ImmutableArray<string> Notes)
{
    /// <summary>memblock's memory regions when they were released to the zones.</summary>
    public ImmutableArray<MemblockRegion> Memory { get; init; } = [];

    /// <summary>memblock's reserved regions then.</summary>
    public ImmutableArray<MemblockRegion> Reserved { get; init; } = [];

    /// <summary>Nodes that could come online, ascending: those that the firmware names, online ones
    /// included.</summary>
    public ImmutableArray<NodeId> PossibleNodes { get; init; } = Nodes;

    /// <summary>How zones are chosen for memory that comes later.</summary>
    public OnlinePolicy OnlinePolicy { get; init; } = new();

    /// <summary>Where zones may lie.</summary>
    public ZoneLimits? Limits { get; init; }

    /// <summary>Where Movable zones begin; nodes without one are missing.</summary>
    public ImmutableDictionary<NodeId, PageFrameNumber> MovableStarts { get; init; } =
        ImmutableDictionary<NodeId, PageFrameNumber>.Empty;

    /// <summary>The kernel shuffled its free lists: what lies in them is known, in which order is not.</summary>
    public bool IsShuffled { get; init; }

    /// <summary>Pages that page tables take between the mass release and the kernel's report of its memory.</summary>
    public int PagesTakenBeforeReport { get; init; }

    /// <summary>What early boot took was not logged but estimated, and managed pages with it.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>Where pages lie that are freed after boot is known to the page.</summary>
    public bool PlacesLateFrees { get; init; } = true;

    /// <summary>The firmware's map is lost; the kernel's own list of memory ranges stood in for it.</summary>
    public bool IsMapOfNodeRanges { get; init; }

    /// <summary>How memory was found in the firmware's map; null where there was none.</summary>
    public FirmwareMemory? Firmware { get; init; }

    /// <summary>No table named nodes, or its claims were not believed: all memory is node 0.</summary>
    public bool IsNodeFaked { get; init; }

    /// <summary>Which frames have descriptors, and what those cost; null in a layout without memory.</summary>
    public MemoryModel? Model { get; init; }

    public EarlyAllocatorKind EarlyAllocator { get; init; }

    /// <summary>Memory below 16 MiB that early boot had taken when zones were sized.</summary>
    public PageCount DmaReserve { get; init; }

    /// <summary>What was given back after the mass release, with who gave it, in order.</summary>
    public ImmutableArray<(LateFreeKind Kind, PageRange Range)> LateFrees { get; init; } = [];

    /// <summary>What early boot did on the way here.</summary>
    public EarlyRecord Early { get; init; } = EarlyRecord.Nothing;

    /// <summary>The machine was saved while it ran: nothing is known of its boot.</summary>
    public bool IsSaved { get; init; }

    /// <summary>Pages that the kernel counts when it first builds its zonelists: no mark is set yet.</summary>
    public PageCount EstimatedTotal =>
        new(Zones.Where(zone => zone.Id.Kind <= ZoneKind.Movable).Sum(zone => zone.ManagedEstimate.Value));
}
