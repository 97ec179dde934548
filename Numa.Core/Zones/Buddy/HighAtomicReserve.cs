using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Pageblocks set apart for atomic allocations of higher orders, on demand (4.4 and later).</summary>
/// <remarks>Its forerunner up to 4.3 is <see cref="MigrateReserve"/>.
/// Source: <c>reserve_highatomic_pageblock</c>, Linux mm/page_alloc.c.</remarks>
internal sealed class HighAtomicReserve(KernelRelease release, BuddyAllocator buddy)
{
    private const int PageblockPages = 1 << Order.Pageblock;
    private const int HighAtomic = (int)Migratetype.HighAtomic;

    private readonly bool _freeOnly = release.HighAtomic == HighAtomicRule.OnDemandFreeOnly;
    private readonly bool _toTail = release.Fallback != MigratetypeFallbackRule.StealLargest;

    /// <summary>Managed pages of the zone.</summary>
    public long Managed { get; set; }

    /// <summary>Pages of the reserved pageblocks, free or used.</summary>
    public long Reserved { get; set; }

    /// <summary>Pages that checks of ordinary requests subtract.</summary>
    public long Uncountable => _freeOnly ? buddy.FreeHighAtomic : Reserved;

    private long Limit => !_freeOnly ? Managed / 100 + PageblockPages
        : Managed / 100 < PageblockPages ? 0
        : (Managed / 100 + PageblockPages - 1) / PageblockPages * PageblockPages;

    /// <summary>Reserves the pageblock of a page that an atomic allocation got.</summary>
    public void Reserve(int page, int order, ref BuddyWork work)
    {
        if (release.HighAtomic == HighAtomicRule.ReservePageblocks) return;
        if (Reserved >= Limit || buddy.Tags[page] >= Migratetype.HighAtomic) return;
        if (_freeOnly && order >= Order.Pageblock)
        {
            buddy.Retag(page, order, Migratetype.HighAtomic);
            Reserved += 1 << order;
            return;
        }

        if (!Move(page, Migratetype.HighAtomic, ref work, out _)) return;
        Reserved += PageblockPages;
    }

    /// <summary>Gives one reserved pageblock with free pages back to ordinary use.</summary>
    /// <param name="forced">Even the last reserved pageblock.</param>
    /// <returns>Free pages that moved; 0 when there was nothing to give.</returns>
    public int Unreserve(Migratetype type, bool forced, ref BuddyWork work)
    {
        if (!forced && Reserved <= PageblockPages) return 0;
        for (var order = 0; order <= Order.MaxValue; order++)
        {
            if (buddy.Lists.IsEmpty(order, HighAtomic)) continue;
            var page = buddy.Lists.Head(order, HighAtomic);
            if (buddy.Tags[page] == Migratetype.HighAtomic)
            {
                var pages = _freeOnly ? Math.Max(PageblockPages, 1 << order) : PageblockPages;
                Reserved -= Math.Min(pages, Reserved);
            }

            if (order > Order.Pageblock)
            {
                // Before 6.12 only the first pageblock of such a block changes its tag.
                buddy.Retag(page, _freeOnly ? order : 0, type);
                buddy.MoveHead(order, HighAtomic, (int)type, _toTail, ref work);
                if (_freeOnly) buddy.CountHighAtomicMoved(-(1 << order));
                return 1 << order;
            }

            if (Move(page, type, ref work, out var moved) && moved > 0 || !_toTail) return moved;
        }

        return 0;
    }

    /// <summary>Retags a pageblock and moves its free blocks.</summary>
    /// <returns>False when the release refuses because the pageblock reaches out of the zone.</returns>
    private bool Move(int page, Migratetype type, ref BuddyWork work, out int moved)
    {
        moved = 0;
        var start = page & ~(PageblockPages - 1);
        var end = start + PageblockPages;
        if (_freeOnly && (start < buddy.First || end > buddy.End)) return false;
        var from = buddy.Tags[page];
        buddy.Retag(page, 0, type);
        if (end > buddy.End) return true;
        if (start < buddy.First) start = page;
        moved = buddy.MoveBlocks(start, end, (int)type, _toTail, ref work);
        if (type == Migratetype.HighAtomic) buddy.CountHighAtomicMoved(moved);
        else if (from == Migratetype.HighAtomic) buddy.CountHighAtomicMoved(-moved);
        return true;
    }
}
