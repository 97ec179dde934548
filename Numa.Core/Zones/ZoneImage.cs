using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>Into which blocks the mass release cuts a run of free pages.</summary>
public enum ReleaseGrain
{
    /// <summary>As large as alignment allows, up to order 10 (memblock).</summary>
    LargestBlocks,

    /// <summary>64 pages where a word of the bitmap is free as a whole, else single pages (bootmem).</summary>
    Words,

    /// <summary>Single pages (bootmem on a node that begins within a word).</summary>
    Pages,
}

/// <summary>A zone as it stands at the end of boot: its extent, what was released into it, its marks.</summary>
/// <param name="Spanned">Pages from start to end, holes included.</param>
/// <param name="Present">Pages that exist.</param>
/// <param name="Released">Ranges handed to the buddy allocator by the mass release, in order.</param>
/// <param name="FreedLate">Ranges freed page by page after the watermarks were computed, in order.</param>
public sealed record ZoneImage(
    ZoneId Id,
    PageFrameNumber Start,
    PageCount Spanned,
    PageCount Present,
    ImmutableArray<PageRange> Released,
    ImmutableArray<PageRange> FreedLate,
    ZoneTuning Tuning)
{
    /// <summary>The zone as a running kernel held it; null for one that boot leaves, with all that was released
    /// free.</summary>
    public ZoneState? State { get; init; }

    /// <summary>Pages handed to the buddy allocator in all; the zone's free pages before anything is
    /// allocated.</summary>
    public PageCount Freed => new(Pages(Released) + Pages(Bitmap) + Pages(FreedLate));

    /// <summary>The bitmap of bootmem, freed page by page after <see cref="Released"/>.</summary>
    public ImmutableArray<PageRange> Bitmap { get; init; } = [];

    public ReleaseGrain Grain { get; init; } = ReleaseGrain.LargestBlocks;

    /// <summary>Pageblocks that do not start as Movable.</summary>
    public ImmutableArray<TaggedPageblocks> Tagged { get; init; } = [];

    /// <summary>Managed pages as the kernel counts them; releases up to 3.10 do not count what is freed late.</summary>
    public PageCount Managed { get => _managed ?? Freed; init => _managed = value; }

    private readonly PageCount? _managed;

    public PageFrameNumber End => Start + Spanned;

    /// <summary>All that the zone may span in a run; its span where no memory comes.</summary>
    public PageRange Room { get => _room ?? new(Start, End); init => _room = value; }

    private readonly PageRange? _room;

    private static long Pages(ImmutableArray<PageRange> ranges) => ranges.Sum(range => range.Pages.Value);
}
