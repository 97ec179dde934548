using System.Numerics;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Hands a zone's boot memory to its buddy allocator.</summary>
/// <remarks>Source: <c>__free_memory_core</c> and <c>__free_pages_memory</c>, Linux mm/memblock.c.</remarks>
internal static class BootRelease
{
    public static void Into(BuddyAllocator buddy, KernelRelease release, ZoneImage image, long zero)
    {
        var work = default(BuddyWork);
        var toTail = release.BootRelease == BootReleaseRule.Tail;
        Tag(buddy, image, zero);
        foreach (var range in image.Released)
        {
            RequireInside(image, range);
            foreach (var part in ApartFromReserve(image, range))
                Release(buddy, (int)(part.Start.Value - zero), (int)(part.End.Value - zero), toTail, ref work);
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

    /// <summary>Cuts a range into the largest aligned blocks, lowest first.</summary>
    /// <remarks>Each goes to the lists of its first pageblock's type; the largest blocks of one range have all
    /// one.</remarks>
    private static void Release(BuddyAllocator buddy, int start, int end, bool toTail, ref BuddyWork work)
    {
        const int largest = 1 << Order.MaxValue;
        while (start < end)
        {
            // Zone-relative zero is aligned like any multiple of 1024.
            var order = start == 0 ? Order.MaxValue : Math.Min(Order.MaxValue, BitOperations.TrailingZeroCount(start));
            while (start + (1L << order) > end) order--;
            if (order == Order.MaxValue)
            {
                // Order 10 merges no further: the whole stretch goes to its list as one run.
                var blocks = (end - start) / largest;
                buddy.ReleaseLargest(start, blocks, (int)buddy.Tags[start], toTail);
                start += blocks * largest;
                continue;
            }

            buddy.Free(start, order, (int)buddy.Tags[start], toTail, ref work);
            start += 1 << order;
        }
    }
}
