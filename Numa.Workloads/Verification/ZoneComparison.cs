using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Text;

namespace Numa.Workloads.Verification;

/// <summary>Holds extents and managed pages of a kernel's zones against those of a booted machine.</summary>
internal static class ZoneComparison
{
    public static void Compare(Tally tally, string file, IEnumerable<ZoneinfoZone> zones, CaptureBoot boot)
    {
        var populated = zones.Where(zone => zone.IsPopulated).ToList();
        Populated(tally, file, populated.Select(zone => zone.Id), boot.Image);
        foreach (var zone in populated)
        {
            Extent(tally, $"{file} {zone.Id}", boot, zone.Id,
                zone.Start.Value, zone.Spanned, zone.Present, zone.Managed);
        }
    }

    public static void Compare(Tally tally, string file, AllocatorDump dump, CaptureBoot boot)
    {
        foreach (var zone in dump.Zones.Where(zone => zone.Number("present") > 0))
        {
            Extent(tally, $"{file} {zone.Zone}", boot, zone.Zone, zone.Frame("start") ?? -1,
                zone.Number("spanned") ?? -1, zone.Number("present") ?? -1, zone.Number("managed") ?? -1);
        }
    }

    /// <summary>How near estimated managed pages come to the kernel's.</summary>
    public static IEnumerable<string> Guesses(IEnumerable<ZoneinfoZone> zones, MachineImage image) =>
        from kernel in zones
        from ours in image.Zones
        where kernel.Id == ours.Id && kernel.Managed != ours.Managed.Value
        select string.Create(CultureInfo.InvariantCulture,
            $"Zone {ours.Id} has an estimated {ours.Managed} managed pages, the kernel {kernel.Managed} "
            + $"({100.0 * (ours.Managed.Value - kernel.Managed) / Math.Max(1, kernel.Managed):+0.00;-0.00} %).");

    private static void Populated(Tally tally, string file, IEnumerable<ZoneId> kernel, MachineImage image) =>
        tally.Same($"{file} populated zones", string.Join(' ', kernel.Order()),
            string.Join(' ', image.Zones.Select(zone => zone.Id)),
            () => "zones of a node that hold memory, by the limits of zones and the node's ranges");

    private static void Extent(
        Tally tally, string where, CaptureBoot boot, ZoneId id, long start, long spanned, long present, long managed)
    {
        var zone = boot.Image.Zones.FirstOrDefault(zone => zone.Id == id);
        tally.Same($"{where} start", start, zone?.Start.Value ?? 0,
            () => "the node's first page within the zone's limits");
        tally.Same($"{where} spanned", spanned, zone?.Spanned.Value ?? 0,
            () => "the node's first to last page within the zone's limits, holes included");
        tally.Same($"{where} present", present, zone?.Present.Value ?? 0,
            () => "pages of the node's ranges in the span");
        if (boot.Layout.IsEstimated) return;
        tally.Same($"{where} managed", managed, zone?.Managed.Value ?? 0, () =>
            $"{zone?.Released.Sum(range => range.Pages.Value) ?? 0} pages released to the buddy allocator, "
            + $"and {zone?.FreedLate.Sum(range => range.Pages.Value) ?? 0} freed later");
    }
}
