using Numa.Core.Kernels;

namespace Numa.Core.Zones.Pagesets;

/// <summary>Sizes of one zone's pageset on one CPU.</summary>
/// <remarks>Unit: pages. <c>High</c> equals <c>HighMin</c> and <c>HighMax</c> unless the release tunes it at run time.
/// A low mark above an eighth of the zone puts <c>HighMin</c> above <c>HighMax</c>: a clamp must expect it.</remarks>
public readonly record struct PagesetSize(int Batch, int HighMin, int HighMax)
{
    /// <summary>Most pages that one refill of order 0 asks for.</summary>
    public int LargestRefill(PagesetSizingRule rule) => rule == PagesetSizingRule.AutoTuned
        ? Math.Max(Batch, Math.Min(Batch << PagesetTuning.ScaleMax, HighMax - Batch))
        : Batch;
}
