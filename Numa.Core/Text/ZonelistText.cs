using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zonelists;

namespace Numa.Core.Text;

/// <summary>Prints zonelists as kernel messages and captures write them.</summary>
public static class ZonelistText
{
    /// <summary>Total of usable pages below which pageblocks are not kept apart by mobility.</summary>
    /// <remarks>One pageblock for each of five migratetypes.</remarks>
    public static readonly PageCount LeastForMobilityGrouping = new(5L << Order.Pageblock);

    /// <summary>The message of kernels from 5.16 on, its trailing space included.</summary>
    public static string FallbackOrder(NodeZonelists lists) =>
        $"Fallback order for Node {lists.Node}: " + string.Concat(lists.FallbackOrder.Select(node => $"{node} "));

    /// <summary>The message at the end of a rebuild.</summary>
    /// <param name="onlineNodes">Number of online nodes.</param>
    /// <param name="total">Managed pages above the high marks, Device aside.</param>
    public static string Built(KernelRelease release, ZonelistOrder order, int onlineNodes, PageCount total)
    {
        var word = release.KnowsZoneOrder ? $" in {order} order" : "";
        var grouping = total < LeastForMobilityGrouping ? "off" : "on";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Built {onlineNodes} zonelists{word}, mobility grouping {grouping}.  Total pages: {total}");
    }

    /// <summary>Both lists of each node, one per line: <c>zonelist 0 FALLBACK: 0:Normal(2) 0:DMA(0)</c>.</summary>
    /// <param name="architecture">Numbers the zones.</param>
    public static IEnumerable<string> Lists(ZonelistSet set, KernelArchitecture architecture)
    {
        foreach (var lists in set.Nodes)
        {
            yield return $"zonelist {lists.Node} FALLBACK:{Entries(lists.Fallback, architecture)}";
            yield return $"zonelist {lists.Node} NOFALLBACK:{Entries(lists.ThisNode, architecture)}";
        }
    }

    private static string Entries(Zonelist list, KernelArchitecture architecture) =>
        string.Concat(list.Zones.Select(zone => $" {zone}({architecture.ZoneKinds.IndexOf(zone.Kind)})"));
}
