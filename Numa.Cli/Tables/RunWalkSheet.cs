using Numa.Workloads.Explaining;

namespace Numa.Cli.Tables;

/// <summary>One allocation of a run: where in the run it was, then its walk.</summary>
internal static class RunWalkSheet
{
    /// <param name="number">Number of the page that was asked for; null for a failure.</param>
    public static void Write(Page page, ExplainedPage explained, long? number)
    {
        var walk = explained.Walk;
        var what = number is { } asked
            ? $"page #{Figures.Count(asked)} of {explained.Scenario}, seed {explained.Seed}"
                + (walk.Number == asked ? "" : $", #{Figures.Count(walk.Number)} of the task")
            : $"first failure of {explained.Scenario}, seed {explained.Seed}, "
                + $"after {Figures.Count(walk.Number, "page")}";
        var time = $"begun at {Figures.Duration(walk.Begin.Nanoseconds)}, took "
            + $"{Figures.Duration((walk.End - walk.Begin).Nanoseconds)}, {Figures.Duration(walk.LockWait)} of it"
            + " waiting for zone locks (MODEL)";
        WalkSheet.Write(page, explained.Machine, walk, $"{what}, task {walk.Task} ({explained.Workload})", time);
    }
}
