using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Core.Zonelists;

/// <summary>Chooses the order in which each node falls back on the others.</summary>
/// <remarks>
/// Nodes are served in ascending order and share the load counters, so one object makes one complete rebuild.
/// Source: <c>find_next_best_node</c> and <c>build_zonelists</c>, Linux mm/page_alloc.c.
/// </remarks>
internal sealed class NodeOrdering(
    KernelRelease release,
    ImmutableArray<NodeId> nodes,
    IReadOnlySet<NodeId> withMemory,
    IReadOnlySet<NodeId> withCpus,
    NodeDistances distances)
{
    /// <summary>Weight of a distance against a load. Any value above every load orders the nodes alike.</summary>
    private const long MaxNumNodes = NodeId.MaxCount;

    // Each of N nodes chooses N times among N, so what is asked of a node is one array element. Index = node number.
    private readonly long[] _load = new long[Size(nodes)];
    private readonly bool[] _withMemory = Flags(nodes, withMemory);
    private readonly bool[] _withCpus = Flags(nodes, withCpus);

    /// <summary>The fallback order of one node. Call for every node once, ascending.</summary>
    /// <param name="choices">Gets each choice with its terms; null when nobody asks.</param>
    public ImmutableArray<NodeId> OrderFor(NodeId local, ICollection<NodeChoice>? choices = null)
    {
        var order = ImmutableArray.CreateBuilder<NodeId>();
        var used = new bool[_load.Length];
        var previous = local;
        var assigned = (long)nodes.Length;
        while (Next(local, used) is { } chosen)
        {
            // Whoever opens a new distance is charged, so that nodes at equal distance share the spill.
            var opens = distances[local, chosen] != distances[local, previous];
            var terms = choices is null ? [] : Candidates(local, used);
            if (opens) Charge(chosen, assigned);
            choices?.Add(new(chosen, IsLocal(local, used), terms, opens ? _load[chosen.Value] : null));
            assigned--;
            used[chosen.Value] = true;
            order.Add(chosen);
            previous = chosen;
        }

        Invariant.Holds(order.Count >= withMemory.Count);
        return order.ToImmutable();
    }

    private NodeId? Next(NodeId local, bool[] used)
    {
        if (IsLocal(local, used)) return local;
        NodeId? best = null;
        var bestScore = long.MaxValue;
        foreach (var node in nodes)
        {
            if (used[node.Value] || !_withMemory[node.Value]) continue;
            var score = Score(local, node);
            if (score >= bestScore) continue;
            bestScore = score;
            best = node;
        }

        return best;
    }

    /// <summary>The node itself comes first, if it may be listed at all.</summary>
    private bool IsLocal(NodeId local, bool[] used) =>
        !used[local.Value] && (release.ListsMemorylessLocalNode || _withMemory[local.Value]);

    private ImmutableArray<NodeTerms> Candidates(NodeId local, bool[] used) =>
    [
        .. nodes.Where(node => !used[node.Value] && _withMemory[node.Value]).Select(node => Terms(local, node)),
    ];

    private long Score(NodeId local, NodeId node) => Terms(local, node).Score;

    // Prefer the next node in turn, and nodes that nobody computes on.
    private NodeTerms Terms(NodeId local, NodeId node) => new(
        node,
        distances[local, node],
        node.CompareTo(local) < 0,
        _withCpus[node.Value],
        release.NodeLoad == NodeLoadRule.DecreasingAssignment ? nodes.Length * MaxNumNodes : MaxNumNodes,
        _load[node.Value]);

    private void Charge(NodeId node, long assigned) =>
        _load[node.Value] = release.NodeLoad == NodeLoadRule.DecreasingAssignment ? assigned : _load[node.Value] + 1;

    private static int Size(ImmutableArray<NodeId> nodes) => nodes.IsEmpty ? 0 : nodes.Max(node => node.Value) + 1;

    private static bool[] Flags(ImmutableArray<NodeId> nodes, IReadOnlySet<NodeId> set)
    {
        var flags = new bool[Size(nodes)];
        foreach (var node in nodes) flags[node.Value] = set.Contains(node);
        return flags;
    }
}
