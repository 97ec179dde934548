using Numa.Core.Addressing;
using Numa.Core.Text;
using Numa.Core.Text.Topology;

namespace Numa.Tests.Core.Text.Topology;

/// <summary>A list of nodes on one line: <c>0:64GiB:0-3 1:0B:none | 10 21 / 21 10</c>.</summary>
internal static class TopologyText
{
    public static string Of(NodeTable? table)
    {
        Assert.NotNull(table);
        var nodes = string.Join(' ', table.Nodes.Select(node =>
            $"{node.Id}:{node.Managed.Bytes}:{(node.Cpus.IsEmpty ? "none" : CpuListText.Format(node.Cpus))}"));
        if (table.Distances is not { } distances) return nodes;
        var all = Enumerable.Range(0, distances.NodeCount).Select(node => new NodeId(node)).ToList();
        return nodes + " | "
            + string.Join(" / ", all.Select(from => string.Join(' ', all.Select(to => distances[from, to]))));
    }
}
