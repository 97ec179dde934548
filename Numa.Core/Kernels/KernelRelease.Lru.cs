namespace Numa.Core.Kernels;

/// <remarks>How pages that reclaim may take are listed.</remarks>
public sealed partial record KernelRelease
{
    /// <summary>Pages that reclaim may take are listed by node (4.8 and later), not by zone.</summary>
    public bool LruPerNode { get; init; }

    /// <summary>New pages that a CPU collects before it puts them on their LRU lists.</summary>
    /// <remarks>Unit: pages. 14 up to 4.15, 15 up to 6.8, 31 since. Source: <c>PAGEVEC_SIZE</c>, Linux
    /// include/linux/pagevec.h.</remarks>
    public int LruBatchPages { get; init; } = 14;
}
