using Numa.Core.Addressing;
using Numa.Core.Allocation;

namespace Numa.Core.Zones.Buddy;

/// <summary>Fallback of 4.14 to 6.14: moves blocks to the request's lists, then takes from those.</summary>
/// <remarks>Source: <c>steal_suitable_fallback</c>, Linux mm/page_alloc.c.</remarks>
internal sealed class StealThenRetry(BuddyAllocator buddy, WatermarkBoost boost) : MigratetypeFallback(buddy, boost)
{
    public override int Take(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work)
    {
        while (Steal(order, type, flags, ref work))
        {
            var page = Buddy.TakeSmallest(order, (int)type, ref work);
            if (page >= 0) return page;
        }

        return -1;
    }

    private bool Steal(int order, Migratetype type, AllocationFlags flags, ref BuddyWork work)
    {
        var least = LeastOrder(order, flags);
        for (var from = Order.MaxValue; from >= least; from--)
        {
            var other = SuitableType(from, type);
            if (other < 0) continue;
            if (!MayClaim(from, type) && from > order)
            {
                // A whole pageblock cannot be had: then rather split the smallest block than the largest.
                from = order;
                while ((other = SuitableType(from, type)) < 0) from++;
            }

            StealBlock(from, other, type, flags, ref work);
            return true;
        }

        return false;
    }

    private void StealBlock(int from, int other, Migratetype type, AllocationFlags flags, ref BuddyWork work)
    {
        var page = Buddy.Lists.Head(from, other);
        var tag = Buddy.Tags[page];
        if (tag != Migratetype.HighAtomic)
        {
            if (from >= Order.Pageblock)
            {
                Buddy.Retag(page, from, type);
            }
            else
            {
                BoostWatermarks(flags);
                if (MayClaim(from, type) && StealPageblock(page, tag, type, ref work)) return;
            }
        }

        Buddy.MoveHead(from, other, (int)type, toTail: true, ref work);
    }

    /// <returns>False when nothing could be moved.</returns>
    private bool StealPageblock(int page, Migratetype tag, Migratetype type, ref BuddyWork work)
    {
        var start = PageblockOf(page);
        var end = start + (1 << Order.Pageblock);
        if (end > Buddy.End) return false;
        if (start < Buddy.First) start = page;
        var (free, movable) = Buddy.Survey(start, end);
        Buddy.MoveBlocks(start, end, (int)type, toTail: true, ref work);
        if (IsMostlyAlike(free, movable, type, tag)) Buddy.Retag(page, 0, type);
        return true;
    }
}
