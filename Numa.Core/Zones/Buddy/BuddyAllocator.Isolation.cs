using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Zones.Buddy;

/// <remarks>Pageblocks that are about to go offline are isolated: their free blocks lie on lists of their own, from
/// which nobody allocates, and do not count as free. Source: <c>set_migratetype_isolate</c>, Linux
/// mm/page_isolation.c.</remarks>
internal sealed partial class BuddyAllocator
{
    private const int Largest10 = 1 << Order.MaxValue;

    /// <summary>Pages on the lists of type Isolate.</summary>
    public long IsolatedPages { get; private set; }

    /// <summary>Pageblocks with the tag Isolate.</summary>
    /// <remarks>Source: <c>nr_isolate_pageblock</c>.</remarks>
    public int IsolatedPageblocks { get; private set; }

    /// <summary>Isolates whole blocks of order 10: what is free of them moves to the Isolate lists.</summary>
    /// <returns>Free pages moved.</returns>
    public long Isolate(int start, int end, bool toTail, ref BuddyWork work)
    {
        var moved = 0L;
        for (var block = start; block < end; block += Largest10)
        {
            var reserved = Tags[block] == Migratetype.HighAtomic;
            Retag(block, Order.MaxValue, Migratetype.Isolate);
            var pages = Move(block, (int)Migratetype.Isolate, toTail, ref work);
            if (reserved) FreeHighAtomic -= Math.Min(FreeHighAtomic, pages);
            moved += pages;
        }

        IsolatedPageblocks += (end - start) >> Order.Pageblock;
        FreePages -= moved;
        IsolatedPages += moved;
        return moved;
    }

    /// <summary>Ends the isolation: the pageblocks are Movable, and what is free of them with them.</summary>
    /// <returns>Free pages moved.</returns>
    public long EndIsolation(int start, int end, bool toTail, ref BuddyWork work)
    {
        var moved = 0L;
        for (var block = start; block < end; block += Largest10)
        {
            Retag(block, Order.MaxValue, Migratetype.Movable);
            moved += Move(block, (int)Migratetype.Movable, toTail, ref work);
        }

        IsolatedPageblocks -= (end - start) >> Order.Pageblock;
        FreePages += moved;
        IsolatedPages -= moved;
        return moved;
    }

    /// <summary>Isolated pages leave the zone; all of them are free.</summary>
    public void TakeAway(int start, int end, ref BuddyWork work)
    {
        var taken = 0L;
        for (var block = start; block < end; block += Largest10)
        {
            Retag(block, Order.MaxValue, Migratetype.Movable);
            for (var page = block; page < block + Largest10;)
            {
                var order = Largest.IsFree(page >> Order.MaxValue) ? Order.MaxValue
                    : PageWord.Order(Sections.Peek(page));
                if (IsFree(page, order))
                {
                    Lists.Take(page, order);
                    work.Moves++;
                    taken += 1 << order;
                }

                page += 1 << order;
            }
        }

        IsolatedPageblocks -= (end - start) >> Order.Pageblock;
        IsolatedPages -= taken;
        Invariant.Holds(taken == end - start, "memory that goes offline is free");
    }

    /// <summary>Moves the free blocks of one block of order 10.</summary>
    private long Move(int block, int type, bool toTail, ref BuddyWork work)
    {
        if (!Largest.IsFree(block >> Order.MaxValue))
            return MoveBlocks(block, block + Largest10, type, toTail, ref work);
        Lists.Take(block, Order.MaxValue);
        Push(block, Order.MaxValue, type, toTail);
        work.Moves++;
        return Largest10;
    }

    /// <summary>A block was freed to a list that ordinary allocations do not take from.</summary>
    private void CountApart(int order, int type)
    {
        if (type == (int)Migratetype.HighAtomic)
        {
            FreeHighAtomic += 1 << order;
            return;
        }

        FreePages -= 1 << order;
        IsolatedPages += 1 << order;
    }
}
