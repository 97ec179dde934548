using Numa.Core.Addressing;
using Numa.Core.Allocation;

namespace Numa.Core.Zones.Buddy;

/// <summary>Fallback of 6.12 stable and 6.15: claims a whole pageblock, else takes just one block.</summary>
/// <remarks>Source: <c>__rmqueue_claim</c> and <c>__rmqueue_steal</c>, Linux mm/page_alloc.c.</remarks>
internal sealed class ClaimThenSteal(BuddyAllocator buddy, WatermarkBoost boost) : MigratetypeFallback(buddy, boost)
{
    public override int Take(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work)
    {
        if (!stealing)
        {
            var page = Claim(order, type, flags, ref work);
            if (page >= 0) return page;
        }

        if ((flags & AllocationFlags.NoFragment) != 0) return -1;
        for (var from = order; from <= Order.MaxValue; from++)
        {
            var other = SuitableType(from, type);
            if (other < 0) continue;
            stealing = true;
            return Buddy.TakeHead(from, order, other, other, ref work);
        }

        return -1;
    }

    private int Claim(int order, Migratetype type, AllocationFlags flags, ref BuddyWork work)
    {
        var least = LeastOrder(order, flags);
        for (var from = Order.MaxValue; from >= least && MayClaim(from, type); from--)
        {
            var other = SuitableType(from, type);
            if (other < 0) continue;
            var page = Buddy.Lists.Head(from, other);
            var tag = Buddy.Tags[page];
            if (tag == Migratetype.HighAtomic) continue;
            if (from >= Order.Pageblock)
            {
                Buddy.Retag(page, from, type);
                return Buddy.TakeHead(from, order, other, (int)type, ref work);
            }

            BoostWatermarks(flags);
            if (ClaimPageblock(page, tag, type, ref work)) return Buddy.TakeSmallest(order, (int)type, ref work);
        }

        return -1;
    }

    private bool ClaimPageblock(int page, Migratetype tag, Migratetype type, ref BuddyWork work)
    {
        var start = PageblockOf(page);
        var end = start + (1 << Order.Pageblock);
        if (start < Buddy.First || end > Buddy.End) return false;
        var (free, movable) = Buddy.Survey(start, end);
        if (!IsMostlyAlike(free, movable, type, tag)) return false;
        Buddy.MoveBlocks(start, end, (int)type, toTail: true, ref work);
        Buddy.Retag(start, 0, type);
        return true;
    }
}
