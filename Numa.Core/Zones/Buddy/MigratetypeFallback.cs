using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Where a request goes when its own migratetype has no free block.</summary>
/// <remarks>HighAtomic and Isolate are never fallbacks; MIGRATE_RESERVE is the last one up to 4.3.</remarks>
internal abstract class MigratetypeFallback(BuddyAllocator buddy, WatermarkBoost boost)
{
    private const int PageblockPages = 1 << Order.Pageblock;

    protected BuddyAllocator Buddy { get; } = buddy;

    public static MigratetypeFallback Of(KernelRelease release, BuddyAllocator buddy, WatermarkBoost boost) =>
        release.Fallback switch
        {
            MigratetypeFallbackRule.StealLargest => new StealLargest(buddy, boost, release),
            MigratetypeFallbackRule.StealThenRetry => new StealThenRetry(buddy, boost),
            _ => new ClaimThenSteal(buddy, boost),
        };

    /// <summary>Takes a block from another type.</summary>
    /// <param name="stealing">State of one hold of the lock: set when later blocks of it skip their own lists
    /// too.</param>
    /// <returns>First page of the block, or -1.</returns>
    public abstract int Take(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work);

    /// <summary>First type of the request's row that has a block of the order, or -1.</summary>
    protected int SuitableType(int order, Migratetype type)
    {
        if (Buddy.Lists.Blocks(order) == 0) return -1;
        var (first, second) = type switch
        {
            Migratetype.Unmovable => (Migratetype.Reclaimable, Migratetype.Movable),
            Migratetype.Movable => (Migratetype.Reclaimable, Migratetype.Unmovable),
            _ => (Migratetype.Unmovable, Migratetype.Movable),
        };
        if (!Buddy.Lists.IsEmpty(order, (int)first)) return (int)first;
        return Buddy.Lists.IsEmpty(order, (int)second) ? -1 : (int)second;
    }

    /// <summary>Whether a request may take over the pageblock around a block: large blocks, or types that stay
    /// put.</summary>
    protected static bool MayClaim(int order, Migratetype type) =>
        order >= Order.Pageblock / 2 || type is Migratetype.Reclaimable or Migratetype.Unmovable;

    protected static int LeastOrder(int order, AllocationFlags flags) =>
        order < Order.Pageblock && (flags & AllocationFlags.NoFragment) != 0 ? Order.Pageblock : order;

    protected static int PageblockOf(int page) => page & ~(PageblockPages - 1);

    protected void BoostWatermarks(AllocationFlags flags) => boost.Raise((flags & AllocationFlags.Kswapd) != 0);

    /// <summary>Whether free pages and pages like the request's make up half the pageblock or more.</summary>
    protected static bool IsMostlyAlike(int free, int movable, Migratetype type, Migratetype tag)
    {
        var alike = type == Migratetype.Movable ? movable
            : tag == Migratetype.Movable ? PageblockPages - free - movable
            : 0;
        return free + alike >= PageblockPages / 2;
    }
}
