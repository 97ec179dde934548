using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;

namespace Numa.Core.Boot;

/// <summary>Managed pages before anything has been released: what the kernel builds its first zonelists with.</summary>
/// <remarks>Source: <c>free_area_init_core</c>, Linux mm/page_alloc.c.</remarks>
public static class ManagedEstimate
{
    /// <summary>Memory below this end counts for the reserve of the DMA zone.</summary>
    private static readonly PageRange BelowDmaEnd = new(new(0), new(0x1000));

    public static PageCount For(
        ZoneSize zone, PageCount dmaReserve, KernelRelease release,
        MemoryModelKind model = MemoryModelKind.Sparse)
    {
        if (!release.ManagedEstimateChargesMemmap || zone.Id.Kind == ZoneKind.HighMem) return zone.Present;
        var estimate = zone.Present;
        var memmap = MemmapPages(zone, model, release.Architecture.DescriptorBytes);
        if (estimate >= memmap) estimate -= memmap;
        if (zone.Id.Kind == ZoneKind.DMA && estimate > dmaReserve) estimate -= dmaReserve;
        return estimate;
    }

    /// <summary>Pages for the descriptors of a zone: of what it spans, or of what is present in a zone full of holes
    /// if the model spends nothing on them.</summary>
    public static PageCount MemmapPages(
        ZoneSize zone, MemoryModelKind model = MemoryModelKind.Sparse,
        int descriptorBytes = MemoryModel.DescriptorBytes)
    {
        var spanned = zone.Span.Pages.Value;
        var present = zone.Present.Value;
        var described = model == MemoryModelKind.Sparse && spanned > present + (present >> 4) ? present : spanned;
        return new(PageFrameNumber.Ceiling((ulong)(described * descriptorBytes)).Value);
    }

    /// <summary>Memory below 16 MiB that early boot had taken: <c>dma_reserve</c>.</summary>
    public static PageCount DmaReserve(Memblock memblock)
    {
        var memory = NodeMemory.From(memblock.Memory).Sum(node => node.PagesIn(BelowDmaEnd).Value);
        var free = memblock.FreeRanges()
            .Select(range => range.WholePages.CutTo(BelowDmaEnd))
            .Where(range => range.Start < range.End)
            .Sum(range => range.Pages.Value);
        return new(memory - free);
    }
}
