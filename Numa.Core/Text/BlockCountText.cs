using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Text;

/// <summary>Prints /proc/buddyinfo and /proc/pagetypeinfo.</summary>
/// <remarks>Source: <c>frag_show_print</c> and <c>pagetypeinfo_show</c>, Linux mm/vmstat.c.</remarks>
public static class BlockCountText
{
    private const int MostCounted = 100000;

    /// <param name="zones">Populated zones, ascending.</param>
    public static string Buddyinfo(IEnumerable<Zone> zones)
    {
        var text = new StringBuilder();
        foreach (var zone in zones)
        {
            var record = new ZoneRecord();
            zone.Describe(ref record);
            text.Append(CultureInfo.InvariantCulture, $"Node {zone.Id.Node}, zone {zone.Id.Kind,8} ");
            for (var order = 0; order < Order.Count; order++)
                text.Append(CultureInfo.InvariantCulture, $"{record.FreeBlocks[order],6} ");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <param name="zones">Populated zones, ascending.</param>
    /// <param name="hasPages">Whether a frame has a page descriptor; frames without are not counted.</param>
    public static string Pagetypeinfo(
        KernelRelease release, IEnumerable<Zone> zones, Func<PageFrameNumber, bool> hasPages)
    {
        var text = new StringBuilder();
        var types = MigratetypeNumbers.Of(release);
        foreach (var node in zones.GroupBy(zone => zone.Id.Node))
        {
            text.Append(CultureInfo.InvariantCulture, $"Page block order: {Order.Pageblock}\n");
            text.Append(CultureInfo.InvariantCulture, $"Pages per block:  {Order.PageblockPages}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"{"Free pages count per migrate type at order",-43} ");
            for (var order = 0; order < Order.Count; order++)
                text.Append(CultureInfo.InvariantCulture, $"{order,6} ");
            text.Append('\n');
            foreach (var zone in node) FreeBlocks(text, zone, types);
            text.Append(CultureInfo.InvariantCulture, $"\n{"Number of blocks type",-23}");
            foreach (var (_, name) in types) text.Append(CultureInfo.InvariantCulture, $"{name,12} ");
            text.Append('\n');
            foreach (var zone in node) Pageblocks(text, zone, types, hasPages);
        }

        return text.ToString();
    }

    private static void FreeBlocks(StringBuilder text, Zone zone, ImmutableArray<(Migratetype Type, string Name)> types)
    {
        foreach (var (type, name) in types)
        {
            text.Append(CultureInfo.InvariantCulture, $"Node {zone.Id.Node,4}, zone {zone.Id.Kind,8}, type {name,12} ");
            for (var order = 0; order < Order.Count; order++)
            {
                var blocks = zone.FreeList(order, type).Take(MostCounted).Count();
                var more = blocks == MostCounted ? ">" : "";
                text.Append(CultureInfo.InvariantCulture, $"{more}{blocks,6} ");
            }

            text.Append('\n');
        }
    }

    // The kernel steps from the zone's first frame, which need not begin a pageblock.
    private static void Pageblocks(
        StringBuilder text, Zone zone, ImmutableArray<(Migratetype Type, string Name)> types,
        Func<PageFrameNumber, bool> hasPages)
    {
        var counts = types.ToDictionary(type => type.Type, _ => 0L);
        for (var frame = zone.Image.Start; frame < zone.Image.End; frame += new PageCount(Order.PageblockPages))
        {
            if (hasPages(frame)) counts[zone.TagOf(frame.Value)]++;
        }

        text.Append(CultureInfo.InvariantCulture, $"Node {zone.Id.Node}, zone {zone.Id.Kind,8} ");
        foreach (var (type, _) in types) text.Append(CultureInfo.InvariantCulture, $"{counts[type],12} ");
        text.Append('\n');
    }
}
