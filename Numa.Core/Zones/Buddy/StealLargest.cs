using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Fallback up to 4.13: the largest block of another type; half a pageblock free claims it.</summary>
/// <remarks>Up to 4.3 MIGRATE_RESERVE is the last resort of every type; what is left of its blocks stays with
/// it. Source: <c>__rmqueue_fallback</c>, Linux mm/page_alloc.c.</remarks>
internal sealed class StealLargest(BuddyAllocator buddy, WatermarkBoost boost, KernelRelease release)
    : MigratetypeFallback(buddy, boost)
{
    private readonly bool _reserveIsLast = release.HighAtomic == HighAtomicRule.ReservePageblocks;

    public override int Take(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work)
    {
        for (var from = Order.MaxValue; from >= order; from--)
        {
            var other = SuitableType(from, type);
            if (other < 0) continue;
            var page = Buddy.Lists.Head(from, other);
            if (Claims(from, type)) Claim(page, from, type, ref work);

            // The pageblock's blocks may have changed lists under us, the chosen one among them.
            return TakeChosen(page, from, order, (int)type, other, ref work);
        }

        return _reserveIsLast ? Buddy.TakeSmallest(order, (int)Migratetype.HighAtomic, ref work) : -1;
    }

    private bool Claims(int from, Migratetype type) => MayClaim(from, type)
        && (from >= Order.Pageblock / 2 || type == Migratetype.Reclaimable || release.UnmovableClaimsPageblocks);

    private void Claim(int page, int from, Migratetype type, ref BuddyWork work)
    {
        if (from >= Order.Pageblock)
        {
            Buddy.Retag(page, from, type);
            return;
        }

        var start = PageblockOf(page);
        var end = start + (1 << Order.Pageblock);
        if (end > Buddy.End) return;
        if (start < Buddy.First) start = page;
        var moved = Buddy.MoveBlocks(start, end, (int)type, toTail: false, ref work);
        if (moved >= 1 << (Order.Pageblock - 1)) Buddy.Retag(page, 0, type);
    }

    private int TakeChosen(int page, int from, int order, int type, int other, ref BuddyWork work)
    {
        // Blocks moved to the head in ascending order leave the chosen one anywhere in its new list; order 10 is
        // never moved and still the head of its own.
        if (from == Order.MaxValue) return Buddy.TakeHead(from, order, other, type, ref work);
        return Buddy.TakeBlock(page, from, order, type, ref work);
    }
}
