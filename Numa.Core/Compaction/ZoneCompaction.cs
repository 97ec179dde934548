using Numa.Core.Addressing;

namespace Numa.Core.Compaction;

/// <summary>What a zone remembers of its compactions: how often they failed, and how far the scanners came.</summary>
/// <remarks>Source: <c>defer_compaction</c>, <c>compaction_deferred</c>, <c>compaction_defer_reset</c>,
/// <c>reset_cached_positions</c>, Linux mm/compaction.c.</remarks>
public sealed class ZoneCompaction
{
    /// <summary>Source: COMPACT_MAX_DEFER_SHIFT.</summary>
    public const int MostShift = 6;

    private int _considered;

    // Shape: index = 0 for asynchronous compaction, 1 for the others. −1: the start of the zone.
    private readonly long[] _migrate = [-1, -1];

    // -1: the last pageblock.
    private long _free = -1;

    /// <summary>Of so many attempts all but one are deferred, as a power of 2.</summary>
    /// <remarks>Range: 0 to <see cref="MostShift"/>.</remarks>
    public int Shift { get; private set; }

    /// <summary>Smallest order that failed since a success.</summary>
    public int OrderFailed { get; private set; }

    /// <summary>Whether this attempt is to be left out; it counts as considered.</summary>
    public bool Defers(int order)
    {
        if (order < OrderFailed) return false;
        var limit = 1 << Shift;
        _considered = Math.Min(_considered + 1, limit);
        return _considered < limit;
    }

    public void Fail(int order)
    {
        _considered = 0;
        Shift = Math.Min(Shift + 1, MostShift);
        OrderFailed = Math.Min(OrderFailed, order);
    }

    /// <param name="gotPage">An allocation got a page of it.</param>
    public void Succeed(int order, bool gotPage)
    {
        if (gotPage) (_considered, Shift) = (0, 0);
        if (order >= OrderFailed) OrderFailed = order + 1;
    }

    /// <summary>Where the scanners begin.</summary>
    /// <param name="start">First frame of the zone.</param>
    /// <param name="end">First frame behind it.</param>
    public CompactionScanners Begin(CompactionPriority priority, long start, long end)
    {
        var last = Pageblock(end - 1);
        if (priority == CompactionPriority.SyncFull) return new(start, last, true);
        var migrate = _migrate[ModeOf(priority)];
        if (migrate < start || migrate >= end) migrate = start;
        var free = _free < start || _free >= end ? last : _free;
        return new(migrate, free, migrate == start);
    }

    /// <summary>Where they came to.</summary>
    public void End(CompactionPriority priority, CompactionScanners scanners)
    {
        if (scanners.Met)
        {
            (_migrate[0], _migrate[1], _free) = (-1, -1, -1);
            return;
        }

        for (var mode = 0; mode <= ModeOf(priority); mode++)
            _migrate[mode] = Math.Max(_migrate[mode], scanners.Migrate);
        _free = scanners.Free;
    }

    private static int ModeOf(CompactionPriority priority) => priority == CompactionPriority.Async ? 0 : 1;

    private static long Pageblock(long frame) => frame & ~(Order.PageblockPages - 1);
}
