using Numa.Core.Addressing;
using Numa.Core.MemoryModels;

namespace Numa.Core.Boot;

/// <summary>The part of a node's highest zone whose pages are released only after all CPUs run.</summary>
/// <remarks>Source: <c>defer_init</c>, Linux mm/mm_init.c.</remarks>
public static class DeferredZone
{
    private const long SectionPages = SparseModel.SectionFrames;

    /// <summary>First deferred frame of a zone; null when all of it is released at once.</summary>
    public static PageFrameNumber? Start(MemoryLayout layout, ZoneLayout zone)
    {
        if (!layout.Release.DefersHighestZone || layout.EarlyAllocator == EarlyAllocatorKind.Bootmem) return null;
        var span = new PageRange(zone.Start, zone.Start + zone.Spanned);
        var ranges = layout.Memory.Where(region => region.HomeNode == zone.Id.Node)
            .Select(region => region.WholePages).ToList();
        if (ranges.Max(range => range.End.Value) != span.End.Value) return null;
        var initialised = 0L;
        foreach (var range in ranges.Select(range => range.CutTo(span)).Where(range => range.Start < range.End))
        {
            var enough = range.Start.Value + Math.Max(0, SectionPages - initialised);
            var border = (enough + (SectionPages - 1)) & ~(SectionPages - 1);
            if (border < range.End.Value) return new(border);
            initialised += range.Pages.Value;
        }

        return null;
    }

    /// <summary>Pages that the mass release frees before anything deferred is: free pages when memory is first
    /// reported.</summary>
    public static PageCount ReleasedBefore(MemoryLayout layout) => new(layout.Zones.Sum(zone =>
    {
        var end = Start(layout, zone) ?? zone.Start + zone.Spanned;
        return zone.Released.Concat(zone.Bitmap).Select(range => range.CutTo(new(zone.Start, end)))
            .Where(range => range.Start < range.End).Sum(range => range.Pages.Value);
    }));
}
