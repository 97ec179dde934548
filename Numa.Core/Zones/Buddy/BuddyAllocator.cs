using System.Numerics;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Splits and merges one zone's blocks. Pages count from a multiple of 1024 at or below its start.</summary>
/// <remarks>That base keeps every alignment up to order 10, so zone-relative buddies are the absolute ones.
/// Source: <c>__free_one_page</c>, <c>__rmqueue_smallest</c>, <c>expand</c>, Linux mm/page_alloc.c.</remarks>
internal sealed partial class BuddyAllocator
{
    private readonly bool _checksTypesAtPageblocks;
    private readonly bool _retagsMergedPageblock;

    /// <param name="room">First page behind all that the zone may ever span.</param>
    public BuddyAllocator(KernelRelease release, int first, int end, int room)
    {
        First = first;
        End = end;
        Sections = new PageSections(room);
        Largest = new LargestBlocks(room);
        Lists = new FreeLists(Sections, Largest);
        Tags = new PageblockTags(room);
        _checksTypesAtPageblocks = release.MergesOnlyAlikePageblocks;
        _retagsMergedPageblock = release.FreesByPageblockTag;
    }

    public PageSections Sections { get; }

    public LargestBlocks Largest { get; }

    public FreeLists Lists { get; }

    public PageblockTags Tags { get; }

    /// <summary>First page of the zone.</summary>
    public int First { get; set; }

    /// <summary>First page behind the zone.</summary>
    public int End { get; set; }

    /// <summary>Pages on the free lists, isolated ones left out.</summary>
    public long FreePages { get; private set; }

    /// <summary>Free pages of type HighAtomic: counted as 6.12 counts them, by list and tag alike.</summary>
    public long FreeHighAtomic { get; private set; }

    /// <summary>Told of each pageblock whose tag changed.</summary>
    public required Action<int, Migratetype> Retagged { get; init; }

    /// <summary>Takes the head of the smallest list of the type that will do.</summary>
    /// <returns>First page of the block, or -1.</returns>
    public int TakeSmallest(int order, int type, ref BuddyWork work)
    {
        unchecked
        {
            var orders = Lists.OrdersOf(type) >> order;
            if (orders == 0) return -1;
            return TakeHead(order + BitOperations.TrailingZeroCount(orders), order, type, type, ref work);
        }
    }

    /// <summary>Takes the head of one list and gives what is not needed to the lists of another type.</summary>
    public int TakeHead(int from, int order, int type, int remainderType, ref BuddyWork work)
    {
        unchecked
        {
            var page = Lists.TakeHead(from, type);
            Expand(page, from, order, remainderType, ref work);
            if (type == (int)Migratetype.HighAtomic) FreeHighAtomic -= 1 << order;
            return page;
        }
    }

    /// <summary>Takes a given free block below order 10, wherever it stands in its list.</summary>
    public int TakeBlock(int page, int from, int order, int remainderType, ref BuddyWork work)
    {
        Lists.Unlink(page, from, ref Sections.Word(page));
        Expand(page, from, order, remainderType, ref work);
        return page;
    }

    /// <summary>Takes given pages out of the free block that holds them; the rest of it stays free.</summary>
    /// <remarks>Whole pageblocks of another type are claimed, as any kernel claims them that takes a page of
    /// them.</remarks>
    /// <returns>Order and type of the free block; order −1 when no free block holds all the pages.</returns>
    public (int Order, int Type) TakePages(int page, int order, int wanted, ref BuddyWork work)
    {
        for (var from = order; from <= Order.MaxValue; from++)
        {
            var block = page & ~((1 << from) - 1);
            if (!IsFree(block, from)) continue;
            var type = Lists.Take(block, from);
            work.Splits += from - order;
            FreePages -= 1 << order;
            var rest = type;
            if (type == (int)Migratetype.HighAtomic) FreeHighAtomic -= 1 << order;
            else if (from >= Order.Pageblock && type != wanted) Retag(block, from, (Migratetype)(rest = wanted));
            for (var half = from - 1; half >= order; half--)
                Lists.PushHead((page & ~((1 << half) - 1)) ^ (1 << half), half, rest);
            return (from, type);
        }

        return (-1, 0);
    }

    /// <summary>Merges a block with its free buddies and puts it on a list.</summary>
    /// <param name="toTail">Always behind the list (boot release), instead of by the chance of a later merge.</param>
    public void Free(int page, int order, int type, bool toTail, ref BuddyWork work)
    {
        unchecked
        {
            FreePages += 1 << order;
            if (type >= (int)Migratetype.HighAtomic) CountApart(order, type);
            if (order == Order.MaxValue)
            {
                Push(page, order, type, toTail);
                return;
            }

            // Buddies below order 10 share an order-10 block and so a section.
            var section = Sections.Of(page);
            while (order < Order.MaxValue)
            {
                var buddy = page ^ (1 << order);
                ref var word = ref section[buddy & PageSections.Mask];
                if (!PageWord.IsFree(word, order)) break;
                if (order == Order.Pageblock && !MayMerge(buddy, type)) break;
                Lists.Unlink(buddy, order, ref word);
                work.Merges++;
                page &= buddy;
                order++;
            }

            Push(page, order, type, toTail || IsMergeLikely(section, page, order));
        }
    }

