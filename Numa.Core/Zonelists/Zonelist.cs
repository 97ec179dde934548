using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Zonelists;

/// <summary>Order in which zones are tried.</summary>
public enum ZonelistOrder
{
    /// <summary>All zones of the nearest node first.</summary>
    Node,

    /// <summary>All zones of the highest index first, over the nodes by distance.</summary>
    Zone,
}

/// <summary>Zones in the order in which requests of a node try them.</summary>
/// <remarks>Populated zones only. Source: <c>struct zonelist</c>, Linux include/linux/mmzone.h.</remarks>
public sealed record Zonelist(ImmutableArray<ZoneId> Zones);

/// <summary>The two lists of a node.</summary>
/// <param name="FallbackOrder">Nodes in the order chosen, as <c>Fallback order for Node</c> prints them.</param>
/// <param name="Fallback">List 0: every populated zone.</param>
/// <param name="ThisNode">List 1: only the node's own zones, for __GFP_THISNODE.</param>
public sealed record NodeZonelists(
    NodeId Node, ImmutableArray<NodeId> FallbackOrder, Zonelist Fallback, Zonelist ThisNode);

/// <summary>Every node's lists and the order they were built in.</summary>
/// <remarks>Shape: <c>Nodes</c> has one entry per node that has lists, ascending.</remarks>
public sealed record ZonelistSet(ZonelistOrder Order, ImmutableArray<NodeZonelists> Nodes)
{
    public NodeZonelists this[NodeId node] => Nodes.First(lists => lists.Node == node);
}
