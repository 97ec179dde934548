using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;

namespace Numa.Core.Mempolicies;

/// <summary>How a memory policy picks nodes.</summary>
/// <remarks>Source: <c>MPOL_*</c>, Linux include/uapi/linux/mempolicy.h.</remarks>
public enum MempolicyMode
{
    /// <summary>The node of the asking CPU first; what holds without any policy.</summary>
    Local,

    /// <summary>One node's zonelist first.</summary>
    Preferred,

    /// <summary>Only these nodes.</summary>
    Bind,

    /// <summary>The nodes in turn.</summary>
    Interleave,

    /// <summary>These nodes first, then all.</summary>
    PreferredMany,

    /// <summary>The nodes in turn, each as often as it weighs.</summary>
    WeightedInterleave,
}

/// <summary>What a policy's nodes mean where the task may not use all nodes.</summary>
public enum NodeSetMeaning
{
    /// <summary>The nodes that are named, as far as they are allowed now; another set of allowed nodes maps
    /// them.</summary>
    Remapped,

    /// <summary>The nodes that are named, whatever is allowed later (STATIC_NODES).</summary>
    Static,

    /// <summary>Positions among the allowed nodes, counted around (RELATIVE_NODES).</summary>
    Relative,
}

/// <summary>Why the kernel refuses to make a policy.</summary>
public enum MempolicyRefusal
{
    None,

    /// <summary>The mode needs nodes.</summary>
    NoNodes,

    /// <summary>The local mode takes neither nodes nor flags.</summary>
    NodesOrFlagsOfLocal,

    /// <summary>None of the nodes may be used.</summary>
    NothingAllowed,
}

/// <summary>A memory policy: mode, nodes, and what they come to under the nodes allowed.</summary>
/// <remarks>Immutable; where its turns stand is the task's. Source: <c>struct mempolicy</c>, Linux
/// mm/mempolicy.c.</remarks>
public sealed record Mempolicy
{
    private Mempolicy()
    {
    }

    /// <summary>What holds for tasks without a policy.</summary>
    public static Mempolicy Default { get; } = new() { Mode = MempolicyMode.Local, Nodes = [], Named = [] };

    public MempolicyMode Mode { get; private init; }

    public NodeSetMeaning Meaning { get; private init; }

    /// <summary>Nodes as the user named them.</summary>
    public ImmutableArray<NodeId> Named { get; private init; }

    /// <summary>Nodes that the policy comes to, ascending; PREFERRED keeps one.</summary>
    public ImmutableArray<NodeId> Nodes { get; private init; }

    /// <summary>Node whose zonelist BIND and PREFERRED_MANY walk, instead of the asking CPU's.</summary>
    public NodeId? HomeNode { get; init; }

    /// <summary>How many pages in a row a node gets by its turn, as sysfs has it; 1 where it says nothing.</summary>
    /// <remarks>Range: 1 to 255. Source: <c>/sys/kernel/mm/mempolicy/weighted_interleave</c>.</remarks>
    public ImmutableDictionary<NodeId, int> Weights { get; init; } = ImmutableDictionary<NodeId, int>.Empty;

    /// <summary>Makes a policy by the kernel's rules.</summary>
    /// <param name="allowed">Nodes with memory that the task may use; default for no restriction.</param>
    /// <returns>Null where the kernel answers EINVAL.</returns>
    public static Mempolicy? Create(MempolicyMode mode, NodeSetMeaning meaning, ImmutableArray<NodeId> named,
        ImmutableArray<NodeId> allowed, out MempolicyRefusal refusal)
    {
        refusal = MempolicyRefusal.None;
        named = [.. named.Distinct().Order()];
        if (mode == MempolicyMode.Local || (mode == MempolicyMode.Preferred && named.IsEmpty))
        {
            if (named.IsEmpty && meaning == NodeSetMeaning.Remapped) return Default;
            refusal = MempolicyRefusal.NodesOrFlagsOfLocal;
            return null;
        }

        if (named.IsEmpty)
        {
            refusal = MempolicyRefusal.NoNodes;
            return null;
        }

        var nodes = allowed.IsDefault ? named
            : meaning == NodeSetMeaning.Relative ? Relative(named, [.. allowed.Order()])
            : [.. named.Where(node => allowed.Contains(node))];
        if (nodes.IsEmpty)
        {
            refusal = MempolicyRefusal.NothingAllowed;
            return null;
        }

        if (mode == MempolicyMode.Preferred) nodes = [nodes[0]];
        return new() { Mode = mode, Meaning = meaning, Named = named, Nodes = nodes };
    }

    /// <summary>The policy where only some nodes are allowed.</summary>
    public Mempolicy? Within(ImmutableArray<NodeId> allowed, out MempolicyRefusal refusal)
    {
        var within = Create(Mode, Meaning, Named, allowed, out refusal);
        return within is null ? null : within with { HomeNode = HomeNode, Weights = Weights };
    }

    /// <summary>Node whose zonelist is walked where no turn decides it; null for the asking CPU's.</summary>
    public NodeId? PreferredNode => Mode == MempolicyMode.Preferred ? Nodes[0] : HomeNode;

    public bool Interleaves => Mode is MempolicyMode.Interleave or MempolicyMode.WeightedInterleave;

    public int WeightOf(NodeId node) =>
        Mode == MempolicyMode.WeightedInterleave && Weights.TryGetValue(node, out var weight) && weight > 0
            ? weight
            : 1;

    /// <summary>Whether BIND restricts requests for zones up to this one.</summary>
    /// <param name="policyZone">Highest zone that policies are for.</param>
    /// <param name="movableOnly">No node of the policy has memory below the Movable zone.</param>
    public static bool Restricts(ZoneKind highest, ZoneKind policyZone, bool movableOnly) =>
        highest >= (movableOnly ? ZoneKind.Movable : policyZone);

    /// <summary>The flags of the first of PREFERRED_MANY's two attempts: the one on its nodes only.</summary>
    public static GfpFlags FirstAttempt(GfpFlags gfp) =>
        (gfp | GfpFlags.NoWarn) & ~(GfpFlags.DirectReclaim | GfpFlags.NoFail);

    private static ImmutableArray<NodeId> Relative(ImmutableArray<NodeId> named, ImmutableArray<NodeId> allowed) =>
        allowed.IsEmpty ? [] : [.. named.Select(node => allowed[node.Value % allowed.Length]).Distinct().Order()];
}
