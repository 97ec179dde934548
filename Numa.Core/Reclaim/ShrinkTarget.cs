namespace Numa.Core.Reclaim;

/// <summary>How much kswapd wants to find before it looks harder.</summary>
/// <remarks>Source: <c>kswapd_shrink_node</c>, Linux mm/vmscan.c.</remarks>
public static class ShrinkTarget
{
    /// <param name="highMarks">High marks with their boosts, of the node's managed zones up to the one asked for. Unit:
    /// pages.</param>
    /// <returns>Unit: pages.</returns>
    public static long Of(IEnumerable<long> highMarks) => highMarks.Sum(high => Math.Max(high, LruScan.Most));
}
