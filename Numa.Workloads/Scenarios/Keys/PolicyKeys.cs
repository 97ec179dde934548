using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Mempolicies;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of a memory policy.</summary>
public static class PolicyKeys
{
    private const int MaxWeight = 255;
    private const string Manual = "Linux man-pages, set_mempolicy(2)";

    /// <summary>Policies that name no node.</summary>
    public static ImmutableArray<string> Words { get; } = ["local", "thisnode"];

    public static IReadOnlyDictionary<string, MempolicyMode> Modes { get; } = new Dictionary<string, MempolicyMode>
    {
        ["bind"] = MempolicyMode.Bind,
        ["preferred"] = MempolicyMode.Preferred,
        ["preferredMany"] = MempolicyMode.PreferredMany,
        ["interleave"] = MempolicyMode.Interleave,
        ["weightedInterleave"] = MempolicyMode.WeightedInterleave,
    };

    public static IReadOnlyDictionary<string, NodeSetMeaning> Meanings { get; } = new Dictionary<string, NodeSetMeaning>
    {
        ["static"] = NodeSetMeaning.Static, ["relative"] = NodeSetMeaning.Relative,
    };

    internal static Shape.WholeNumber Node { get; } = new(0, NodeId.MaxCount - 1);

    internal static Shape.WholeNumber Weight { get; } = new(1, MaxWeight);

    internal static Shape Weights { get; } = new Shape.ByName("node", Weight) { Least = 1, AreNumbers = true };

    internal static Shape Nodes { get; } = Shape.List(Node, least: 1);

    public static KeyTable Table { get; } = new("policy", "A memory policy: one mode with its nodes.",
    [
        new("bind", Nodes, "These nodes and no other.") { Source = Manual },
        new("preferred", Node, "This node first, then the others.") { Source = Manual },
        new("preferredMany", Nodes, "The nearest of these nodes first, then the others. Linux 5.15 and later.")
        { Source = Manual },
        new("interleave", Nodes, "One page from each of these nodes in turn.") { Source = Manual },
        new("weightedInterleave", Shape.Either(Weights, Nodes),
            "So many pages from each node in turn. Linux 6.9 and later.") { Source = Manual },
        new("homeNode", Node, "Node from which the nearest of bind and preferredMany is told.")
        { LeftOut = "the CPU's own node", Source = "Linux man-pages, set_mempolicy_home_node(2)" },
        new("flags", Shape.Word(Meanings.Keys), "What the numbers mean when the cpuset changes.")
        { LeftOut = "remapped", Source = Manual },
    ])
    {
        Choices = [new([.. Modes.Keys])],
    };

    /// <summary>A policy as a workload writes it: a word or a mapping.</summary>
    public static Shape Policy { get; } = Shape.Either(Shape.Word(Words), Shape.Mapping(Table));
}
