using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Hands a zone's boot memory to its buddy allocator.</summary>
/// <remarks>Source: <c>__free_memory_core</c>, Linux mm/memblock.c.</remarks>
internal static class BootRelease
{
    public static void Into(BuddyAllocator buddy, KernelRelease release, ZoneImage image, long zero)
    {
        var work = default(BuddyWork);
        var toTail = release.BootRelease == BootReleaseRule.Tail;
        foreach (var range in image.Released)
        {
            RequireInside(image, range);
            Release(buddy, range, zero, image.Grain, toTail, ref work);
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

    private static void RequireInside(ZoneImage image, PageRange range) =>
        Invariant.Holds(range.Start >= image.Start && range.End <= image.End, "released pages are the zone's");

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
                buddy.ReleaseLargest(start, blocks, toTail);
                start += blocks * largest;
                continue;
            }

            var order = ReleaseBlocks.OrderAt(start, end, grain);
            buddy.Free(start, order, (int)Migratetype.Movable, toTail, ref work);
            start += 1 << order;
        }
    }
}
