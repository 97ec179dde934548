using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>The calls of a boot in their order, with what each did to memory.</summary>
internal static class BootStages
{
    /// <summary>Blocks of a list that are shown.</summary>
    private const int ShownBlocks = 6;

    public static string Of(BootedMachine machine)
    {
        var layout = machine.Layout;
        var text = new StringBuilder();
        Line(text, $"Stages: Linux {layout.Release.Name}, {
            layout.EarlyAllocator.ToString().ToLowerInvariant()}; a call and, below it, what it did");
        Line(text, $"setup_arch");
        if (layout.Firmware is { } firmware) Map(text, layout, firmware);
        Taking(text, layout);
        Sizing(text, layout);
        Line(text, $"start_kernel");
        Releases(text, layout);
        Initcalls(text, machine);
        Line(text, $"  managed at the end: {layout.Zones.Sum(zone => zone.ManagedAtEnd.Value)} pages");
        Lists(text, machine);
        return text.ToString();
    }

    private static void Map(StringBuilder text, MemoryLayout layout, FirmwareMemory firmware)
    {
        var calls = layout.Release.Calls;
        Call(text, calls.TakeMap, $"{firmware.Given.Entries.Length} ranges, sorted, without overlaps");
        Call(text, "trim_bios_range", $"page 0 and 640 KiB to 1 MiB are not memory");
        var max = firmware.FirstMaxFrame;
        Call(text, $"max_pfn = {calls.EndOfRam}", $"{max}, {Figures.Mebibytes(max.Value)} of addresses; exclusive: {
            new PageFrameNumber(max.Value - 1)} is the last frame");
        if (firmware.Lost > 0)
        {
            Call(text, "mtrr_trim_uncached_memory", $"{firmware.Lost >> 20} MiB not cached write-back are lost ({
                firmware.Lost >> PageFrameNumber.PageShift} pages): max_pfn {max} becomes {firmware.MaxFrame}");
        }

        var low = firmware.MaxLowFrame;
        if (layout.Release.Architecture.MappedEnd is not null)
        {
            Call(text, "max_low_pfn = find_low_pfn_range", $"{low}, the end of memory that the kernel maps; the rest, {
                Figures.Mebibytes(firmware.MaxFrame.Value - low.Value)}, is HighMem");
            return;
        }

