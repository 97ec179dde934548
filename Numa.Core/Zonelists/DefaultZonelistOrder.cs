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
        Decide(release, nodes, present).Order;

    /// <summary>The same choice in words and numbers.</summary>
    public static string Reason(
        KernelRelease release, ImmutableArray<NodeId> nodes, IReadOnlyDictionary<ZoneId, PageCount> present) =>
        Decide(release, nodes, present).Reason;

    private static (ZonelistOrder Order, string Reason) Decide(
        KernelRelease release, ImmutableArray<NodeId> nodes, IReadOnlyDictionary<ZoneId, PageCount> present) =>
        release.ZonelistOrders switch
        {
            ZonelistOrderRule.SizeHeuristic => BySize(nodes, present, nodeOrderWithoutNormal: false),
            ZonelistOrderRule.SizeHeuristicUnlessNormalMissing => BySize(nodes, present, nodeOrderWithoutNormal: true),
            ZonelistOrderRule.NodeBy64Bit when !release.Architecture.Is64Bit =>
                (ZonelistOrder.Zone, "the default of this release on 32 bit"),
            ZonelistOrderRule.NodeBy64Bit => (ZonelistOrder.Node, "the default of this release on 64 bit"),
            _ => (ZonelistOrder.Node, "the only order of this release"),
        };

    // Zone order protects the low zones, but sends a node's requests elsewhere while it still has low memory.
    // Node order is right where low memory is absent, or is most of what there is.
    private static (ZonelistOrder Order, string Reason) BySize(
        ImmutableArray<NodeId> nodes, IReadOnlyDictionary<ZoneId, PageCount> present, bool nodeOrderWithoutNormal)
    {
        foreach (var node in nodes)
        {
            if (nodeOrderWithoutNormal && PagesOf(present, new(node, ZoneKind.Normal)) == 0)
                return (ZonelistOrder.Node, $"node {node} has no Normal zone");
        }

        var sizes = nodes.Select(node => SizeOf(present, node)).ToList();
        var low = sizes.Sum(size => size.Low);
        var total = sizes.Sum(size => size.Total);
        if (low == 0) return (ZonelistOrder.Node, "no zone is low");
        if (low > total / 2)
            return (ZonelistOrder.Node, $"low zones hold {low} of {total} present pages, more than half");

        var average = total / (sizes.Count(size => size.Total > 0) + 1);
        foreach (var (node, size) in nodes.Zip(sizes))
        {
            if (size.Low == 0 || size.Total <= average || size.Low <= size.Total * 70 / 100) continue;
            return (ZonelistOrder.Node, $"low zones hold {size.Low} of the {size.Total} present pages of node {node}, "
                + $"more than 70 %, and it is larger than {average} pages, the average");
        }

        return (ZonelistOrder.Zone, $"low zones hold {low} of {total} present pages, not more than half, "
            + $"and of no node above {average} pages more than 70 %");
    }

    private static (long Low, long Total) SizeOf(IReadOnlyDictionary<ZoneId, PageCount> present, NodeId node)
    {
        var low = PagesOf(present, new(node, ZoneKind.DMA)) + PagesOf(present, new(node, ZoneKind.DMA32));
        ReadOnlySpan<ZoneKind> others = [ZoneKind.Normal, ZoneKind.HighMem, ZoneKind.Movable];
        var high = 0L;
        foreach (var kind in others) high += PagesOf(present, new(node, kind));
        return (low, low + high);
    }

    private static long PagesOf(IReadOnlyDictionary<ZoneId, PageCount> present, ZoneId zone) =>
        present.TryGetValue(zone, out var pages) ? pages.Value : 0;
}
