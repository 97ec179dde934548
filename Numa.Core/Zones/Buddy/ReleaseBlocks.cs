using System.Numerics;
using Numa.Core.Addressing;

namespace Numa.Core.Zones.Buddy;

/// <summary>The blocks in which the mass release frees a run of pages, lowest first.</summary>
/// <remarks>Source: <c>__free_pages_memory</c>, Linux mm/memblock.c; <c>free_all_bootmem_core</c>, Linux
/// mm/bootmem.c.</remarks>
public static class ReleaseBlocks
{
    /// <summary>Order of a block that a free word of a bitmap makes.</summary>
    private const int WordOrder = 6;

    public static IEnumerable<(PageFrameNumber Start, int Order)> Of(PageRange range, ReleaseGrain grain)
    {
        for (var at = range.Start.Value; at < range.End.Value;)
        {
            var order = OrderAt(at, range.End.Value, grain);
            yield return (new(at), order);
            at += 1L << order;
        }
    }

    /// <summary>Order of the first block of [start, end).</summary>
    /// <param name="start">Counted from any multiple of the largest block.</param>
    internal static int OrderAt(long start, long end, ReleaseGrain grain)
    {
        if (grain == ReleaseGrain.Pages) return 0;
        var aligned = start == 0 ? Order.MaxValue : Math.Min(Order.MaxValue, BitOperations.TrailingZeroCount(start));
        if (grain == ReleaseGrain.Words)
            return aligned >= WordOrder && start + (1L << WordOrder) <= end ? WordOrder : 0;
        while (start + (1L << aligned) > end) aligned--;
        return aligned;
    }
}
