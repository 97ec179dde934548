using Numa.Core.Addressing;
using Numa.Core.Compaction;
using Numa.Core.Zones.Buddy;

namespace Numa.Core.Zones;

/// <remarks>Free pages for compaction to move others to. Source: <c>isolate_freepages</c>,
/// <c>suitable_migration_target</c>, Linux mm/compaction.c.</remarks>
public sealed partial class Zone
{
    /// <summary>Most pages that one <see cref="TakeTargets"/> takes beyond those that are asked for: it takes free
    /// blocks whole.</summary>
    public const int MostTargetsBeyond = (1 << Order.Pageblock - 1) - 1;

    /// <summary>First frame of the zone, and first frame behind it, as it reaches now.</summary>
    public (long Start, long End) Reach => (_base + _buddy.First, _base + _buddy.End);

    /// <summary>Takes free blocks out of pageblocks from high to low, and makes single pages of them.</summary>
    /// <param name="scanners">The free scanner goes on from where it stands, down to the pageblock above the migrate
    /// scanner's.</param>
    /// <param name="count">Pages that are enough.</param>
    /// <param name="takesAnyType">Not only from Movable pageblocks.</param>
    /// <param name="spare">Free pages above the mark that must stay: no block is taken that does not leave as many
    /// behind.</param>
    /// <param name="frames">Receives the pages, <see cref="MostTargetsBeyond"/> more than asked for at most.</param>
    /// <returns>Pages taken.</returns>
    public int TakeTargets(ref CompactionScanners scanners, int count, bool takesAnyType, long spare,
        Span<long> frames, ref BuddyWork work)
    {
        var page = (int)(scanners.Free - _base);
        var lowest = ((int)(scanners.Migrate - _base) & ~PageblockMask) + PageblockMask + 1;
        var taken = 0;
        while (taken < count && page >= lowest)
        {
            var block = page & ~PageblockMask;
            var end = Math.Min(block + PageblockMask + 1, _buddy.End);
            if (!MayBeTarget(block, takesAnyType)) page = end;
            while (taken < count && page < end)
            {
                var word = _buddy.Sections.Peek(page);
                var order = PageWord.Order(word);
                if (PageWord.IsFree(word))
                {
                    if (spare <= 1L << order) break;
                    spare -= 1L << order;
                    TakeTarget(page, order, frames[taken..], ref work);
                    taken += 1 << order;
                }

                page += 1 << order;
            }

            // Too little is free: it stays where it is.
            if (taken < count && page < end) break;
            if (page >= end) page = block - PageblockMask - 1;
        }

        scanners = scanners with { Free = _base + page };
        return taken;
    }

    private const int PageblockMask = (1 << Order.Pageblock) - 1;

    /// <summary>A pageblock that is free as a whole stays so.</summary>
    private bool MayBeTarget(int block, bool takesAnyType)
    {
        if (_buddy.Largest.IsFree(block >> Order.MaxValue)) return false;
        if (PageWord.IsFree(_buddy.Sections.Peek(block), Order.Pageblock)) return false;
        var tag = _buddy.Tags[block];
        return takesAnyType ? tag < Migratetype.HighAtomic : tag == Migratetype.Movable;
    }

    private void TakeTarget(int page, int order, Span<long> frames, ref BuddyWork work)
    {
        _buddy.TakeBlock(page, order, order, (int)Migratetype.Movable, ref work);
        if (order >= Order.Pageblock - 1) _buddy.Retag(page, order, Migratetype.Movable);
        for (var i = 0; i < 1 << order; i++)
        {
            _buddy.Sections.Word(page + i) = PageWord.Used(0, (int)Migratetype.Movable);
            frames[i] = _base + page + i;
        }

        work.Blocks++;
        work.PagesTouched++;
    }
}
