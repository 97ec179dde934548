using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Boot;

/// <summary>Where each zone may lie on any node.</summary>
/// <remarks>Shape: index = kind of zone, DMA to HighMem; ranges touch, and a zone that the architecture lacks is
/// empty. Source: <c>zone_sizes_init</c>,
/// Linux arch/x86/mm/init.c.</remarks>
public sealed class ZoneLimits
{
    private const long DmaEnd = 0x1000;
    private const long Dma32End = 0x100000;
    private readonly PageRange[] _ranges = new PageRange[4];

    /// <param name="lowest">Lowest frame of memory.</param>
    /// <param name="maxFrame">First frame after all memory.</param>
    public ZoneLimits(PageFrameNumber lowest, PageFrameNumber maxFrame, KernelArchitecture architecture)
    {
        var (low, max) = (lowest.Value, maxFrame.Value);
        var mapped = Math.Min(architecture.MappedEnd?.Value ?? max, max);
        var dma32End = architecture.ZoneKinds.Contains(ZoneKind.DMA32) ? Dma32End : DmaEnd;
        long[] ends = [Math.Min(DmaEnd, mapped), Math.Min(dma32End, mapped), mapped, max];
        for (var zone = 0; zone < ends.Length; zone++)
        {
            var high = Math.Max(ends[zone], low);
            _ranges[zone] = new(new(low), new(high));
            low = high;
        }
    }

    public PageRange this[ZoneKind kind] => _ranges[(int)kind];

    /// <summary>Highest zone that can hold anything: the one that a Movable zone is cut from.</summary>
    public ZoneKind Highest
    {
        get
        {
            for (var kind = ZoneKind.HighMem; kind > ZoneKind.DMA; kind--)
            {
                if (this[kind].Start < this[kind].End) return kind;
            }

            return ZoneKind.DMA;
        }
    }
}
