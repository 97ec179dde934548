namespace Numa.Core.Compaction;

/// <summary>How hard compaction tries, hardest first.</summary>
/// <remarks>Source: <c>enum compact_priority</c>, Linux include/linux/compaction.h.</remarks>
public enum CompactionPriority : byte
{
    /// <summary>The whole zone, whatever was tried before; pages may go to pageblocks of any type.</summary>
    SyncFull,

    /// <summary>From where the last one ended; free pages come from Movable pageblocks.</summary>
    SyncLight,

    /// <summary>The same, and only from pageblocks that are likely to be worth it.</summary>
    Async,
}
