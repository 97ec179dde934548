using Numa.Core.Mempolicies;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Replay;

/// <summary>Keys of <c>policy.yaml</c>, which lies beside a trace.</summary>
public static class PolicyFileKeys
{
    internal static Shape.WholeNumber Task { get; } = new(0, 1 << 22);

    internal static IReadOnlyDictionary<string, bool> YesOrNo { get; } =
        new Dictionary<string, bool> { ["true"] = true, ["false"] = false };

    /// <summary>The policy of one task.</summary>
    public static KeyTable Policy { get; } = new("taskPolicy", "The memory policy of a traced task: one mode.",
    [
        .. TaskPolicy.Modes.Select(mode => new Key(mode.Key, ShapeOf(mode.Value), "The mode, with its nodes.")),
        new("home-node", PolicyKeys.Node, "Node from which the nearest is told."),
        new("start", Shape.Whole(0, long.MaxValue / 2), "Place in the mapping of the first page that is touched.")
        { LeftOut = "inferred" },
        new("after", Shape.Whole(0, int.MaxValue), "Allocations of the task before the policy was set.")
        { Default = "0" },
        new("mbind", Shape.Word(YesOrNo.Keys), "The policy is that of mappings, not of the task.")
        { Default = "false" },
        new("flags", Shape.Text, "Refused: they change nothing in a replay."),
    ])
    {
        Choices = [new([.. TaskPolicy.Modes.Keys])],
    };

    public static KeyTable Table { get; } = new("policies", "Memory policies of a trace's tasks.",
    [
        new("about", Shape.Text, "Where they are known from."),
        new("tasks", new Shape.ByName("task", Shape.Either(Shape.Word(["local"]), Shape.Mapping(Policy)))
            { AreNumbers = true }, "Policies by the number of the task.") { IsRequired = true },
    ]);

    private static Shape ShapeOf(MempolicyMode mode) => mode switch
    {
        MempolicyMode.Preferred => PolicyKeys.Node,
        MempolicyMode.WeightedInterleave => PolicyKeys.Weights,
        _ => PolicyKeys.Nodes,
    };
}