    /// <summary>Moves every free block of a run of pages to the lists of a type, lowest first.</summary>
    /// <returns>Pages moved.</returns>
    public int MoveBlocks(int start, int end, int type, bool toTail, ref BuddyWork work)
    {
        var moved = 0;
        for (var page = start; page < end;)
        {
            var word = Sections.Peek(page);
            var order = PageWord.Order(word);
            if (PageWord.IsFree(word))
            {
                Lists.Unlink(page, order, ref Sections.Word(page));
                Push(page, order, type, toTail);
                work.Moves++;
                moved += 1 << order;
            }

            page += 1 << order;
        }

        return moved;
    }

    /// <summary>Moves the head of a list to an end of another type's list.</summary>
    public void MoveHead(int order, int from, int to, bool toTail, ref BuddyWork work)
    {
        Push(Lists.TakeHead(order, from), order, to, toTail);
        work.Moves++;
    }

    /// <summary>Counts what a run of pages holds.</summary>
    /// <returns>Free pages, and used pages that count as movable.</returns>
    /// <remarks>A used page is movable when it was taken with type Movable. The kernel looks at the page itself
    /// (on an LRU list, or of a movable driver); so pages that wait in a pageset count as movable here, not
    /// there.</remarks>
    public (int Free, int Movable) Survey(int start, int end)
    {
        int free = 0, movable = 0;
        for (var page = start; page < end;)
        {
            var word = Sections.Peek(page);
            var pages = 1 << PageWord.Order(word);
            if (PageWord.IsFree(word)) free += pages;
            else if (PageWord.IsUsed(word) && PageWord.TakenAs(word) == Migratetype.Movable) movable += pages;
            page += pages;
        }

        return (free, movable);
    }

    /// <summary>Gives every pageblock of a block a tag.</summary>
    public void Retag(int page, int order, Migratetype tag)
    {
        var block = page & ~((1 << Order.Pageblock) - 1);
        for (var end = page + (1 << order); block < end; block += 1 << Order.Pageblock)
        {
            if (Tags[block] == tag) continue;
            Tags[block] = tag;
            Retagged(block, tag);
        }
    }

    /// <summary>Pages moved to or from HighAtomic lists as a pageblock changed its tag.</summary>
    public void CountHighAtomicMoved(int pages) => FreeHighAtomic += pages;

    /// <summary>Puts many order-10 blocks on a list at once: boot.</summary>
    public void ReleaseLargest(int page, int blocks, int type, bool toTail)
    {
        Lists.PushLargest(page, blocks, type, toTail);
        FreePages += (long)blocks << Order.MaxValue;
    }

    /// <summary>Puts a block behind a list as it is: nothing merges, and whoever calls knows the order.</summary>
    public void Restore(int page, int order, int type)
    {
        Lists.PushTail(page, order, type);
        FreePages += 1 << order;
        if (type == (int)Migratetype.HighAtomic) FreeHighAtomic += 1 << order;
    }

    private bool IsFree(int block, int order) => order == Order.MaxValue
        ? Largest.IsFree(block >> order)
        : PageWord.IsFree(Sections.Peek(block), order);

    private static bool IsMergeable(Migratetype type) => type < Migratetype.HighAtomic;

    /// <summary>Whether the block's parent could merge next, were the block's own buddy freed.</summary>
    private static bool IsMergeLikely(ulong[] section, int page, int order)
    {
        unchecked
        {
            if (order >= Order.Pageblock) return false;
            var parent = page & ~(1 << order);
            var parentBuddy = parent ^ (2 << order);
            return PageWord.IsFree(section[parentBuddy & PageSections.Mask], order + 1);
        }
    }

    private void Expand(int page, int from, int order, int type, ref BuddyWork work)
    {
        unchecked
        {
            work.Splits += from - order;
            FreePages -= 1 << order;
            while (from > order)
            {
                from--;
                // The low half goes on, the high half goes back: a kernel trace shows the same frames.
                Lists.PushHead(page + (1 << from), from, type);
            }
        }
    }

    private bool MayMerge(int buddy, int type)
    {
        var tag = Tags[buddy];
        if (!_checksTypesAtPageblocks && type == (int)Migratetype.Isolate) return false;
        if (tag == (Migratetype)type) return true;
        if (_checksTypesAtPageblocks && !(IsMergeable(tag) && IsMergeable((Migratetype)type))) return false;
        if (_retagsMergedPageblock) Retag(buddy, Order.Pageblock, (Migratetype)type);
        return true;
    }

    private void Push(int page, int order, int type, bool toTail)
    {
        if (toTail) Lists.PushTail(page, order, type);
        else Lists.PushHead(page, order, type);
    }
}
