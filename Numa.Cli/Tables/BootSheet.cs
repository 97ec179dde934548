using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>A boot's messages about memory, and its stages with the pages that each gave to the zones.</summary>
internal static class BootSheet
{
    private const ulong FourGiB = 1ul << 32;

    public static string Of(BootedMachine machine)
    {
        var (layout, image) = (machine.Layout, machine.Image);
        var text = new StringBuilder();
        LastFrames(text, layout);
        Ranges(text, layout);
        foreach (var lists in image.Zonelists.Nodes) Line(text, $"{ZonelistText.FallbackOrder(lists).TrimEnd()}");
        var total = layout.EstimatedTotal;
        Line(text, $"{ZonelistText.Built(image.Release, image.Zonelists.Order, image.Nodes.Length, total)}");
        Stages(text, machine);
        return text.ToString();
    }

    private static void LastFrames(StringBuilder text, MemoryLayout layout)
    {
        // 4.x and older say who speaks; "last_pfn" is the first frame behind memory.
        var speaker = layout.Release.BootRelease == BootReleaseRule.Ordinary ? "e820: " : "";
        var last = layout.Memory.Max(region => PageFrameNumber.Floor(region.End));
        Line(text, $"{speaker}last_pfn = {last} max_arch_pfn = 0x400000000");
        if (last.Address <= FourGiB) return;
        var low = layout.Memory.Where(region => region.End <= FourGiB)
            .Select(region => PageFrameNumber.Floor(region.End));
        Line(text, $"{speaker}last_pfn = {low.DefaultIfEmpty().Max()} max_arch_pfn = 0x400000000");
    }

    private static void Ranges(StringBuilder text, MemoryLayout layout)
    {
        Line(text, $"Zone ranges:");
        for (var kind = ZoneKind.DMA; layout.Limits is { } limits && kind <= ZoneKind.Normal; kind++)
        {
            var range = limits[kind];
            var name = kind.ToString();
            if (range.Start >= range.End) Line(text, $"  {name,-8} empty");
            else Line(text, $"  {name,-8} [mem 0x{range.Start.Address:x16}-0x{range.End.Address - 1:x16}]");
        }

        if (layout.Release.HasDeviceZone) Line(text, $"  {"Device",-8} empty");
        Line(text, $"Movable zone start for each node");
        foreach (var (node, start) in layout.MovableStarts.OrderBy(start => start.Key))
            Line(text, $"  Node {node}: 0x{start.Address:x16}");
        Line(text, $"Early memory node ranges");
        foreach (var region in layout.Memory)
        {
            var (start, end) = (PageFrameNumber.Ceiling(region.Start), PageFrameNumber.Floor(region.End));
            if (start >= end) continue;
            var node = (region.Node ?? new NodeId(0)).Value;
            Line(text, $"  node {node,3}: [mem 0x{start.Address:x16}-0x{end.Address - 1:x16}]");
        }
    }

    private static void Stages(StringBuilder text, BootedMachine machine)
    {
        var layout = machine.Layout;
        var early = layout.Early.Placements.Length;
        var reserved = layout.Reserved.Aggregate(0ul, (sum, region) => sum + region.Size) >> 10;
        Line(text, $"Stages:");
        Line(text, $"  memblock: {early} logged requests placed, {reserved} KiB reserved");
        Line(text, $"  zonelists: built from {layout.EstimatedTotal} estimated pages");
        var chain = layout.Release.BootRelease == BootReleaseRule.Ordinary
            ? "free_all_bootmem > free_low_memory_core_early > __free_memory_core > __free_pages_memory"
                + " > __free_pages_bootmem"
            : "memblock_free_all > free_low_memory_core_early > __free_memory_core > __free_pages_memory"
                + " > memblock_free_pages > __free_pages_core";
        Line(text, $"  mass release: {layout.Zones.Sum(zone => Pages(zone.Released))} pages ({chain})");
        foreach (var zone in layout.Zones)
            Line(text, $"    {zone.Id}: {Pages(zone.Released)} pages in {zone.Released.Length} ranges");
        Line(text, $"  lock prefixes freed: {layout.Zones.Sum(zone => Pages(zone.FreedEarly))} pages");
        Line(text, $"  watermarks and reserves computed:");
        foreach (var step in TuningDerivation.MinFree(machine.Tuning)) Line(text, $"    {step}");
        Line(text, $"  initrd and init sections freed: {layout.Zones.Sum(zone => Pages(zone.FreedLate))} pages");
        foreach (var zone in layout.Zones.Where(zone => !zone.FreedLate.IsEmpty))
        {
            var ranges = zone.FreedLate.Select(range => $"{range.Start}-{range.End}");
            Line(text, $"    {zone.Id}: {string.Join(", ", ranges)}");
        }

        Line(text, $"  managed at the end: {layout.Zones.Sum(zone => zone.ManagedAtEnd.Value)} pages");
    }

    private static long Pages(IEnumerable<PageRange> ranges) => ranges.Sum(range => range.Pages.Value);

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
