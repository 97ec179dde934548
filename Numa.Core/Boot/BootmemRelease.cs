using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>The mass release as bootmem does it: the same pages as memblock's, in other blocks and another
/// order.</summary>
/// <remarks>
/// What early boot took stays where memblock put it, so that nothing differs but the release. The bitmaps are extra:
/// each takes pages of its node and gives them back last. Its place is the first that fits above 4 GiB, or above
/// 16 MiB on a node that ends below. Source: <c>setup_node_bootmem</c>, Linux 2.6.34 arch/x86/mm/numa_64.c;
/// <c>free_all_bootmem_core</c>, Linux mm/bootmem.c.
/// </remarks>
internal static class BootmemRelease
{
    private const ulong PageSize = 1ul << PageFrameNumber.PageShift;
    private const ulong DmaEnd = 16ul << 20;
    private const ulong Dma32End = 1ul << 32;

    public static ImmutableArray<ZoneLayout> Of(ImmutableArray<ZoneLayout> zones, ImmutableArray<NodeBlock> blocks) =>
        [.. zones.GroupBy(zone => zone.Id.Node).SelectMany(node => OfNode([.. node], blocks))];

    private static IEnumerable<ZoneLayout> OfNode(List<ZoneLayout> zones, ImmutableArray<NodeBlock> blocks)
    {
        // The bitmap begins where the firmware says that the node does, which need not be memory.
        var start = blocks.Where(block => block.Node == zones[0].Id.Node)
            .Select(block => PageFrameNumber.Floor(block.Start)).Append(zones.Min(zone => zone.Start)).Min();
        var end = zones.Max(zone => zone.Start + zone.Spanned);
        var bootmem = new Bootmem(new(start, end));
        foreach (var range in zones.SelectMany(zone => zone.Released))
            bootmem.Free(range.Start.Address, range.End.Address);

        var size = (ulong)bootmem.BitmapPages.Bytes.Bytes;
        var bitmap = default(PageRange);
        if (bootmem.TryAllocate(size, PageSize, end.Address > Dma32End ? Dma32End : DmaEnd, out var found))
            bitmap = new(PageFrameNumber.Floor(found), PageFrameNumber.Ceiling(found + size));
        var free = bootmem.FreeRanges().ToList();
        return zones.Select(zone => zone with
        {
            Released = Cut(free, zone),
            Bitmap = Cut([bitmap], zone),
            Grain = start.Value % Bootmem.WordPages == 0 ? ReleaseGrain.Words : ReleaseGrain.Pages,
        });
    }

    private static ImmutableArray<PageRange> Cut(IEnumerable<PageRange> ranges, ZoneLayout zone) =>
    [
        .. ranges.Select(range => range.CutTo(new(zone.Start, zone.Start + zone.Spanned)))
            .Where(range => range.Start < range.End),
    ];
}
