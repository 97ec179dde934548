using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones.Buddy;

namespace Numa.Core.Zones;

/// <remarks>Memory that comes and goes, in ranges of whole sections. Source: <c>online_pages</c> and
/// <c>offline_pages</c>, Linux mm/memory_hotplug.c.</remarks>
public sealed partial class Zone
{
    private readonly List<(PageRange Range, bool Came)> _hotplug = [];

    /// <summary>Managed pages, which bound the boost and the atomic reserve.</summary>
    public PageCount Managed
    {
        get => new(_boost.Managed);
        set => (_boost.Managed, _highAtomic.Managed) = (value.Value, value.Value);
    }

    /// <summary>Free pages that are isolated: nobody can allocate them.</summary>
    public long IsolatedPages => _buddy.IsolatedPages;

    /// <summary>Pageblocks with the tag Isolate.</summary>
    public int IsolatedPageblocks => _buddy.IsolatedPageblocks;

    /// <summary>Ranges that boot left, and what came and went since.</summary>
    public IEnumerable<PageRange> WithHotplug(IEnumerable<PageRange> ranges)
    {
        foreach (var (changed, came) in _hotplug)
        {
            ranges = came ? ranges.Append(changed) : ranges.SelectMany(range => range.Without(changed)).ToList();
        }

        return ranges;
    }

    /// <summary>A range goes online: its blocks of order 10 come free, as Movable, in ascending order.</summary>
    /// <remarks>Before 5.10 page by page, which merge; order 10 merges no further.</remarks>
    public void BringOnline(PageRange range, ref BuddyWork work)
    {
        var (start, end) = PagesOf(range);
        var blocks = (end - start) >> Order.MaxValue;
        (_buddy.First, _buddy.End) = (Math.Min(_buddy.First, start), Math.Max(_buddy.End, end));
        for (var block = start; block < end; block += 1 << Order.MaxValue)
            _buddy.Retag(block, Order.MaxValue, Migratetype.Movable);
        _buddy.ReleaseLargest(start, blocks, (int)Migratetype.Movable, Release.BootRelease == BootReleaseRule.Tail);
        work.Blocks += blocks;
        work.PagesTouched += blocks;
        _hotplug.Add((range, true));
    }

    /// <summary>Isolates a range that is to go offline.</summary>
    /// <returns>Free pages that count as free no more; the others of the range are in use.</returns>
    public long Isolate(PageRange range, ref BuddyWork work)
    {
        var (start, end) = PagesOf(range);
        return _buddy.Isolate(start, end, MovesToTail, ref work);
    }

    /// <summary>The range stays: it is Movable, and what is free of it counts as free again.</summary>
    /// <returns>Free pages that count again.</returns>
    public long EndIsolation(PageRange range, ref BuddyWork work)
    {
        var (start, end) = PagesOf(range);
        return _buddy.EndIsolation(start, end, MovesToTail, ref work);
    }

    /// <summary>An isolated range, all of it free, leaves the zone.</summary>
    public void TakeAway(PageRange range, ref BuddyWork work)
    {
        var (start, end) = PagesOf(range);
        _buddy.TakeAway(start, end, ref work);
        _hotplug.Add((range, false));
    }

    /// <summary>The zone reaches from here to there now; pageblocks beyond its ends are never reserved.</summary>
    internal void Span(PageFrameNumber start, PageFrameNumber end) =>
        (_buddy.First, _buddy.End) = ((int)(start.Value - _base), (int)(end.Value - _base));

    private bool MovesToTail => Release.Fallback != MigratetypeFallbackRule.StealLargest;

    private (int Start, int End) PagesOf(PageRange range) =>
        ((int)(range.Start.Value - _base), (int)(range.End.Value - _base));
}
