using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Mempolicies;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Replay;

/// <summary>Reads <c>policy.yaml</c>: the memory policies of a trace's tasks.</summary>
/// <remarks>Form: <c>tasks: {1: {bind: [1]}, 17: {interleave: [0, 1], start: 1}, 18: local}</c>.</remarks>
internal static class PolicyFile
{
    private const string Expected = "local, or for example {bind: [0, 1]}";

    /// <returns>Policies by task number, as the machine's kernel makes them; none when there is no such file.</returns>
    public static Dictionary<int, TaskPolicy> Read(string path, MachineImage machine, ProblemList problems)
    {
        if (!ScenarioLoader.Exists(path)) return [];
        if (YamlText.Read(ScenarioLoader.ReadWhole(path), path, problems) is not { } root) return [];
        if (root is not YamlMapping mapping)
        {
            problems.Add(root.At, ProblemCodes.Shape, $"policies must be a mapping, not {root.Shape}");
            return [];
        }

        var policies = new Dictionary<int, TaskPolicy>();
        var fields = new Fields(mapping, "the policies", PolicyFileKeys.Table, problems);
        foreach (var entry in fields.Mapping(fields.Value("tasks"), "tasks")?.Entries ?? [])
        {
            if (fields.Number(new(entry.Key.Text, entry.Key.At), "the number of a task", PolicyFileKeys.Task)
                    is not { } task
                || Policy(entry.Value, $"the policy of task {task}", problems) is not { } policy)
            {
                continue;
            }

            if (policy.On(machine, $"task {task}", entry.Value.At, problems) is { } made) policies[(int)task] = made;
        }

        return policies;
    }

    private static TaskPolicy? Policy(YamlValue value, string what, ProblemList problems)
    {
        if (value is YamlScalar { Text: "local" }) return new(Mempolicy.Default);
        if (value is not YamlMapping mapping)
        {
            problems.Add(value.At, value is YamlScalar ? ProblemCodes.Word : ProblemCodes.Shape,
                $"{what} is {value.Shape}; expected {Expected}");
            return null;
        }

        var fields = new Fields(mapping, what, PolicyFileKeys.Policy, problems);
        if (TaskPolicy.Modes.Keys.Where(fields.Has).ToList() is not [var word]) return null;
        var mode = TaskPolicy.Modes[word];
        Require("start", mode is MempolicyMode.Interleave or MempolicyMode.WeightedInterleave,
            $"start goes with interleave, not with {word}");
        Require("home-node", mode is MempolicyMode.Bind or MempolicyMode.PreferredMany,
            $"home-node goes with bind and preferred-many, not with {word}");
        Require("flags", false, "flags change nothing in a replay: name the nodes that the policy comes to");
        if (Nodes(word, mode, fields, problems) is not { } policy) return null;
        if (fields.Number("home-node") is { } home)
            policy = policy with { Policy = policy.Policy with { HomeNode = new((int)home) } };
        return policy with
        {
            Start = fields.Number("start"),
            After = (int)fields.NumberOrDefault("after"),
            OfMappings = fields.WordOrDefault("mbind", PolicyFileKeys.YesOrNo),
        };

        void Require(string key, bool goes, string otherwise)
        {
            if (fields.Has(key) && !goes) problems.Add(fields.PlaceOf(key), ProblemCodes.Conflict, otherwise);
        }
    }

    private static TaskPolicy? Nodes(string word, MempolicyMode mode, Fields fields, ProblemList problems)
    {
        var nodes = new List<NodeId>();
        var weights = ImmutableDictionary<NodeId, int>.Empty;
        if (mode == MempolicyMode.Preferred)
        {
            if (fields.Number(word) is { } only) nodes.Add(new((int)only));
        }
        else if (mode == MempolicyMode.WeightedInterleave)
        {
            foreach (var entry in fields.Mapping(fields.Value(word), word)?.Entries ?? [])
            {
                if (Node(new(entry.Key.Text, entry.Key.At)) is { } node
                    && fields.Scalar(entry.Value, "a weight") is { } text
                    && fields.Number(text, "a weight", PolicyKeys.Weight) is { } weight)
                {
                    nodes.Add(node);
                    weights = weights.SetItem(node, (int)weight);
                }
            }
        }
        else
        {
            foreach (var item in fields.Sequence(word))
            {
                if (fields.Scalar(item, word) is { } text && Node(text) is { } node) nodes.Add(node);
            }
        }

        if (nodes.Count > 0) return TaskPolicy.Of(mode, nodes, weights);
        if (fields.Value(word) is YamlSequence { Items.IsEmpty: true } or YamlMapping { Entries.IsEmpty: true })
            problems.Add(fields.PlaceOf(word), ProblemCodes.Nodes, $"{word} names no node");
        return null;

        NodeId? Node(Located<string> text) =>
            fields.Number(text, "a node", PolicyKeys.Node) is { } node ? new NodeId((int)node) : null;
    }
}
