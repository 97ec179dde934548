using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zonelists;

/// <summary>The order a release chooses when nobody asked for one.</summary>
/// <remarks>Source: <c>default_zonelist_order</c>, Linux mm/page_alloc.c before 4.14.</remarks>
public static class DefaultZonelistOrder
{
    /// <param name="nodes">Online nodes, ascending.</param>
    /// <param name="present">Present pages of each zone; zones left out are empty.</param>
    public static ZonelistOrder Choose(
        KernelRelease release, ImmutableArray<NodeId> nodes, IReadOnlyDictionary<ZoneId, PageCount> present) =>
        release.ZonelistOrders switch
        {
            ZonelistOrderRule.SizeHeuristic => BySize(nodes, present, nodeOrderWithoutNormal: false),
            ZonelistOrderRule.SizeHeuristicUnlessNormalMissing => BySize(nodes, present, nodeOrderWithoutNormal: true),
            _ => ZonelistOrder.Node,
        };

    // Zone order protects the low zones, but sends a node's requests elsewhere while it still has low memory.
    // Node order is right where low memory is absent, or is most of what there is.
    private static ZonelistOrder BySize(
        ImmutableArray<NodeId> nodes, IReadOnlyDictionary<ZoneId, PageCount> present, bool nodeOrderWithoutNormal)
    {
        if (nodeOrderWithoutNormal && nodes.Any(node => PagesOf(present, new(node, ZoneKind.Normal)) == 0))
            return ZonelistOrder.Node;

        var sizes = nodes.Select(node => SizeOf(present, node)).ToList();
        var low = sizes.Sum(size => size.Low);
        var total = sizes.Sum(size => size.Total);
        if (low == 0 || low > total / 2) return ZonelistOrder.Node;

        var average = total / (sizes.Count(size => size.Total > 0) + 1);
        return sizes.Any(size => size.Low > 0 && size.Total > average && size.Low > size.Total * 70 / 100)
            ? ZonelistOrder.Node
            : ZonelistOrder.Zone;
    }

    private static (long Low, long Total) SizeOf(IReadOnlyDictionary<ZoneId, PageCount> present, NodeId node)
    {
        var low = PagesOf(present, new(node, ZoneKind.DMA)) + PagesOf(present, new(node, ZoneKind.DMA32));
        var high = PagesOf(present, new(node, ZoneKind.Normal)) + PagesOf(present, new(node, ZoneKind.Movable));
        return (low, low + high);
    }

    private static long PagesOf(IReadOnlyDictionary<ZoneId, PageCount> present, ZoneId zone) =>
        present.TryGetValue(zone, out var pages) ? pages.Value : 0;
}
