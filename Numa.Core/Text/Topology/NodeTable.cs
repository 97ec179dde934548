using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>A node as a tool for people lists it.</summary>
/// <param name="Managed">Memory that the kernel manages on the node: what meminfo calls MemTotal, rounded as the tool
/// rounds it.</param>
/// <param name="Cpus">Ascending; empty for a node without CPUs.</param>
public sealed record ListedNode(NodeId Id, PageCount Managed, ImmutableArray<CpuId> Cpus);

/// <summary>Nodes of a machine with memory, CPUs and distances: what numactl, hwloc and sysfs tell of it.</summary>
/// <param name="Nodes">Ascending by number; numbers may have gaps.</param>
/// <param name="Distances">A row for each node and a column for each, ascending; null when nothing tells them.</param>
/// <param name="Defaults">What the listing lacks and what was taken for it, for people.</param>
public sealed record NodeTable(
    ImmutableArray<ListedNode> Nodes, NodeDistances? Distances, ImmutableArray<string> Defaults)
{
    /// <summary>Largest memory of a node that is read. Unit: bytes.</summary>
    /// <remarks>Source: 46 bits, the widest physical address of x86-64 with four levels of page tables.</remarks>
    public const long MostBytes = 1L << 46;

    /// <summary>The kernel's version, if the listing tells it.</summary>
    public string? KernelVersion { get; init; }

    /// <summary>The sizes are exact to the page, not rounded.</summary>
    public bool SizesAreExact { get; init; }

    /// <summary>Gives each node with memory one CPU where no node has any: a machine needs one.</summary>
    internal static NodeTable Complete(
        IEnumerable<ListedNode> nodes, NodeDistances? distances, List<string> defaults)
    {
        ImmutableArray<ListedNode> all = [.. nodes.OrderBy(node => node.Id)];
        if (all.All(node => node.Cpus.IsEmpty))
        {
            defaults.Add("No CPUs are listed; each node with memory gets one.");
            var next = 0;
            all = [.. all.Select(node => node.Managed > PageCount.Zero
                ? node with { Cpus = [new(next++)] } : node)];
        }

        return new(all, distances, [.. defaults]);
    }
}
