using Numa.Core.Addressing;

namespace Numa.Core.Hotplug;

/// <summary>Moves the border between Normal and Movable to bring a range online on the other side (up to
/// 4.12).</summary>
/// <remarks>A range belongs to a zone as soon as it is added, and only what lies at the border can change sides.
/// Source: <c>move_pfn_range_left</c> and <c>move_pfn_range_right</c>, Linux mm/memory_hotplug.c.</remarks>
internal static class ZoneBorder
{
    /// <summary>Zone of added memory: Movable behind the start of a Movable zone, else Normal.</summary>
    public static ZoneKind OfAdded(RunningZone movable, PageRange range) =>
        movable.Span.Pages > PageCount.Zero && movable.Span.Start <= range.Start ? ZoneKind.Movable : ZoneKind.Normal;

    /// <summary>The two zones once the range lies on the side asked for.</summary>
    /// <returns>Null when the range does not lie at the border.</returns>
    public static (RunningZone Normal, RunningZone Movable)? Move(
        RunningZone normal, RunningZone movable, PageRange range, OnlineType type)
    {
        if (type == OnlineType.Kernel && movable.Intersects(range))
        {
            if (range.Start > movable.Span.Start || range.End > movable.Span.End) return null;
            return (normal.Reaching(range), movable with { Span = Trimmed(new(range.End, movable.Span.End)) });
        }

        if (type == OnlineType.Movable && normal.Intersects(range))
        {
            if (range.Start < normal.Span.Start || range.End < normal.Span.End) return null;
            return (normal with { Span = Trimmed(new(normal.Span.Start, range.Start)) }, movable.Reaching(range));
        }

        return (normal, movable);
    }

    private static PageRange Trimmed(PageRange span) => span.Pages == PageCount.Zero ? default : span;
}
