using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>The numbers of a machine's nodes: by their places in the list, unless <c>id</c> leaves some out.</summary>
internal static class NodeNumbers
{
    private static readonly Shape.WholeNumber Bounds = new(0, NodeId.MaxCount - 1);

    /// <summary>A node that the machine does not have: it is never online.</summary>
    internal static SyntheticNode Absent { get; } = new(default, [], ImmutableDictionary<ZoneKind, PageCount>.Empty);

    /// <returns>Ascending, one number for each item, also of one that is wrong.</returns>
    internal static ImmutableArray<int> Read(ImmutableArray<YamlValue> items, Fields machine, ProblemList problems)
    {
        var ids = ImmutableArray.CreateBuilder<int>();
        foreach (var item in items)
        {
            var next = ids.Count == 0 ? 0 : ids[^1] + 1;
            if ((item as YamlMapping)?["id"] is { } value && machine.Scalar(value, "id") is { } text
                && machine.Number(text, "id", Bounds) is { } id)
            {
                if (id < next)
                {
                    problems.Add(value.At, ProblemCodes.Nodes, $"id {id} does not follow id {next - 1};"
                        + $" expected {next} or more: nodes stand in the order of their numbers");
                }

                next = Math.Max(next, (int)id);
            }

            ids.Add(next);
        }

        return ids.ToImmutable();
    }

    /// <summary>Nodes by number, with absent ones in the gaps.</summary>
    internal static ImmutableArray<SyntheticNode> Spread(ImmutableArray<SyntheticNode> nodes, ImmutableArray<int> ids)
    {
        if (ids[^1] == nodes.Length - 1) return nodes;
        var spread = Enumerable.Repeat(Absent, ids[^1] + 1).ToArray();
        for (var i = 0; i < ids.Length; i++) spread[ids[i]] = nodes[i];
        return [.. spread];
    }
}
