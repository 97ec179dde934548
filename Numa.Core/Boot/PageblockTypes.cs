using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;

namespace Numa.Core.Boot;

/// <summary>Migratetypes of a zone's pageblocks at the end of boot, before anything was allocated.</summary>
/// <remarks>
/// A pageblock is made Movable when its first page is initialised, and is Unmovable as long as nobody did that: where
/// its first frame is no memory (frame 0), and in the deferred part of a zone where its first frame was never released.
/// Source: <c>memmap_init_range</c> and <c>deferred_free_range</c>, Linux mm/mm_init.c;
/// <c>setup_zone_migrate_reserve</c>, Linux 3.10 mm/page_alloc.c.
/// </remarks>
public static class PageblockTypes
{
    /// <summary>The pageblocks that are not Movable.</summary>
    /// <param name="minMark">The zone's min mark: what MIGRATE_RESERVE is to cover.</param>
    public static ImmutableArray<TaggedPageblocks> Of(MemoryLayout layout, ZoneLayout zone, PageCount minMark)
    {
        var tagged = ImmutableArray.CreateBuilder<TaggedPageblocks>();
        var first = RoundDown(zone.Start.Value);
        var end = (zone.Start + zone.Spanned).Value;
        foreach (var range in Initialised(layout, zone).OrderBy(range => range.Start.Value))
        {
            Add(tagged, first, range.Start.Value, Migratetype.Unmovable);
            first = Math.Max(first, range.End.Value);
        }

        Add(tagged, first, end, Migratetype.Unmovable);
        if (layout.Release.HighAtomic == HighAtomicRule.ReservePageblocks) Reserve(tagged, zone, minMark);
        return tagged.ToImmutable();
    }

    /// <summary>Frames that make their pageblock Movable if they are its first.</summary>
    private static IEnumerable<PageRange> Initialised(MemoryLayout layout, ZoneLayout zone)
    {
        var end = zone.Start + zone.Spanned;
        var deferred = DeferredZone.Start(layout, zone) ?? end;
        var early = new PageRange(new(RoundDown(zone.Start.Value)), deferred);
        // A pageblock that two nodes or zones share is made Movable by the lower one.
        return layout.Memory
            .Select(region => region.WholePages.CutTo(early))
            .Concat(zone.Released.Select(range => range.CutTo(new(deferred, end))))
            .Where(range => range.Start < range.End);
    }

    /// <summary>Sets the first wholly released pageblocks apart, enough for the min mark, at most two.</summary>
    private static void Reserve(
        ImmutableArray<TaggedPageblocks>.Builder tagged, ZoneLayout zone, PageCount minMark)
    {
        var wanted = MigrateReserve.PageblocksFor(minMark);
        foreach (var range in PageRange.Joined(zone.Released.Concat(zone.Bitmap)))
        {
            var whole = (RoundDown(range.End.Value) - RoundUp(range.Start.Value)) / Order.PageblockPages;
            var taken = Math.Clamp(whole, 0, wanted);
            var start = RoundUp(range.Start.Value);
            Add(tagged, start, start + taken * Order.PageblockPages, Migratetype.HighAtomic);
            wanted -= taken;
        }
    }

    /// <summary>Tags the pageblocks whose first frame is in [from, to).</summary>
    private static void Add(ImmutableArray<TaggedPageblocks>.Builder tagged, long from, long to, Migratetype tag)
    {
        var (start, end) = (RoundUp(from), RoundUp(to));
        if (start < end) tagged.Add(new(new(new(start), new(end)), tag));
    }

    private static long RoundUp(long frame) => (frame + (Order.PageblockPages - 1)) & ~(Order.PageblockPages - 1);

    private static long RoundDown(long frame) => frame & ~(Order.PageblockPages - 1);
}