        Call(text, $"max_low_pfn = {calls.EndOfLowRam}", low < firmware.MaxFrame
            ? (FormattableString)$"{low}, the end of memory below 4 GiB while memory is mapped; then max_pfn, for zones"
            : $"{low}, all memory: none lies above 4 GiB");
    }

    private static void Taking(StringBuilder text, MemoryLayout layout)
    {
        var calls = layout.Release.Calls;
        var pages = layout.Zones.Sum(zone => zone.Present.Value);
        Call(text, calls.Fill, $"{Count(layout.Memory.Length, "range")} of memory, {pages} whole pages");
        var lowest = layout.Reserved.IsEmpty ? default : layout.Reserved[0];
        Call(text, calls.ReserveLow, $"first reserved range [0x{lowest.Start:x}-0x{Math.Max(1, lowest.End) - 1:x}]");
        Call(text, "initmem_init", layout.IsNodeFaked
            ? (FormattableString)$"no nodes are told apart: all memory is node 0"
            : $"nodes with memory: {string.Join(" ", layout.Zones.Select(zone => zone.Id.Node).Distinct())}");
        var reserved = layout.Reserved.Aggregate(0ul, (sum, region) => sum + region.Size) >> 10;
        var placed = layout.Early.Placements.Length;
        Call(text, "early allocations", $"{(placed == 0 ? "estimated" : $"{placed} logged requests placed")}; {
            reserved} KiB reserved in all");
    }

    private static void Sizing(StringBuilder text, MemoryLayout layout)
    {
        var isSparse = layout.Model is null or SparseModel;
        Call(text, layout.Release.Calls.SizeZones + " > free_area_init_node",
            $"calculate_node_totalpages: from the first to the last frame, and what of that is memory");
        foreach (var zone in layout.Zones)
        {
            Line(text, $"        {zone.Id}: from {zone.Start} spanned {zone.Spanned} present {zone.Present
                } hole {zone.Spanned - zone.Present}");
        }

        var builder = isSparse ? "sparse_init" : "alloc_node_mem_map";
        Line(text, $"      {builder}: {layout.Model?.MapPages} pages for the map of pages");
        Line(text, $"      free_area_init_core: every page block Movable, managed pages estimated");
        foreach (var zone in layout.Zones) Line(text, $"        {zone.Id}: {Estimate(layout, zone)}");
    }

    private static string Estimate(MemoryLayout layout, ZoneLayout zone)
    {
        if (!layout.Release.ManagedEstimateChargesMemmap || zone.Id.Kind == ZoneKind.HighMem)
            return $"{zone.ManagedEstimate} present";
        var size = new ZoneSize(zone.Id, new(zone.Start, zone.Start + zone.Spanned), zone.Present);
        var memmap = ManagedEstimate.MemmapPages(size, layout.Model?.Kind ?? MemoryModelKind.Sparse,
            layout.Release.Architecture.DescriptorBytes);
        var dma = zone.Id.Kind == ZoneKind.DMA ? $" - {layout.DmaReserve} dma_reserve" : "";
        return $"{zone.Present} present - {memmap} memmap{dma} = {zone.ManagedEstimate}";
    }

    private static void Releases(StringBuilder text, MemoryLayout layout)
    {
        var calls = layout.Release.Calls;
        Call(text, calls.BuildZonelists, $"{layout.EstimatedTotal} pages, estimated: nothing is released yet");
        var isBootmem = layout.EarlyAllocator == EarlyAllocatorKind.Bootmem;
        var chain = isBootmem ? BootCalls.BootmemMassRelease : calls.MassRelease;
        Call(text, $"{calls.MemInit} > {chain}", $"{layout.Zones.Sum(zone => zone.MassReleased.Value)} pages, {
            Blocks(layout.Zones[0].Grain)}");
        foreach (var zone in layout.Zones)
        {
            var bitmap = zone.Bitmap.IsEmpty ? "" : $", then the bitmap's own {Ranges(zone.Bitmap)} page by page";
            var blocks = zone.Released.Sum(range => ReleaseBlocks.Of(range, zone.Grain).LongCount());
            Line(text, $"        {zone.Id}: {zone.MassReleased} pages; {Count(zone.Released.Length, "range")} in {
                Count(blocks, "block")}{bitmap}");
        }

        var locks = layout.LateFrees.Where(free => free.Kind == LateFreeKind.SmpAlternatives).ToList();
        if (locks.Count > 0) Call(text, "alternative_instructions", $"lock prefixes freed: {Sum(locks)} pages");
        Late(text, layout, LateFreeKind.EfiBootServices, "efi_free_boot_services");
        var deferred = layout.Zones.Sum(zone => zone.MassReleased.Value) - DeferredZone.ReleasedBefore(layout).Value;
        if (deferred > 0)
        {
            Call(text, "page_alloc_init_late > deferred_init_memmap",
                $"{deferred} of these pages, the upper part of each node, only now that all CPUs run");
        }
    }

    private static void Initcalls(StringBuilder text, BootedMachine machine)
    {
        var layout = machine.Layout;
        Line(text, $"initcalls and after");
        var counted = layout.Zones.Sum(zone => zone.ManagedAtTuning.Value);
        Call(text, $"{layout.Release.Calls.WatermarkInitcall} > setup_per_zone_wmarks > __setup_per_zone_wmarks;"
            + " setup_per_zone_lowmem_reserve",
            $"from {counted} managed pages");
        foreach (var step in TuningDerivation.MinFree(machine.Tuning)) Line(text, $"        {step}");
        Late(text, layout, LateFreeKind.EfiBootServicesByInitcall, "efi_free_boot_services");
        Late(text, layout, LateFreeKind.Swiotlb, "pci_iommu_init > swiotlb_exit");
        var others = layout.LateFrees.Where(free => free.Kind > LateFreeKind.Swiotlb).ToList();
        if (others.Count > 0)
        {
            var names = string.Join(", ", others.Select(free => $"{free.Kind} {Range(free.Range)}"));
            Call(text, "free_initmem and others", $"{Sum(others)} pages, one by one; no mark moves: {names}");
        }
    }

    private static void Late(StringBuilder text, MemoryLayout layout, LateFreeKind kind, string caller)
    {
        var ranges = layout.LateFrees.Where(free => free.Kind == kind).ToList();
        if (ranges.Count == 0) return;
        var isBootmem = layout.EarlyAllocator == EarlyAllocatorKind.Bootmem;
        var chain = kind != LateFreeKind.Swiotlb
            ? isBootmem ? BootCalls.BootmemLateRelease : layout.Release.Calls.LateRelease
            : isBootmem ? BootCalls.BootmemLateReleaseByMemblock : layout.Release.Calls.LateReleaseByMemblock;
        var marks = kind == LateFreeKind.EfiBootServices
            ? "before any mark is computed"
            : "no mark or reserve moves before the next trigger, such as a sysctl";
        Call(text, $"{caller} > {chain}",
            $"{Sum(ranges)} pages, each a block of order 0: free and managed grow by as many; {marks}");
        foreach (var free in ranges) Line(text, $"        {Range(free.Range)}");
    }

    /// <summary>What the order of release leaves behind: which block each zone would hand out next.</summary>
    private static void Lists(StringBuilder text, BootedMachine machine)
    {
        Line(text, $"Free lists after boot, largest blocks, the head first");
        foreach (var zone in MachineSheet.Zones(machine))
        {
            for (var order = Order.MaxValue; order >= 0; order--)
            {
                var blocks = zone.FreeList(order, Migratetype.Movable).Take(ShownBlocks + 1).ToList();
                if (blocks.Count == 0) continue;
                var more = blocks.Count > ShownBlocks ? " ..." : "";
                var shown = blocks.Take(ShownBlocks).Select(block => new PageFrameNumber(block));
                Line(text, $"  {zone.Id} order {order}: {string.Join(" ", shown)}{more}");
                break;
            }
        }
    }

    private static string Blocks(ReleaseGrain grain) => grain switch
    {
        ReleaseGrain.Words => "a block of 64 where a word of the bitmap is free as a whole, else page by page",
        ReleaseGrain.Pages => "page by page, as the node does not begin with a word of its bitmap",
        _ => "each range in blocks as large as they are aligned, up to order 10",
    };

    private static long Sum(IEnumerable<(LateFreeKind Kind, PageRange Range)> frees) =>
        frees.Sum(free => free.Range.Pages.Value);

    private static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {Figures.Noun(count, what)}");

    private static string Ranges(IEnumerable<PageRange> ranges) => string.Join(", ", ranges.Select(Range));

    private static string Range(PageRange range) => $"{range.Start}-{range.End}";

    private static void Call(StringBuilder text, string call, FormattableString deed)
    {
        // A long chain goes on below, before one of its calls.
        for (var rest = "  " + call; rest.Length > 0;)
        {
            var cut = rest.Length <= Page.Width ? rest.Length : rest.LastIndexOf(" > ", Page.Width, Page.Width - 8);
            if (cut <= 0) cut = rest.Length;
            Line(text, $"{rest[..cut]}");
            rest = cut < rest.Length ? "    " + rest[cut..].TrimStart() : "";
        }

        Line(text, $"      {deed.ToString(CultureInfo.InvariantCulture)}");
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
