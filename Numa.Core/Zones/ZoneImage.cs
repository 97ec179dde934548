using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Zones;

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
    /// <summary>Pages handed to the buddy allocator in all; the zone's free pages before anything is
    /// allocated.</summary>
    public PageCount Freed { get; } =
        new(Released.Sum(range => range.Pages.Value) + FreedLate.Sum(range => range.Pages.Value));

    /// <summary>Pageblocks that do not start as Movable.</summary>
    public ImmutableArray<TaggedPageblocks> Tagged { get; init; } = [];

    /// <summary>Managed pages as the kernel counts them; releases up to 3.10 do not count what is freed late.</summary>
    public PageCount Managed { get => _managed ?? Freed; init => _managed = value; }

    private readonly PageCount? _managed;

    public PageFrameNumber End => Start + Spanned;
}
