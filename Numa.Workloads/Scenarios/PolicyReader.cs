using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Mempolicies;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a workload's gfp flags, order and memory policy into the request that it makes.</summary>
internal static class PolicyReader
{
    private const string Expected = "local, thisnode, or a mode with its nodes: {bind: [0,1]}, {preferred: 1}, ...";

    internal static AllocationRequest Request(Fields fields, ProblemList problems)
    {
        var text = fields.Text("gfp") ?? new(fields.DefaultOf("gfp")!, fields.At);
        var gfp = GfpText.Parse(text.Value, out var problem);
        if (problem is not null) problems.Add(text.At, ProblemCodes.Word, $"gfp: {problem}");

        var order = new Order((int)fields.NumberOrDefault("order"));
        var request = fields.Value("policy") switch
        {
            null or YamlScalar { Text: "local" } => Local(gfp, order),
            YamlScalar { Text: "thisnode" } => new(gfp | GfpFlags.ThisNode, order),
            YamlScalar scalar => Unknown(scalar, gfp, order, problems),
            YamlMapping mapping => Nodes(mapping, gfp, order, problems),
            var other => Wrong(fields, other, gfp, order),
        };
        return fields.Has("mems") ? request with { MemsAllowed = Numbers(fields, "mems", problems) } : request;
    }

    /// <summary>Every node that the request names must exist.</summary>
    internal static void Check(WorkloadBasis basis, int nodes, ProblemList problems)
    {
        var request = basis.Request;
        var named = request.Policy is { Meaning: not NodeSetMeaning.Relative } policy ? policy.Named : [];
        if (request.Policy?.HomeNode is { } home) named = named.Add(home);
        Check("policy", named, basis.PolicyAt, nodes, problems);
        if (!request.MemsAllowed.IsDefault) Check("mems", request.MemsAllowed, basis.MemsAt, nodes, problems);
    }

    private static void Check(
        string key, ImmutableArray<NodeId> named, SourcePlace at, int nodes, ProblemList problems)
    {
        foreach (var node in named.Where(node => node.Value >= nodes))
        {
            problems.Add(at, ProblemCodes.Nodes,
                $"{key} names node {node}, but the machine's nodes are 0-{nodes - 1}");
        }
    }

    // Only huge pages ask the policy even where it is the default one.
    private static AllocationRequest Local(GfpFlags gfp, Order order) =>
        new(gfp, order) { Policy = order.Value == Order.Pageblock ? Mempolicy.Default : null };

    private static AllocationRequest Nodes(YamlMapping mapping, GfpFlags gfp, Order order, ProblemList problems)
    {
        var fields = new Fields(mapping, "the policy", PolicyKeys.Table, problems);
        var plain = new AllocationRequest(gfp, order);
        if (PolicyKeys.Modes.Keys.Where(fields.Has).ToList() is not [var key]) return plain;
        var mode = PolicyKeys.Modes[key];
        var weights = ImmutableDictionary.CreateBuilder<NodeId, int>();
        var nodes = mode switch
        {
            MempolicyMode.Preferred => fields.Number(key) is { } node ? [new NodeId((int)node)] : [],
            MempolicyMode.WeightedInterleave when fields.Value(key) is YamlMapping table =>
                Weights(fields, table, weights, problems),
            _ => Numbers(fields, key, problems),
        };
        var meaning = fields.Word("flags", PolicyKeys.Meanings) ?? NodeSetMeaning.Remapped;
        if (nodes.IsEmpty || Mempolicy.Create(mode, meaning, nodes, default, out _) is not { } policy) return plain;
        if (fields.Number("homeNode") is { } home)
        {
            if (mode is not (MempolicyMode.Bind or MempolicyMode.PreferredMany))
            {
                problems.Add(fields.PlaceOf("homeNode"), ProblemCodes.Conflict,
                    "homeNode belongs to bind and preferredMany");
            }

            policy = policy with { HomeNode = new((int)home) };
        }

        return With(plain, policy with { Weights = weights.ToImmutable() });
    }

    /// <summary>A request under a policy; what always follows from it is said outright.</summary>
    internal static AllocationRequest With(AllocationRequest request, Mempolicy policy) => request with
    {
        Policy = policy,
        PreferredNode = policy.PreferredNode,
        AllowedNodes = policy.Mode == MempolicyMode.Bind ? policy.Nodes : default,
    };

    private static ImmutableArray<NodeId> Numbers(Fields fields, string key, ProblemList problems)
    {
        var nodes = new SortedSet<NodeId>();
        var items = fields.Sequence(key);
        foreach (var item in items)
        {
            if (fields.Scalar(item, key) is { } text && fields.Number(text, key, PolicyKeys.Node) is { } node)
                nodes.Add(new((int)node));
        }

        if (items.IsEmpty && fields.Value(key) is YamlSequence)
            problems.Add(fields.PlaceOf(key), ProblemCodes.Nodes, $"{key} names no node");
        return [.. nodes];
    }

    private static ImmutableArray<NodeId> Weights(
        Fields fields, YamlMapping table, ImmutableDictionary<NodeId, int>.Builder weights,
        ProblemList problems)
    {
        if (table.Entries.IsEmpty) problems.Add(table.At, ProblemCodes.Nodes, "weightedInterleave names no node");
        foreach (var entry in table.Entries)
        {
            var number = new Located<string>(entry.Key.Text, entry.Key.At);
            if (fields.Number(number, "a node", PolicyKeys.Node) is not { } node) continue;
            if (fields.Scalar(entry.Value, "a weight") is not { } weight) continue;
            if (fields.Number(weight, "a weight", PolicyKeys.Weight) is not { } pages) continue;
            weights[new((int)node)] = (int)pages;
        }

        return [.. weights.Keys.Order()];
    }

    private static AllocationRequest Unknown(YamlScalar scalar, GfpFlags gfp, Order order, ProblemList problems)
    {
        problems.Add(scalar.At, ProblemCodes.Word, PolicyKeys.Modes.ContainsKey(scalar.Text)
            ? $"policy: {scalar.Text} names no node; expected for example {{{scalar.Text}: [0, 1]}}"
            : $"policy: {scalar.Shape} is unknown; "
                + (NearestName.To(scalar.Text, PolicyKeys.Words) is { } near ? $"did you mean '{near}'?"
                    : $"expected {Expected}"));
        return new(gfp, order);
    }

    private static AllocationRequest Wrong(Fields fields, YamlValue value, GfpFlags gfp, Order order)
    {
        fields.Wrong(value, "policy", Expected);
        return new(gfp, order);
    }
}
