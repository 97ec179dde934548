using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Text;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>A boot's messages about memory as the kernel prints them, then the memory model and the stages.</summary>
internal static class BootSheet
{
    public static string Of(BootedMachine machine)
    {
        var (layout, image) = (machine.Layout, machine.Image);
        var text = new StringBuilder();
        foreach (var label in RunHeader.Counterfactuals(machine)) Line(text, $"{label}");
        if (layout.Firmware is { } firmware) Map(text, layout, firmware);
        if (layout.IsNodeFaked) Faked(text, layout);
        Ranges(text, layout);
        if (image.Release.Calls.TellsFallbackOrder)
        {
            foreach (var lists in image.Zonelists.Nodes) Line(text, $"{ZonelistText.FallbackOrder(lists).TrimEnd()}");
        }

        var total = layout.EstimatedTotal;
        Line(text, $"{ZonelistText.Built(image.Release, image.Zonelists.Order, image.Nodes.Length, total)}");
        if (layout.Model is { } model) text.Append(MemoryModelSheet.Of(layout, model));
        text.Append(BootStages.Of(machine));
        return text.ToString();
    }

    private static void Map(StringBuilder text, MemoryLayout layout, FirmwareMemory firmware)
    {
        // Some releases say who speaks; "last_pfn" is the first frame behind memory.
        var speaker = layout.Release.Calls.Speaker;
        foreach (var line in E820Text.Given(firmware, speaker)) Line(text, $"{line}");
        foreach (var edit in firmware.Edits) Line(text, $"{E820Text.Edit(edit)}");
        LastFrame(firmware.FirstMaxFrame);
        foreach (var edit in firmware.Trimmed) Line(text, $"{E820Text.Edit(edit)}");
        if (firmware.Lost > 0)
        {
            var lost = firmware.Lost >> 20;
            Line(text, $"WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing {lost}MB of RAM.");
            Line(text, $"{speaker}update e820 for mtrr");
            Line(text, $"{speaker}modified physical RAM map:");
            foreach (var entry in firmware.Map.Entries) Line(text, $"modified: {entry}");
            LastFrame(firmware.MaxFrame);
        }

        if (layout.Release.Architecture.MappedEnd is not null) Mapped(text, firmware);
        else if (firmware.MaxLowFrame < firmware.MaxFrame) LastFrame(firmware.MaxLowFrame);

        void LastFrame(PageFrameNumber frame) =>
            Line(text, $"{speaker}last_pfn = {frame} max_arch_pfn = 0x{layout.Release.Architecture.MaxFrames:x}");
    }

    private static void Mapped(StringBuilder text, FirmwareMemory firmware)
    {
        const int shift = 20 - PageFrameNumber.PageShift;
        var low = firmware.MaxLowFrame.Value;
        Line(text, $"{(firmware.MaxFrame.Value - low) >> shift}MB HIGHMEM available.");
        Line(text, $"{low >> shift}MB LOWMEM available.");
    }

    private static void Faked(StringBuilder text, MemoryLayout layout)
    {
        var last = (layout.Firmware?.MaxFrame.Address ?? 0) - 1;
        Line(text, $"No NUMA configuration found");
        Line(text, $"Faking a node at [mem 0x{0:x16}-0x{last:x16}]");
    }

    private static void Ranges(StringBuilder text, MemoryLayout layout)
    {
        var format = $"x{layout.Release.Calls.RangeDigits}";
        Line(text, $"Zone ranges:");
        foreach (var kind in layout.Release.Architecture.ZoneKinds.Where(kind => kind < ZoneKind.Movable))
        {
            if (layout.Limits is not { } limits) break;
            var range = limits[kind];
            var name = kind.ToString();
            if (range.Start >= range.End) Line(text, $"  {name,-8} empty");
            else Line(text, $"  {name,-8} {Range(range.Start, range.End)}");
        }

        if (layout.Release.HasDeviceZone) Line(text, $"  {"Device",-8} empty");
        Line(text, $"Movable zone start for each node");
        foreach (var (node, start) in layout.MovableStarts.OrderBy(start => start.Key))
            Line(text, $"  Node {node}: {Address(start.Address)}");
        Line(text, $"Early memory node ranges");
        foreach (var region in layout.Memory)
        {
            var (start, end) = region.WholePages;
            if (start >= end) continue;
            Line(text, $"  node {region.HomeNode.Value,3}: {Range(start, end)}");
        }

        string Range(PageFrameNumber start, PageFrameNumber end) =>
            $"[mem {Address(start.Address)}-{Address(end.Address - 1)}]";

        string Address(ulong address) => "0x" + address.ToString(format, CultureInfo.InvariantCulture);
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
