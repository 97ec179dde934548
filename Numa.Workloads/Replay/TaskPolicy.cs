using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>How a memory policy picks nodes.</summary>
public enum TaskPolicyMode
{
    /// <summary>The node of the CPU: no policy.</summary>
    Local,

    /// <summary>Only these nodes, from the CPU's own zonelist.</summary>
    Bind,

    /// <summary>One node's zonelist first.</summary>
    Preferred,

    /// <summary>The nodes in turn.</summary>
    Interleave,
}

/// <summary>The memory policy of a traced task: no event tells it, so whoever replays must.</summary>
/// <param name="Nodes">Ascending; a node of weight w stands there w times. Empty for a local policy.</param>
public sealed record TaskPolicy(TaskPolicyMode Mode, ImmutableArray<NodeId> Nodes)
{
    /// <summary>Interleaving of a mapping: place of the first page in it that the task touches.</summary>
    /// <remarks>Unit: pages from where the mapping's offset is 0.</remarks>
    public long Start { get; init; }

    /// <summary>Allocations of the task in the phase before the policy was set.</summary>
    public int After { get; init; }

    /// <summary>Reads <c>PID=bind:0,1</c>, <c>PID=preferred:1</c>, <c>PID=interleave:0,1</c> or
    /// <c>PID=local</c>.</summary>
    /// <remarks>Interleaving of a mapping begins with the node that is named first.</remarks>
    /// <returns>Null when the text is none of these.</returns>
    public static (int Task, TaskPolicy Policy)? Parse(string text)
    {
        var words = text.Split('=', ':');
        if (words.Length < 2 || !TryNumber(words[0], out var task)) return null;
        if (words is [_, "local"]) return (task, new(TaskPolicyMode.Local, []));
        if (words is not [_, var mode, var list]) return null;
        var nodes = new List<NodeId>();
        foreach (var word in list.Split(','))
        {
            if (!TryNumber(word, out var node)) return null;
            nodes.Add(new(node));
        }

        ImmutableArray<NodeId> set = [.. nodes.Distinct().Order()];
        return mode switch
        {
            "bind" => (task, new(TaskPolicyMode.Bind, set)),
            "preferred" => (task, new(TaskPolicyMode.Preferred, set)),
            "interleave" => (task, new(TaskPolicyMode.Interleave, set) { Start = set.IndexOf(nodes[0]) }),
            _ => null,
        };
    }

    /// <summary>Every node that the policy names must exist.</summary>
    internal void Check(SourcePlace at, ImmutableArray<NodeId> nodes, ProblemList problems)
    {
        foreach (var node in Nodes.Distinct().Except(nodes))
        {
            problems.Add(at, ProblemCodes.Nodes,
                $"the policy names node {node}, but the machine's nodes are {string.Join(", ", nodes)}");
        }
    }

    private static bool TryNumber(string word, out int number) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>The policies of a phase's tasks, as they take their turns.</summary>
/// <remarks>
/// A policy holds to the phase's end, for everything that its task asks for, but for requests that name a node
/// themselves, and those that cannot use the zones that policies are for. Interleaved pages of a mapping go by their
/// place in it, which no event shows: the task is taken to touch one page after the other from where the policy says.
/// Other interleaved blocks go round from the lowest node.
/// </remarks>
internal sealed class TaskPolicies(IReadOnlyDictionary<int, TaskPolicy> policies, ZoneKind policyZone)
{
    private readonly Dictionary<(int Task, bool OfMapping), long> _turns = [];
    private readonly Dictionary<int, int> _asked = [];

    /// <summary>What a request becomes under the policy of its task.</summary>
    public AllocationRequest Apply(int task, GfpFlags gfp, Order order)
    {
        var plain = new AllocationRequest(gfp, order);
        if (!policies.TryGetValue(task, out var policy)) return plain;
        var before = _asked.GetValueOrDefault(task);
        _asked[task] = before + 1;
        if (before < policy.After || plain.ThisNodeOnly) return plain;
        switch (policy.Mode)
        {
            case TaskPolicyMode.Bind:
                return plain.HighestZone < policyZone ? plain : plain with { AllowedNodes = policy.Nodes };
            case TaskPolicyMode.Preferred:
                return plain with { PreferredNode = policy.Nodes[0] };
            case TaskPolicyMode.Interleave:
                var key = (Task: task, OfMapping: plain.HighestZone == ZoneKind.Movable);
                var turn = _turns.GetValueOrDefault(key);
                _turns[key] = turn + 1;
                if (key.OfMapping) turn += policy.Start;
                return plain with { PreferredNode = policy.Nodes[(int)(turn % policy.Nodes.Length)] };
            default:
                return plain;
        }
    }
}
