using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Core.Hotplug;

/// <summary>Where a zone of a running machine lies and what of it is online.</summary>
/// <param name="Span">From its first page to its last, holes included; empty at 0 when it has none.</param>
/// <param name="Online">Ranges that are present, ascending, none overlapping.</param>
public sealed record RunningZone(
    ZoneId Id, PageRange Span, PageCount Managed, ImmutableArray<PageRange> Online)
{
    public PageCount Present => new(Online.Sum(range => range.Pages.Value));

    public bool IsPopulated => !Online.IsEmpty;

    public static RunningZone Empty(ZoneId id) => new(id, default, default, []);

    /// <summary>A zone after the mass release.</summary>
    internal static RunningZone From(ZoneLayout zone, ImmutableArray<MemblockRegion> memory)
    {
        var span = new PageRange(zone.Start, zone.Start + zone.Spanned);
        var ranges = memory.Where(region => region.HomeNode == zone.Id.Node)
            .Select(region => region.WholePages.CutTo(span))
            .Where(range => range.Start < range.End);
        return new(zone.Id, span, zone.ManagedAtTuning, [.. ranges]);
    }

    /// <summary>Whether the span, holes included, meets a range.</summary>
    public bool Intersects(PageRange range) => range.Start < Span.End && range.End > Span.Start;

    /// <summary>Whether all of a range is online here.</summary>
    public bool Holds(PageRange range) => PagesIn(range) == range.Pages;

    /// <summary>Online pages within a range.</summary>
    public PageCount PagesIn(PageRange range) =>
        new(Online.Sum(part => Math.Max(0, part.CutTo(range).Pages.Value)));

    /// <summary>The span reaches to a range.</summary>
    public RunningZone Reaching(PageRange range) => this with
    {
        Span = Span.Pages == PageCount.Zero
            ? range
            : new(
                range.Start < Span.Start ? range.Start : Span.Start, range.End > Span.End ? range.End : Span.End),
    };

    public RunningZone WithOnline(PageRange range) => this with
    {
        Managed = Managed + range.Pages,
        Online = [.. Online.Append(range).OrderBy(part => part.Start)],
    };

    public RunningZone WithOffline(PageRange range) => this with
    {
        Managed = Managed - range.Pages,
        Online =
        [
            .. Online.SelectMany(part => (PageRange[])
                    [part.CutTo(new(part.Start, range.Start)), part.CutTo(new(range.End, part.End))])
                .Where(part => part.Start < part.End),
        ],
    };

    /// <summary>The span once a range at one of its ends is gone: it ends at the nearest range that is left.</summary>
    /// <remarks>Source: <c>shrink_zone_span</c>, Linux mm/memory_hotplug.c.</remarks>
    /// <param name="left">What is left of the zone, ascending.</param>
    public RunningZone WithoutEnd(PageRange range, IReadOnlyList<PageRange> left)
    {
        if (left.Count == 0) return this with { Span = default };
        if (Span.Start == range.Start) return this with { Span = new(left[0].Start, Span.End) };
        return Span.End == range.End ? this with { Span = new(Span.Start, left[^1].End) } : this;
    }
}
