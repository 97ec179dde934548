using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Mempolicies;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>The memory policy of a traced task: no event tells it, so whoever replays must.</summary>
public sealed record TaskPolicy(Mempolicy Policy)
{
    /// <summary>The modes by the words that name them.</summary>
    internal static readonly ImmutableSortedDictionary<string, MempolicyMode> Modes =
        new Dictionary<string, MempolicyMode>
        {
            ["bind"] = MempolicyMode.Bind,
            ["preferred"] = MempolicyMode.Preferred,
            ["preferred-many"] = MempolicyMode.PreferredMany,
            ["interleave"] = MempolicyMode.Interleave,
            ["weighted-interleave"] = MempolicyMode.WeightedInterleave,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Interleaving of a mapping: place of the first page in it that the task touches; null to infer
    /// it.</summary>
    /// <remarks>Unit: pages from where the mapping's offset is 0.</remarks>
    public long? Start { get; init; }

    /// <summary>Allocations of the task in the phase before the policy was set.</summary>
    public int After { get; init; }

    /// <summary>The policy is that of mappings only (<c>mbind</c>), not the task's.</summary>
    public bool OfMappings { get; init; }

    /// <summary>Node where interleaving of a mapping begins, if that is told instead of the place.</summary>
    private NodeId? FirstNode { get; init; }

    /// <summary>Reads <c>PID=bind:0,1</c>, <c>PID=weighted-interleave:0=3,1</c>, <c>PID=local</c> and the
    /// like.</summary>
    /// <remarks>Nodes that do not ascend say where interleaving of a mapping begins: with the first.</remarks>
    /// <returns>Null when the text is none of these.</returns>
    public static (int Task, TaskPolicy Policy)? Parse(string text)
    {
        if (text.Split('=', 2) is not [var number, var policy] || !TryNumber(number, out var task)) return null;
        if (policy == "local") return (task, new(Mempolicy.Default));
        if (policy.Split(':') is not [var word, var list] || !Modes.TryGetValue(word, out var mode)) return null;
        var nodes = new List<NodeId>();
        var weights = ImmutableDictionary<NodeId, int>.Empty;
        foreach (var item in list.Split(','))
        {
            var parts = item.Split('=');
            if (!TryNumber(parts[0], out var node) || node >= NodeId.MaxCount) return null;
            nodes.Add(new(node));
            if (parts.Length == 1) continue;
            if (parts is not [_, var heavy] || mode != MempolicyMode.WeightedInterleave
                || !TryNumber(heavy, out var weight) || weight is < 1 or > byte.MaxValue)
            {
                return null;
            }

            weights = weights.SetItem(new(node), weight);
        }

        return (task, Of(mode, nodes, weights) with { FirstNode = nodes.Min() == nodes[0] ? null : nodes[0] });
    }

    /// <param name="nodes">At least one.</param>
    internal static TaskPolicy Of(
        MempolicyMode mode, IEnumerable<NodeId> nodes, ImmutableDictionary<NodeId, int> weights) =>
        new(Mempolicy.Create(mode, NodeSetMeaning.Remapped, [.. nodes], default, out _)! with { Weights = weights });

    /// <summary>The policy as the machine's kernel makes it.</summary>
    /// <returns>Null, with problems, when it cannot be.</returns>
    internal TaskPolicy? On(MachineImage machine, string whose, SourcePlace at, ProblemList problems)
    {
        if (Policy.Named.IsEmpty) return this;
        var named = Policy.HomeNode is { } home ? Policy.Named.Add(home) : Policy.Named;
        var missing = named.Distinct().Except(machine.Nodes).ToList();
        foreach (var node in missing)
        {
            problems.Add(at, ProblemCodes.Nodes,
                $"the policy names node {node}, but the machine's nodes are {string.Join(", ", machine.Nodes)}");
        }

        if (missing.Count > 0 || PolicyFit.On(machine, Policy, [], whose, at, problems) is not { } fitted) return null;
        var start = FirstNode is { } first && fitted.Interleaves ? PlaceOf(fitted, first) : Start;
        return this with { Policy = fitted, Start = start };
    }

    /// <summary>First place of a node in a round of the turns.</summary>
    internal static long PlaceOf(Mempolicy policy, NodeId first) =>
        policy.Nodes.TakeWhile(node => node != first).Sum(node => (long)policy.WeightOf(node));

    private static bool TryNumber(string word, out int number) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
