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

    public bool IsAllowed(NodeId node) => AllowedNodes.IsDefaultOrEmpty || AllowedNodes.Contains(node);
}
