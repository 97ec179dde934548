using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.MemoryModels;

namespace Numa.Core.Boot;

/// <summary>Holes in memory whose pages have descriptors all the same, as their section holds memory too.</summary>
/// <remarks>Source: <c>memmap_init</c>, Linux mm/mm_init.c.</remarks>
public static class UnavailableRanges
{
    private const long SectionPages = SparseModel.SectionFrames;

    /// <summary>Pages of each such hole, with the zone that its descriptors go to: the one that follows.</summary>
    public static ImmutableArray<(ZoneId Zone, PageCount Pages)> Of(MemoryLayout layout)
    {
        var ranges = layout.Memory
            .Select(region => (Node: region.HomeNode, Range: region.WholePages))
            .Where(entry => entry.Range.Start < entry.Range.End).ToList();
        var sections = ranges.SelectMany(entry => Sections(entry.Range)).ToHashSet();
        var holes = ImmutableArray.CreateBuilder<(ZoneId, PageCount)>();
        var (hole, last) = (0L, default(ZoneId));
        foreach (var (node, range) in ranges)
        {
            foreach (var zone in layout.Zones.Where(zone => zone.Id.Node == node))
            {
                var part = range.CutTo(new(zone.Start, zone.Start + zone.Spanned));
                if (part.Start >= part.End) continue;
                Add(zone.Id, hole, part.Start.Value);
                (hole, last) = (part.End.Value, zone.Id);
            }
        }

        Add(last, hole, (hole + (SectionPages - 1)) & ~(SectionPages - 1));
        return holes.ToImmutable();

        void Add(ZoneId zone, long from, long to)
        {
            var pages = 0L;
            for (var at = from; at < to;)
            {
                var next = Math.Min(to, (at / SectionPages + 1) * SectionPages);
                if (sections.Contains(at / SectionPages)) pages += next - at;
                at = next;
            }

            if (pages > 0) holes.Add((zone, new(pages)));
        }
    }

    private static IEnumerable<long> Sections(PageRange range)
    {
        for (var section = range.Start.Value / SectionPages; section * SectionPages < range.End.Value; section++)
            yield return section;
    }
}
