using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Text.Topology;

/// <summary>Tells which of the CPUs near a node are its own.</summary>
/// <remarks>From version 2 hwloc draws memory without CPUs beside the CPUs that are nearest, and leaves out nodes
/// without memory. Source: hwloc issue 762 (2026) on <c>fixup_cpuless_node_locality_from_distances</c>, and issue 438
/// (2020).</remarks>
internal static class HwlocCpus
{
    public static IEnumerable<ListedNode> Assign(
        IReadOnlyCollection<HwlocNode> nodes, ImmutableArray<CpuId> machine, List<string> defaults)
    {
        var own = nodes.ToDictionary(node => node.Id, _ => ImmutableArray.CreateBuilder<CpuId>());
        // The closest circle around a CPU is its node; of equal ones the lowest, as firmware numbers memory without
        // CPUs last.
        var order = nodes.OrderBy(node => node.Near.Length).ThenBy(node => node.Id).ToList();
        foreach (var cpu in nodes.SelectMany(node => node.Near).Distinct().Order())
            own[order.First(node => node.Near.Contains(cpu)).Id].Add(cpu);

        foreach (var node in nodes.Where(node => own[node.Id].Count == 0 && node.Near.Length > 0).OrderBy(n => n.Id))
        {
            defaults.Add($"hwloc draws node {node.Id} beside CPUs {CpuListText.Format(node.Near)}, which are another"
                + " node's: it is taken to have none.");
        }

        var listed = nodes.Select(node => new ListedNode(
            node.Id, new ByteSize(node.Bytes).Pages, own[node.Id].ToImmutable())).ToList();
        ImmutableArray<CpuId> left = [.. machine.Except(nodes.SelectMany(node => node.Near)).Order()];
        if (left.IsEmpty) return listed;
        var free = new NodeId(Enumerable.Range(0, NodeId.MaxCount).First(id => !own.ContainsKey(new(id))));
        defaults.Add($"CPUs {CpuListText.Format(left)} are on no node that hwloc lists, as it leaves out nodes without"
            + $" memory; they are put on such a node, {free}.");
        return listed.Append(new(free, PageCount.Zero, left));
    }
}
