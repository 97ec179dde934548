using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Workloads.WhatIf;

/// <summary>How many single pages a zone gives, one after the other, before a watermark check refuses.</summary>
public static class ZoneRoom
{
    /// <summary>Finds the edge by asking the check itself, so that every rule of the release is in it.</summary>
    /// <param name="check">Of order 0: then only the number of free pages decides, and fewer never pass where more do
    /// not.</param>
    /// <param name="free">Free pages to begin with.</param>
    /// <returns>Unit: pages.</returns>
    public static long Pages(KernelRelease release, ZoneTuning tuning, WatermarkCheck check, long free)
    {
        if (!Passes(free)) return 0;
        var (refused, passed) = (-1L, free);
        while (passed - refused > 1)
        {
            var middle = refused + (passed - refused) / 2;
            if (Passes(middle)) passed = middle;
            else refused = middle;
        }

        return free - refused;

        bool Passes(long pages) =>
            check.Evaluate(release, tuning, new ZoneRecord { Free = pages, Folded = pages }).Passes;
    }
}
