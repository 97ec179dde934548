using Numa.Core.Addressing;

namespace Numa.Core.Zones.Buddy;

/// <summary>MIGRATE_RESERVE of a running zone, which follows the min mark (up to 4.3).</summary>
/// <remarks>Source: <c>setup_zone_migrate_reserve</c>, Linux 3.10 mm/page_alloc.c.</remarks>
/// <param name="released">Pageblocks with a page that was never released are passed over.</param>
/// <param name="start">Frame of page 0.</param>
internal sealed class MigrateReserve(BuddyAllocator buddy, IEnumerable<PageRange> released, long start)
{
    private const int MostPageblocks = 2;

    /// <summary>Pageblocks that a min mark asks for.</summary>
    public static long PageblocksFor(PageCount minMark) => Math.Min(
        MostPageblocks, (minMark.Value + Order.PageblockPages - 1) / Order.PageblockPages);

    /// <summary>Sets the first pageblocks apart that are Movable or were apart before; the others go back.</summary>
    public void Follow(PageCount minMark, ref BuddyWork work)
    {
        var wanted = PageblocksFor(minMark);
        foreach (var (first, end) in Whole())
        {
            for (var page = first; page < end; page += (int)Order.PageblockPages)
            {
                var isApart = buddy.Tags[page] == Migratetype.HighAtomic;
                if (!isApart && (wanted == 0 || buddy.Tags[page] != Migratetype.Movable)) continue;
                if (wanted > 0) wanted--;
                else if (isApart) Move(page, Migratetype.Movable, ref work);
                if (!isApart) Move(page, Migratetype.HighAtomic, ref work);
            }
        }
    }

    private void Move(int page, Migratetype type, ref BuddyWork work)
    {
        buddy.Retag(page, 0, type);
        buddy.MoveBlocks(page, page + (int)Order.PageblockPages, (int)type, toTail: false, ref work);
    }

    private IEnumerable<(int First, int End)> Whole()
    {
        const long within = Order.PageblockPages - 1;
        foreach (var range in PageRange.Joined(released))
        {
            var (first, end) = ((range.Start.Value - start + within) & ~within, (range.End.Value - start) & ~within);
            if (first < end) yield return ((int)first, (int)end);
        }
    }
}
