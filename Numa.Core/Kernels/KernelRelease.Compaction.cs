namespace Numa.Core.Kernels;

/// <remarks>How free pages are gathered to larger blocks.</remarks>
public sealed partial record KernelRelease
{
    /// <summary>When the slow path compacts.</summary>
    /// <remarks>2.6.35 has compaction, switched off unless it is configured.</remarks>
    public CompactionRule Compaction { get; init; } = CompactionRule.None;

    /// <summary>Asynchronous compaction takes pages from pageblocks of the request's own type, and is tried first for
    /// small blocks that are not Movable, too (4.12 and later); before, from Movable ones, and for costly orders
    /// alone.</summary>
    public bool CompactionMindsType { get; init; }

    /// <summary>Compaction goes on until the request's check passes (up to 4.11); since, until a block is
    /// free.</summary>
    public bool CompactionHeedsMark { get; init; }

    /// <summary>When compaction backed off, the slow path tries again while reclaim could make room (up to 5.3); since,
    /// it compacts harder.</summary>
    public bool WithdrawnCompactionAwaitsReclaim { get; init; }
}
