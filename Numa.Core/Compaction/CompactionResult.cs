namespace Numa.Core.Compaction;

/// <summary>What came of compacting a zone; of several zones the highest counts.</summary>
/// <remarks>Source: <c>enum compact_result</c>, Linux include/linux/compaction.h.</remarks>
public enum CompactionResult : byte
{
    /// <summary>Too little is free to move pages to, or fragmentation is not why it failed.</summary>
    Skipped,

    /// <summary>It failed too often of late.</summary>
    Deferred,

    /// <summary>It makes sense, and has not begun.</summary>
    Continue,

    /// <summary>The scanners met, and the whole zone was gone through.</summary>
    Complete,

    /// <summary>The scanners met, and had not begun at the ends of the zone.</summary>
    PartialSkipped,

    /// <summary>Free pages ran short meanwhile, or the task is to die.</summary>
    Contended,

    /// <summary>A block of the order is free.</summary>
    Success,
}
