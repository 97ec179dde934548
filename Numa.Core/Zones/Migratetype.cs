namespace Numa.Core.Zones;

/// <summary>Mobility class of a page or pageblock. The first three are the types that pagesets hold.</summary>
/// <remarks>Numbers of Linux 4.4 and later; kernels up to 4.3 swap Movable and Reclaimable when printing.
/// Source: <c>enum migratetype</c>, Linux include/linux/mmzone.h.</remarks>
public enum Migratetype : byte
{
    Unmovable = 0,
    Movable = 1,
    Reclaimable = 2,

    /// <summary>Pageblocks kept for atomic allocations; <c>MIGRATE_RESERVE</c> up to 4.3.</summary>
    HighAtomic = 3,
    Isolate = 4,
}
