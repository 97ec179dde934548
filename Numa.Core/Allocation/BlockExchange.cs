using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>A block that an allocation got, and the one that it should have got: a replay puts its model
/// right.</summary>
/// <param name="Held">What it got; null for nothing.</param>
/// <param name="Wanted">What it should have got, of the same order; null for nothing.</param>
/// <param name="Type">Migratetype that was asked for.</param>
public readonly record struct BlockExchange(LiveBlock? Held, LiveBlock? Wanted, Migratetype Type);

/// <summary>What holds a block that an exchange looks for.</summary>
public enum BlockPlace : byte
{
    /// <summary>Neither a list of the CPU nor the zone's free lists: it is not to be had.</summary>
    Elsewhere,

    /// <summary>A list of the CPU's own pageset.</summary>
    OwnPageset,

    /// <summary>A free block of the zone, of this order or larger.</summary>
    FreeList,
}

/// <summary>Where a wanted block was.</summary>
/// <param name="Type">Migratetype of the list.</param>
/// <param name="Order">Of the block on the list.</param>
/// <param name="Position">On a pageset's list: entries nearer to its head.</param>
public readonly record struct FoundBlock(BlockPlace Place, Migratetype Type, int Order, int Position);
