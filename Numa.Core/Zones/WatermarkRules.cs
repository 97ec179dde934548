using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Shares min_free_kbytes out among the zones and sets the marks above it.</summary>
/// <remarks>Source: <c>__setup_per_zone_wmarks</c>, Linux mm/page_alloc.c.</remarks>
public static class WatermarkRules
{
    internal const int LeastClampedMin = 32;
    internal const int LargestClampedMin = 128;

    /// <summary>Pages among which min_free_kbytes is shared.</summary>
    public static PageCount Sharing(KernelRelease release, IEnumerable<ManagedZone> zones) =>
        new(zones.Where(zone => !IsClamped(release, zone.Id.Kind)).Sum(zone => zone.Managed.Value));

    /// <param name="sharing">Result of <see cref="Sharing"/> over all zones.</param>
    /// <param name="scaleFactor">vm.watermark_scale_factor. Unit: 1/10000 of the zone.</param>
    public static Watermarks For(
        KernelRelease release, ManagedZone zone, PageCount sharing, int minFreeKbytes, int scaleFactor)
    {
        var managed = zone.Managed.Value;
        // Zero managed pages anywhere: the share of every zone is zero.
        var share = sharing == PageCount.Zero ? 0 : (minFreeKbytes >> 2) * managed / sharing.Value;
        var min = IsClamped(release, zone.Id.Kind)
            ? Math.Clamp(managed / 1024, LeastClampedMin, LargestClampedMin)
            : share;
        // The distances follow the share even where min is clamped.
        if (release.Watermarks == WatermarkSpacing.QuarterOfMin)
        {
            var high = new PageCount(min + (share >> 1));
            return new(new(min), new(min + (share >> 2)), high, high);
        }

        var distance = Math.Max(share >> 2, managed * scaleFactor / 10000);
        var topOfHigh = min + 2 * distance;
        return new(
            new(min), new(min + distance), new(topOfHigh), new(topOfHigh + (release.HasPromoMark ? distance : 0)));
    }

    internal static bool IsClamped(KernelRelease release, ZoneKind kind) =>
        kind == ZoneKind.HighMem || (release.MovableMarksClamped && kind == ZoneKind.Movable);
}
