namespace Numa.Core.Boot;

/// <summary>Which allocator of early boot hands memory to the buddy lists.</summary>
public enum EarlyAllocatorKind
{
    /// <summary>Lists of regions; blocks as large as their alignment allows.</summary>
    Memblock,

    /// <summary>A bitmap for each node; blocks of 64 pages at most.</summary>
    Bootmem,
}
