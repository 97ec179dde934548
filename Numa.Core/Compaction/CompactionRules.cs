using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Compaction;

/// <summary>Whether compacting a zone makes sense, and whether it has done enough.</summary>
/// <remarks>Source: <c>compaction_suitable</c>, <c>__compact_finished</c>, Linux mm/compaction.c;
/// <c>fragmentation_index</c>, mm/vmstat.c.</remarks>
public static class CompactionRules
{
    /// <summary>vm.extfrag_threshold, at its default.</summary>
    private const int ExtfragThreshold = 500;

    /// <summary>Largest order for which the kernel tries hard.</summary>
    private const int CostlyOrder = 3;

    /// <summary>Pages that must be free beyond a mark: those to move to, and as many that wait to merge.</summary>
    /// <remarks>Source: <c>compact_gap</c>, Linux include/linux/compaction.h.</remarks>
    public static long Gap(int order) => 2L << order;

    /// <summary>Why a request of the order would fail: towards 0 for lack of memory, towards 1000 for
    /// fragmentation; −1000 when it would not.</summary>
    public static int FragmentationIndex(in OrderCounts freeBlocks, int order)
    {
        var (blocks, pages, isFree) = (0L, 0L, false);
        for (var size = 0; size < Order.Count; size++)
        {
            blocks += freeBlocks[size];
            pages += (long)freeBlocks[size] << size;
            isFree |= size >= order && freeBlocks[size] > 0;
        }

        if (blocks == 0) return 0;
        if (isFree) return -1000;
        return (int)(1000 - (1000 + pages * 1000 / (1L << order)) / blocks);
    }

    /// <summary>The check that has to pass for a compaction to be over: up to 4.6 one at the low mark.</summary>
    public static WatermarkCheck Goal(KernelRelease release, WatermarkCheck check) =>
        release.Compaction == CompactionRule.BeforeReclaim ? check with { Level = WatermarkLevel.Low } : check;

    /// <summary>Success: the request's check passes already. Skipped: it makes no sense. Else Continue.</summary>
    /// <param name="check">The request's, with its order.</param>
    public static CompactionResult Suitable(
        KernelRelease release, ZoneTuning tuning, in ZoneRecord record, WatermarkCheck check)
    {
        if (check.Evaluate(release, tuning, record).Passes) return CompactionResult.Success;
        if (!HasRoom(release, tuning, record, check)) return CompactionResult.Skipped;
        if (release.Compaction == CompactionRule.AfterReclaim && check.Order <= CostlyOrder)
            return CompactionResult.Continue;
        var index = FragmentationIndex(record.FreeBlocks, check.Order);
        return index is >= 0 and <= ExtfragThreshold ? CompactionResult.Skipped : CompactionResult.Continue;
    }

    /// <summary>Whether reclaim may have made compaction worth while.</summary>
    /// <param name="available">Free pages, and those that could become free.</param>
    public static bool CouldSuit(
        KernelRelease release, ZoneTuning tuning, in ZoneRecord record, WatermarkCheck check, long available)
    {
        var grown = record;
        grown.Folded = available;
        return check.Evaluate(release, tuning, record).Passes || HasRoom(release, tuning, grown, check);
    }

    /// <summary>A block that the request may take is free.</summary>
    /// <param name="typesOfOrder">Shape: index = order; bit = migratetype with a free block.</param>
    public static bool HasBlock(ReadOnlySpan<byte> typesOfOrder, int order, Migratetype type)
    {
        const int pagesetTypes = 0b111;
        for (var size = order; size < typesOfOrder.Length; size++)
        {
            // What is stolen from another type must be worth a pageblock, or the request's type one that mixes.
            var steals = size >= Order.Pageblock / 2 || type != Migratetype.Movable;
            if ((typesOfOrder[size] & (steals ? pagesetTypes : 1 << (int)type)) != 0) return true;
        }

        return false;
    }

    /// <summary>Enough is free in pages of order 0 to move pages about.</summary>
    private static bool HasRoom(
        KernelRelease release, ZoneTuning tuning, in ZoneRecord record, WatermarkCheck check)
    {
        var isOld = release.Compaction == CompactionRule.BeforeReclaim;
        var level = isOld || check.Order > CostlyOrder ? WatermarkLevel.Low : WatermarkLevel.Min;
        var room = new WatermarkCheck(
            level, isOld ? check.Flags : AllocationFlags.None, check.ReserveIndex, Order: 0);
        var withGap = record;
        // It adds to the mark before that is lowered, as a boost does.
        withGap.Boost += Gap(check.Order);
        return room.Evaluate(release, tuning, withGap).Passes;
    }
}
