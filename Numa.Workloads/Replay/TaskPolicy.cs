using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>How a memory policy picks nodes.</summary>
public enum TaskPolicyMode
{
    /// <summary>Only these nodes, from the CPU's own zonelist.</summary>
    Bind,

    /// <summary>One node's zonelist first.</summary>
    Preferred,

    /// <summary>The nodes in turn.</summary>
    Interleave,
}

/// <summary>The memory policy of a traced task: no event tells it, so whoever replays must.</summary>
/// <param name="Nodes">At least one; interleaving of a mapping begins with the first.</param>
public sealed record TaskPolicy(TaskPolicyMode Mode, ImmutableArray<NodeId> Nodes)
{
    /// <summary>Reads <c>PID=bind:0,1</c>, <c>PID=preferred:1</c> or <c>PID=interleave:0,1</c>.</summary>
    /// <returns>Null when the text is none of these.</returns>
    public static (int Task, TaskPolicy Policy)? Parse(string text)
    {
        if (text.Split('=', ':') is not [var task, var mode, var list]) return null;
        if (!int.TryParse(task, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        if (!Enum.TryParse<TaskPolicyMode>(mode, ignoreCase: true, out var known) || !char.IsAsciiLetter(mode[0]))
            return null;
        var nodes = new List<int>();
        foreach (var word in list.Split(','))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var node)) return null;
            nodes.Add(node);
        }

        return (number, new(known, [.. nodes.Distinct().Select(node => new NodeId(node))]));
    }
}

/// <summary>The policies of a phase's tasks, as they take their turns.</summary>
/// <remarks>
/// A policy holds from the phase's beginning to its end, for everything that its task asks for, but for requests that
/// name a node themselves, and those that cannot use the zones that policies are for. Interleaved pages of a mapping go
/// by their place in it, which no event shows: they are taken to go round from the node that is named first, the others
/// from the lowest.
/// </remarks>
internal sealed class TaskPolicies(IReadOnlyDictionary<int, TaskPolicy> policies, ZoneKind policyZone)
{
    private readonly Dictionary<(int Task, bool OfMapping), int> _turns = [];

    /// <summary>What a request becomes under the policy of its task.</summary>
    public AllocationRequest Apply(int task, GfpFlags gfp, Order order)
    {
        var plain = new AllocationRequest(gfp, order);
        if (!policies.TryGetValue(task, out var policy) || plain.ThisNodeOnly) return plain;
        switch (policy.Mode)
        {
            case TaskPolicyMode.Bind:
                return plain.HighestZone < policyZone ? plain : plain with { AllowedNodes = policy.Nodes };
            case TaskPolicyMode.Preferred:
                return plain with { PreferredNode = policy.Nodes[0] };
            default:
                var key = (Task: task, OfMapping: plain.HighestZone == ZoneKind.Movable);
                var turn = _turns.GetValueOrDefault(key);
                _turns[key] = turn + 1;
                var nodes = key.OfMapping ? policy.Nodes : policy.Nodes.Sort((a, b) => a.Value.CompareTo(b.Value));
                return plain with { PreferredNode = nodes[turn % nodes.Length] };
        }
    }
}
