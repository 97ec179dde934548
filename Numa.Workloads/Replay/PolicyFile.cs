using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>Reads <c>policy.yaml</c>: the memory policies of a trace's tasks.</summary>
/// <remarks>Form: <c>tasks: {1: {bind: [1]}, 17: {interleave: [0, 1], start: 1}, 18: local}</c>.</remarks>
internal static class PolicyFile
{
    private const int MostTasks = 1 << 22;
    private const int LastNode = 1023;
    private const string Weighted = "weighted-interleave";
    private const string Expected = "local, or for example {bind: [0, 1]}";

    private static readonly ImmutableArray<string> Modes = ["bind", "preferred", "interleave", Weighted];
    private static readonly ImmutableArray<string> Keys = [.. Modes, "start", "after"];

    /// <param name="nodes">Nodes of the machine.</param>
    /// <returns>Policies by task number; none when there is no such file.</returns>
    public static Dictionary<int, TaskPolicy> Read(
        string path, ImmutableArray<NodeId> nodes, ProblemList problems)
    {
        if (!ScenarioLoader.Exists(path)) return [];
        if (YamlText.Read(ScenarioLoader.ReadWhole(path), path, problems) is not { } root) return [];
        if (root is not YamlMapping mapping)
        {
            problems.Add(root.At, ProblemCodes.Shape, $"policies must be a mapping, not {root.Shape}");
            return [];
        }

        var policies = new Dictionary<int, TaskPolicy>();
        var fields = new Fields(mapping, "the policies", ["about", "tasks"], problems);
        foreach (var entry in fields.Mapping(fields.Required("tasks"), "tasks")?.Entries ?? [])
        {
            if (fields.Number(new(entry.Key.Text, entry.Key.At), "the number of a task", 0, MostTasks) is not { } task
                || Policy(entry.Value, $"the policy of task {task}", problems) is not { } policy)
            {
                continue;
            }

            policy.Check(entry.Value.At, nodes, problems);
            policies[(int)task] = policy;
        }

        return policies;
    }

    private static TaskPolicy? Policy(YamlValue value, string what, ProblemList problems)
    {
        if (value is YamlScalar { Text: "local" }) return new(TaskPolicyMode.Local, []);
        if (value is not YamlMapping mapping)
        {
            problems.Add(value.At, value is YamlScalar ? ProblemCodes.Word : ProblemCodes.Shape,
                $"{what} is {value.Shape}; expected {Expected}");
            return null;
        }

        var fields = new Fields(mapping, what, Keys, problems);
        var named = Modes.Where(fields.Has).ToList();
        if (named.Count != 1)
        {
            problems.Add(mapping.At, ProblemCodes.Conflict, $"{what} has one of {string.Join(", ", Modes)}");
            return null;
        }

        var mode = named[0];
        if (fields.Has("start") && mode is not ("interleave" or Weighted))
        {
            problems.Add(fields.PlaceOf("start"), ProblemCodes.Conflict,
                $"start goes with interleave, not with {mode}");
        }

        return Mode(mode, fields, problems) is not { } policy ? null : policy with
        {
            Start = fields.Number("start", 0, long.MaxValue / 2) ?? 0,
            After = (int)(fields.Number("after", 0, int.MaxValue) ?? 0),
        };
    }

    private static TaskPolicy? Mode(string mode, Fields fields, ProblemList problems)
    {
        if (mode == "preferred")
        {
            return fields.Number("preferred", 0, LastNode) is { } node
                ? new(TaskPolicyMode.Preferred, [new((int)node)]) : null;
        }

        var nodes = new List<NodeId>();
        if (mode == Weighted)
        {
            foreach (var entry in fields.Mapping(fields.Value(mode), mode)?.Entries ?? [])
            {
                if (Node(new(entry.Key.Text, entry.Key.At)) is { } node
                    && fields.Scalar(entry.Value, "a weight") is { } text
                    && fields.Number(text, "a weight", 1, byte.MaxValue) is { } weight)
                {
                    nodes.AddRange(Enumerable.Repeat(node, (int)weight));
                }
            }
        }
        else
        {
            foreach (var item in fields.Sequence(mode))
            {
                if (fields.Scalar(item, mode) is { } text && Node(text) is { } node && !nodes.Contains(node))
                    nodes.Add(node);
            }
        }

        if (nodes.Count > 0)
            return new(mode == "bind" ? TaskPolicyMode.Bind : TaskPolicyMode.Interleave, [.. nodes.Order()]);
        if (fields.Value(mode) is YamlSequence { Items.IsEmpty: true } or YamlMapping { Entries.IsEmpty: true })
            problems.Add(fields.PlaceOf(mode), ProblemCodes.Nodes, $"{mode} names no node");
        return null;

        NodeId? Node(Located<string> text) =>
            fields.Number(text, "a node", 0, LastNode) is { } node ? new NodeId((int)node) : null;
    }
}
