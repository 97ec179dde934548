using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>What a task asks for. Made once and used for every allocation of the same kind.</summary>
/// <param name="PreferredNode">Node whose zonelist is walked; null for the node of the asking CPU.</param>
/// <param name="AllowedNodes">Nodes that may serve it (a bind policy); empty for all.</param>
public sealed record AllocationRequest(
    GfpFlags Gfp,
    Order Order,
    NodeId? PreferredNode = null,
    ImmutableArray<NodeId> AllowedNodes = default)
{
    public Migratetype Type { get; } = Gfp.Migratetype();

    public ZoneKind HighestZone { get; } = Gfp.HighestZone();

    public bool ThisNodeOnly => (Gfp & GfpFlags.ThisNode) != 0;

    /// <summary>How the slow path walks for it before anything is reclaimed: at the min mark, with what urgency
    /// permits.</summary>
    /// <remarks>Source: <c>gfp_to_alloc_flags</c>, Linux mm/page_alloc.c.</remarks>
    public AllocationFlags SlowPathFlags()
    {
        var flags = AllocationFlags.None;
        if ((Gfp & GfpFlags.KswapdReclaim) != 0) flags |= AllocationFlags.Kswapd;
        if ((Gfp & GfpFlags.High) != 0) flags |= AllocationFlags.MinReserve;
        if ((Gfp & (GfpFlags.DirectReclaim | GfpFlags.NoMemAlloc)) != 0) return flags;
        flags |= AllocationFlags.NonBlock;
        return Order.Value > 0 && (Gfp & GfpFlags.High) != 0 ? flags | AllocationFlags.HighAtomic : flags;
    }

    public bool IsAllowed(NodeId node) => AllowedNodes.IsDefaultOrEmpty || AllowedNodes.Contains(node);
}
