using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Generators;

/// <summary>Zones and records for tests, as small as the case permits.</summary>
internal static class Zones
{
    public static KernelRelease Release(string version) => KernelRelease.Find(version, out _)!;

    public static ZoneTuning Tuning(long min = 0, long low = 0, long high = 0, params long[] reserve) => new(
        new Watermarks(new(min), new(low), new(high), new(high)),
        [.. Enumerable.Range(0, 5).Select(i => new PageCount(i < reserve.Length ? reserve[i] : 0))],
        new PagesetSize(1, 0, 0),
        1,
        new PageCount(0));

    public static ZoneImage Image(long start, long end, ZoneTuning? tuning, params (long Start, long End)[] released) =>
        new(new ZoneId(new NodeId(0), ZoneKind.Normal), new(start), new(end - start), new(end - start),
            [.. released.Select(range => Range(range.Start, range.End))], [], tuning ?? Tuning());

    public static Zone Zone(string version, long start, long end, params (long Start, long End)[] released) =>
        new(Release(version), Image(start, end, null, released));

    public static PageRange Range(long start, long end) => new(new(start), new(end));

    public static long Take(this Zone zone, int order, Migratetype type = Migratetype.Movable)
    {
        var work = default(BuddyWork);
        Span<long> frames = stackalloc long[1];
        return zone.Take(order, type, 0, 1, frames, ref work) == 1 ? frames[0] : -1;
    }

    public static void Give(this Zone zone, int order, params long[] frames)
    {
        var work = default(BuddyWork);
        foreach (var frame in frames) zone.Give(frame, order, zone.TagOf(frame), ref work);
    }

    /// <summary>All lists of a type that are not empty, head first: <c>0:[3,1] 2:[4]</c>.</summary>
    public static string Lists(this Zone zone, Migratetype type) => string.Join(' ', Enumerable.Range(0, Order.Count)
        .Select(order => (order, frames: zone.FreeList(order, type).ToArray()))
        .Where(list => list.frames.Length > 0)
        .Select(list => $"{list.order}:[{string.Join(',', list.frames)}]"));
}
