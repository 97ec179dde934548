using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Mempolicies;

/// <summary>Where a task's interleaving stands: the node of its last turn, and what is left of its weight.</summary>
/// <remarks>Source: <c>il_prev</c> and <c>il_weight</c>, Linux include/linux/sched.h; mm/mempolicy.c.</remarks>
/// <param name="mappedPages">Place in its mapping of the first page that the task touches. Unit: pages from where the
/// mapping's offset is 0.</param>
public sealed class InterleaveTurns(long mappedPages = 0)
{
    private long _mappedPages = mappedPages;

    /// <summary>Node of the last turn. At first the highest number there is, so that the lowest node comes
    /// next.</summary>
    public NodeId Previous { get; private set; } = new(NodeId.MaxCount - 1);

    /// <summary>Pages that the last turn's node still gets.</summary>
    public int WeightLeft { get; private set; }

    /// <summary>Node of the next page that belongs to no mapping.</summary>
    public NodeId Next(Mempolicy policy)
    {
        if (policy.Mode != MempolicyMode.WeightedInterleave) return Previous = After(policy.Nodes, Previous);
        if (WeightLeft == 0 || !policy.Nodes.Contains(Previous))
        {
            Previous = After(policy.Nodes, Previous);
            WeightLeft = policy.WeightOf(Previous);
        }

        WeightLeft--;
        return Previous;
    }

    /// <summary>Node of the next block of a mapping that is touched page after page from its start.</summary>
    public NodeId NextOfMapping(Mempolicy policy, Order order)
    {
        var block = (_mappedPages + order.Pages.Value - 1) / order.Pages.Value;
        _mappedPages = (block + 1) * order.Pages.Value;
        return OfMapping(policy, block);
    }

    /// <summary>Node of a block of a mapping: its place decides, not what was allocated before.</summary>
    /// <param name="offset">Of the block in its file or segment. Unit: blocks.</param>
    public static NodeId OfMapping(Mempolicy policy, long offset)
    {
        var total = 0;
        foreach (var node in policy.Nodes) total += policy.WeightOf(node);
        var target = offset % total;
        foreach (var node in policy.Nodes)
        {
            target -= policy.WeightOf(node);
            if (target < 0) return node;
        }

        return policy.Nodes[^1];
    }

    /// <summary>Pages that each node gives to a bulk allocation by weight.</summary>
    /// <returns>Shape: as the policy's nodes.</returns>
    public ImmutableArray<int> Bulk(Mempolicy policy, int pages)
    {
        var counts = new int[policy.Nodes.Length];
        var first = policy.Nodes.IndexOf(Previous);
        if (first >= 0 && WeightLeft > 0)
        {
            counts[first] = Math.Min(WeightLeft, pages);
            WeightLeft -= counts[first];
            pages -= counts[first];
        }

        if (pages == 0) return [.. counts];
        var total = policy.Nodes.Sum(policy.WeightOf);
        var (rounds, rest) = (pages / total, pages % total);
        var resume = After(policy.Nodes, Previous);
        var (node, resumeLeft) = (resume, policy.WeightOf(resume));
        for (var left = policy.Nodes.Length; left > 0; left--)
        {
            var weight = policy.WeightOf(node);
            var share = Math.Min(weight, rest);
            counts[policy.Nodes.IndexOf(node)] += weight * rounds + share;
            if (rest > 0 && rest <= weight) (resume, resumeLeft) = (node, weight - rest);
            rest -= share;
            node = After(policy.Nodes, node);
        }

        (Previous, WeightLeft) = (resume, resumeLeft);
        return [.. counts];
    }

    private static NodeId After(ImmutableArray<NodeId> nodes, NodeId previous)
    {
        foreach (var node in nodes)
        {
            if (node.Value > previous.Value) return node;
        }

        return nodes[0];
    }
}
