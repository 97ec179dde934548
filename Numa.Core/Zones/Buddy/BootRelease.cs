using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Hands a zone's boot memory, or the lists of a running kernel, to its buddy allocator.</summary>
/// <remarks>Source: <c>__free_memory_core</c>, Linux mm/memblock.c.</remarks>
internal static class BootRelease
{
    public static void Into(BuddyAllocator buddy, KernelRelease release, ZoneImage image, long zero)
    {
        var work = default(BuddyWork);
        var toTail = release.BootRelease == BootReleaseRule.Tail;
        Tag(buddy, image, zero);
        if (image.State is { } state)
        {
            Restore(buddy, image, state, zero);
            return;
        }

        foreach (var range in image.Released)
        {
            RequireInside(image, range);
            foreach (var part in ApartFromReserve(image, range))
                Release(buddy, part, zero, image.Grain, toTail, ref work);
        }

        foreach (var range in image.Bitmap)
        {
            RequireInside(image, range);
            Release(buddy, range, zero, ReleaseGrain.Pages, toTail, ref work);
        }

        foreach (var range in image.FreedLate)
        {
            RequireInside(image, range);
            for (var page = (int)(range.Start.Value - zero); page < (int)(range.End.Value - zero); page++)
            {
                buddy.Free(page, 0, (int)buddy.Tags[page], toTail: false, ref work);
            }
        }
    }

    private static void Restore(BuddyAllocator buddy, ZoneImage image, ZoneState state, long zero)
    {
        foreach (var (order, type, frames) in state.FreeLists)
        {
            foreach (var frame in frames)
            {
                RequireInside(image, new(new(frame), new(frame + (1L << order))));
                buddy.Restore((int)(frame - zero), order, (int)type);
            }
        }
    }

    private static void RequireInside(ZoneImage image, PageRange range) =>
        Invariant.Holds(range.Start >= image.Start && range.End <= image.End, "released pages are the zone's");

    private static void Tag(BuddyAllocator buddy, ZoneImage image, long zero)
    {
        foreach (var (range, tag) in image.Tagged)
        {
            var end = Math.Min(range.End.Value, image.End.Value) - zero;
            for (var page = range.Start.Value - zero; page < end; page += 1 << Order.Pageblock)
                buddy.Tags[(int)page] = tag;
        }
    }

    /// <summary>Cuts a range before and behind the largest blocks that hold reserved pageblocks.</summary>
    private static IEnumerable<PageRange> ApartFromReserve(ZoneImage image, PageRange range)
    {
        const long largest = 1L << Order.MaxValue;
        foreach (var (reserved, tag) in image.Tagged)
        {
            if (tag != Migratetype.HighAtomic) continue;
            foreach (var border in (long[])
                [reserved.Start.Value & -largest, (reserved.End.Value + (largest - 1)) & -largest])
            {
                if (border <= range.Start.Value || border >= range.End.Value) continue;
                yield return range with { End = new(border) };
                range = range with { Start = new(border) };
            }
        }

        yield return range;
    }

    /// <summary>Each block goes to the lists of its first pageblock's type; the largest blocks of one range have all
    /// one.</summary>
    private static void Release(
        BuddyAllocator buddy, PageRange range, long zero, ReleaseGrain grain, bool toTail, ref BuddyWork work)
    {
        const int largest = 1 << Order.MaxValue;
        var (start, end) = ((int)(range.Start.Value - zero), (int)(range.End.Value - zero));
        while (start < end)
        {
            if (start % largest == 0 && end - start >= largest)
            {
                // Smaller pieces would merge and leave nothing on other lists, and order 10 merges no further: whatever
                // the grain, the whole stretch goes to its list as one run.
                var blocks = (end - start) / largest;
                buddy.ReleaseLargest(start, blocks, (int)buddy.Tags[start], toTail);
                start += blocks * largest;
                continue;
            }

            var order = ReleaseBlocks.OrderAt(start, end, grain);
            buddy.Free(start, order, (int)buddy.Tags[start], toTail, ref work);
            start += 1 << order;
        }
    }
}
