using System.Numerics;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Zones;

/// <summary>Sizes a zone's pagesets.</summary>
/// <remarks>Source: <c>zone_batchsize</c> and <c>zone_highsize</c>, Linux mm/page_alloc.c.</remarks>
public static class PagesetSizing
{
    /// <summary>Smallest fraction that a write may set, 0 aside.</summary>
    public const int LeastFraction = 8;

    /// <summary>What every pageset starts with, and an empty zone keeps.</summary>
    public static readonly PagesetSize Initial = new(Batch: 1, HighMin: 0, HighMax: 0);

    private const int LargestFractionBatch = 96;

    /// <summary>Divisor of the zone that bounds an auto-tuned high mark.</summary>
    private const int AutoTunedFraction = 8;

    /// <param name="low">Low watermark of the zone, boost included.</param>
    /// <param name="localCpus">Online CPUs of the zone's node, or of the machine when the node has none.</param>
    /// <param name="fraction">percpu_pagelist_fraction or its successor; 0 is off.</param>
    public static PagesetSize For(
        KernelRelease release, PageCount managed, PageCount low, int localCpus, int fraction)
    {
        var unit = BatchUnit(release, managed);
        var batch = Math.Max(1, unit);
        switch (release.PagesetSizing)
        {
            case PagesetSizingRule.SixBatches when fraction == 0:
                // A tiny zone has unit 0, so its high is 0 and every free drains at once.
                return new(batch, 6 * unit, 6 * unit);
            case PagesetSizingRule.SixBatches:
                var high = (int)(managed.Value / fraction);
                return new(Math.Clamp(high / 4, 1, LargestFractionBatch), high, high);
            default:
                var highMin = High(fraction == 0 ? low.Value : managed.Value / fraction, localCpus, batch);
                var tunes = release.PagesetSizing == PagesetSizingRule.AutoTuned && fraction == 0;
                return new(batch, highMin, tunes ? High(managed.Value / AutoTunedFraction, localCpus, batch) : highMin);
        }
    }

    private static int High(long pages, int localCpus, int batch) => (int)Math.Max(pages / localCpus, 4L * batch);

    // One less than a power of two keeps successive batches from falling on the same cache colours.
    private static int BatchUnit(KernelRelease release, PageCount managed)
    {
        var quarter = Math.Max(1, (int)Math.Min(managed.Value / 1024, release.BatchCapPages) / 4);
        return (1 << BitOperations.Log2((uint)(quarter + quarter / 2))) - 1;
    }
}
