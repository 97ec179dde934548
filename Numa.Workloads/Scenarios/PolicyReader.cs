using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Text;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a workload's gfp flags, order and memory policy into the request that it makes.</summary>
internal static class PolicyReader
{
    private const int MaxNode = 1023;
    private static readonly string[] Words = ["local", "thisnode"];
    private static readonly string[] Keys = ["bind", "preferred"];

    internal static AllocationRequest Request(Fields fields, GfpFlags gfp, ProblemList problems)
    {
        if (fields.Text("gfp") is { } text)
        {
            gfp = GfpText.Parse(text.Value, out var problem);
            if (problem is not null) problems.Add(text.At, ProblemCodes.Word, $"gfp: {problem}");
        }

        var order = new Order((int)(fields.Number("order", 0, Order.MaxValue) ?? 0));
        return fields.Value("policy") switch
        {
            null or YamlScalar { Text: "local" } => new(gfp, order),
            YamlScalar { Text: "thisnode" } => new(gfp | GfpFlags.ThisNode, order),
            YamlScalar scalar => Unknown(scalar, gfp, order, problems),
            YamlMapping mapping => Nodes(mapping, gfp, order, problems),
            var other => Wrong(fields, other, gfp, order),
        };
    }

    /// <summary>Every node that the request names must exist.</summary>
    internal static void Check(AllocationRequest request, SourcePlace at, int nodes, ProblemList problems)
    {
        var named = request.AllowedNodes.IsDefault ? [] : request.AllowedNodes;
        foreach (var node in request.PreferredNode is { } preferred ? named.Add(preferred) : named)
        {
            if (node.Value < nodes) continue;
            problems.Add(at, ProblemCodes.Nodes,
                $"policy names node {node}, but the machine's nodes are 0-{nodes - 1}");
        }
    }

    private static AllocationRequest Nodes(YamlMapping mapping, GfpFlags gfp, Order order, ProblemList problems)
    {
        var fields = new Fields(mapping, "the policy", Keys, problems);
        if (fields.Has("bind") == fields.Has("preferred"))
        {
            problems.Add(mapping.At, ProblemCodes.Conflict, "a policy has one of bind and preferred");
            return new(gfp, order);
        }

        if (fields.Number("preferred", 0, MaxNode) is { } preferred)
            return new(gfp, order, PreferredNode: new((int)preferred));
        if (!fields.Has("bind")) return new(gfp, order);

        var allowed = new SortedSet<NodeId>();
        var items = fields.Sequence("bind");
        foreach (var item in items)
        {
            if (fields.Scalar(item, "bind") is { } text && fields.Number(text, "bind", 0, MaxNode) is { } node)
                allowed.Add(new((int)node));
        }

        if (items.IsEmpty && fields.Value("bind") is YamlSequence)
            problems.Add(fields.PlaceOf("bind"), ProblemCodes.Nodes, "bind names no node");
        return new(gfp, order, AllowedNodes: [.. allowed]);
    }

    private static AllocationRequest Unknown(YamlScalar scalar, GfpFlags gfp, Order order, ProblemList problems)
    {
        problems.Add(scalar.At, ProblemCodes.Word, $"policy: {scalar.Shape} is unknown"
            + (NearestName.To(scalar.Text, Words) is { } near ? $"; did you mean '{near}'?"
                : "; expected local, thisnode, {bind: [0,1]} or {preferred: 1}"));
        return new(gfp, order);
    }

    private static AllocationRequest Wrong(Fields fields, YamlValue value, GfpFlags gfp, Order order)
    {
        fields.Wrong(value, "policy", "local, thisnode, {bind: [0,1]} or {preferred: 1}");
        return new(gfp, order);
    }
}
