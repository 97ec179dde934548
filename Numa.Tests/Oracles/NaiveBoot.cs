using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Tests.Oracles;

/// <summary>The mass release, one block after the other.</summary>
internal static class NaiveBoot
{
    public static void Release(NaiveZone zone, KernelRelease release, long start, long end)
    {
        while (start < end)
        {
            var order = 10;
            while (start % (1L << order) != 0 || start + (1L << order) > end) order--;
            zone.Free(start, order, zone.Tag(start), release.BootRelease == BootReleaseRule.Tail);
            start += 1L << order;
        }
    }
}
