using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Text;

namespace Numa.Workloads.Verification;

/// <summary>Holds extents and managed pages of a kernel's zones against those of a booted machine.</summary>
internal static class ZoneComparison
{
    public static void Compare(Tally tally, string file, IEnumerable<ZoneinfoZone> zones, MachineImage image)
    {
        var populated = zones.Where(zone => zone.IsPopulated).ToList();
        Populated(tally, file, populated.Select(zone => zone.Id), image);
        foreach (var zone in populated)
        {
            Extent(tally, $"{file} {zone.Id}", image, zone.Id,
                zone.Start.Value, zone.Spanned, zone.Present, zone.Managed);
        }
    }

    public static void Compare(Tally tally, string file, AllocatorDump dump, MachineImage image)
    {
        foreach (var zone in dump.Zones.Where(zone => zone.Number("present") > 0))
        {
            Extent(tally, $"{file} {zone.Zone}", image, zone.Zone, zone.Frame("start") ?? -1,
                zone.Number("spanned") ?? -1, zone.Number("present") ?? -1, zone.Number("managed") ?? -1);
        }
    }

    private static void Populated(Tally tally, string file, IEnumerable<ZoneId> kernel, MachineImage image) =>
        tally.Same($"{file} populated zones", string.Join(' ', kernel.Order()),
            string.Join(' ', image.Zones.Select(zone => zone.Id)),
            () => "zones of a node that hold memory, by the limits of zones and the node's ranges");

    private static void Extent(
        Tally tally, string where, MachineImage image, ZoneId id, long start, long spanned, long present, long managed)
    {
        var zone = image.Zones.FirstOrDefault(zone => zone.Id == id);
        tally.Same($"{where} start", start, zone?.Start.Value ?? 0,
            () => "the node's first page within the zone's limits");
        tally.Same($"{where} spanned", spanned, zone?.Spanned.Value ?? 0,
            () => "the node's first to last page within the zone's limits, holes included");
        tally.Same($"{where} present", present, zone?.Present.Value ?? 0,
            () => "pages of the node's ranges in the span");
        tally.Same($"{where} managed", managed, zone?.Managed.Value ?? 0, () =>
            $"{zone?.Released.Sum(range => range.Pages.Value) ?? 0} pages released to the buddy allocator, "
            + $"and {zone?.FreedLate.Sum(range => range.Pages.Value) ?? 0} freed later");
    }
}
