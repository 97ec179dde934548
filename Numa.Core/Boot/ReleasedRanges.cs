using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>What the mass release gives to a zone: whole free pages, ascending.</summary>
/// <remarks>Deferred pages are the upper part of a node's highest zone, so ascending order puts them last.
/// Zone borders are aligned to the largest block, so a range cut there falls into the same blocks as a whole one.
/// Source: <c>memblock_free_all</c>, Linux mm/memblock.c.</remarks>
public static class ReleasedRanges
{
    public static ImmutableArray<PageRange> Of(
        ZoneSize zone, NodeMemory node, Memblock memblock, ImmutableDictionary<ZoneId, PageCount> managed)
    {
        if (managed.TryGetValue(zone.Id, out var count)) return Exactly(count, zone, node);
        return
        [
            .. memblock.FreeRanges(zone.Id.Node)
                .Select(range => range.WholePages.CutTo(zone.Span))
                .Where(range => range.Start < range.End),
        ];
    }

    /// <summary>A zone with a known count: the lowest pages of DMA are the reserved ones, elsewhere the
    /// highest.</summary>
    private static ImmutableArray<PageRange> Exactly(PageCount managed, ZoneSize zone, NodeMemory node)
    {
        var reserved = (zone.Present - managed).Value;
        var fromBottom = zone.Id.Kind == ZoneKind.DMA;
        var ranges = node.Within(zone.Span).ToList();
        if (!fromBottom) ranges.Reverse();
        var released = new List<PageRange>();
        foreach (var range in ranges)
        {
            var cut = new PageCount(Math.Min(reserved, range.Pages.Value));
            reserved -= cut.Value;
            var rest = fromBottom
                ? range with { Start = range.Start + cut }
                : range with { End = new(range.End.Value - cut.Value) };
            if (rest.Start < rest.End) released.Add(rest);
        }

        if (!fromBottom) released.Reverse();
        return [.. released];
    }
}
