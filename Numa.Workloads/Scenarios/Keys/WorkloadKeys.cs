using Numa.Core.Addressing;
using Numa.Core.Text;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of every workload, and the shapes that kinds of workloads share.</summary>
public static class WorkloadKeys
{
    /// <summary>Most operations of a task: a century of them in virtual time.</summary>
    internal const long MaxOperations = 1_000_000_000_000;

    internal const string UnlimitedWord = "unlimited";

    internal const string ElsewhereWord = "elsewhere";

    /// <summary>Consumers that are not named.</summary>
    internal const string Elsewhere = "half of the machine's CPUs further on";

    private static readonly string Flags = string.Join('|', GfpText.Names);

    /// <summary>A number of operations, blocks or pages.</summary>
    internal static Shape Count { get; } = Shape.Whole(1, MaxOperations);

    internal static Shape CountOrUnlimited { get; } = Shape.Either(Count, Shape.Word([UnlimitedWord]));

    internal static Shape SizeOrUnlimited { get; } = Shape.Either(Shape.Size, Shape.Word([UnlimitedWord]));

    /// <summary>Memory of all tasks together, by its size or as a part of the machine's.</summary>
    internal static Shape SizeOrShare { get; } = Shape.Either(Shape.Size, Shape.Percent);

    internal static Shape SizeShareOrUnlimited { get; } =
        Shape.Either(Shape.Size, Shape.Percent, Shape.Word([UnlimitedWord]));

    public static IReadOnlyDictionary<string, OnFailure> OnFailures { get; } = new Dictionary<string, OnFailure>
    {
        ["end"] = OnFailure.End, ["wait"] = OnFailure.Wait, ["shrink"] = OnFailure.Shrink, ["skip"] = OnFailure.Skip,
    };

    public static KeyTable Common { get; } = new("workload", "What runs: one task on each of its CPUs.",
    [
        new("kind", Shape.Text, "What each task does.") { IsRequired = true },
        new("cpus", Shape.Either(Shape.Cpus, Shape.Word(["all"])), "CPUs that run a task each: 0-3,8, or all."),
        new("node", Shape.Whole(0, NodeId.MaxCount - 1), "Node all of whose CPUs run a task each."),
        new("after", Shape.Either(Shape.Text, Shape.List(Shape.Text)),
            "Workloads all of whose tasks must have ended before this one starts.") { LeftOut = "starts at once" },
        new("gfp", new Shape.Form("gfp flags such as GFP_KERNEL|__GFP_THISNODE",
                $"^\\s*({Flags})(\\s*\\|\\s*({Flags}))*\\s*$"),
            "Flags of each allocation, by the kernel's own names.") { Source = "Linux include/linux/gfp_types.h" },
        new("order", Shape.Whole(0, Order.MaxValue), "Size of each block: 2^order pages of 4 KiB.") { Default = "0" },
        new("policy", PolicyKeys.Policy,
            "Memory policy: local, thisnode, or a mode with its nodes such as {bind: [0, 1]}.") { Default = "local" },
        new("mems", PolicyKeys.Nodes, "Nodes that a cpuset leaves to it.") { LeftOut = "all nodes" },
        new("think", Shape.Duration,
            "Computing before each operation, up to a tenth more or less; zeroing comes on top."),
        new("oomScoreAdj", Shape.Whole(-1000, 1000), "How the OOM killer sees its tasks: from never to first.")
        { Default = "0", Source = "Linux man-pages, proc_pid_oom_score_adj(5)" },
        new("start", Shape.Duration, "Wait before the first step: from the start of the run, or from the end of what "
            + "it comes after.") { Default = "0" },
        new("duration", Shape.Duration, "Most time that its work takes, from its first step; then it ends.")
        { LeftOut = "until its work is done" },
        new("hold", Shape.Duration, "How long it keeps its memory after its work, before it frees all of it.")
        { LeftOut = "keeps it for good" },
        new("repeat", Shape.Whole(1, 1_000_000), "How often it works; it frees everything in between.")
        { Default = "1" },
        new("onFailure", Shape.Word(OnFailures.Keys), "What a task does when an allocation fails: ends its work, waits "
            + "20 ms and asks again, for two minutes at most, gives back a tenth of its memory and asks again, or goes "
            + "on without.")
        { LeftOut = "by its kind", Source = "wait: memalloc_retry_wait, Linux include/linux/sched/mm.h; "
            + "hung_task_timeout_secs" },
    ])
    {
        Choices = [new(["cpus", "node"], ": cpus: 0-3,8, cpus: all, node: 1")],
    };
}
