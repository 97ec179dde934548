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
public sealed record Zonelist(ImmutableArray<ZoneId> Zones)
{
    /// <summary>Position of the first zone, from <paramref name="from"/> on, that a request may use.</summary>
    /// <param name="highest">Highest zone index that the request permits.</param>
    /// <param name="nodes">Nodes that its policy permits; null for every node.</param>
    /// <returns>The length of the list when none is left.</returns>
    public int Next(int from, ZoneKind highest, IReadOnlySet<NodeId>? nodes = null)
    {
        var at = from;
        while (at < Zones.Length && (Zones[at].Kind > highest || nodes?.Contains(Zones[at].Node) == false)) at++;
        return at;
    }

    /// <summary>The zones that a request may use, in order.</summary>
    public IEnumerable<ZoneId> Permitted(ZoneKind highest, IReadOnlySet<NodeId>? nodes = null)
    {
        for (var at = Next(0, highest, nodes); at < Zones.Length; at = Next(at + 1, highest, nodes))
            yield return Zones[at];
    }
}

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

    /// <summary>Highest zone index that memory policies apply to: the highest one listed, Movable aside.</summary>
    /// <remarks>Source: <c>policy_zone</c>, Linux mm/mempolicy.c.</remarks>
    public ZoneKind PolicyZone => Nodes.SelectMany(lists => lists.Fallback.Zones).Select(zone => zone.Kind)
        .Where(kind => kind != ZoneKind.Movable).DefaultIfEmpty(ZoneKind.DMA).Max();
}
