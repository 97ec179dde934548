using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>Explorations with every part filled in.</summary>
internal static class SampleExploration
{
    public static ExploreResult Healthy { get; } = Of(null, Outcome(1, 5_000), Outcome(2, 6_000), Outcome(3, 9_000));

    public static ExploreResult Broken { get; } = Of(
        new(2, "ownership", "frame 0x401 of 0:Normal is owned by nobody", "0:Normal",
            new(1_234, 56, 99_000, 4_000,
            [
                new("node-0/zone-Normal", [new(1_180, "Drain of cpu-3: 4 of order 0, first 0x401")]),
                new("cpu-3", [new(900, "HandOver from cpu-1 for task 2: 8 blocks")]),
            ])),
        Outcome(1, 5_000),
        Outcome(2, 6_000) with { Breach = new("ownership", "frame 0x401 of 0:Normal is owned by nobody", 0) },
        Outcome(3, 9_000));

    private static ExploreResult Of(ScheduleBreak? broken, params ImmutableArray<ScheduleOutcome> schedules)
    {
        var good = schedules.Where(outcome => outcome.Holds).ToList();
        var all = new Exploration(schedules.Length, Outcome(null, 4_000), schedules, broken);
        return new("storm", 7, "pair", "4.4", 25, good.Count, 2, 1, 1, schedules.Length - good.Count,
            [ScheduleMetric.Of("lock wait, total", MetricUnit.Nanoseconds, all, run => run.LockWaitNanoseconds)], all);
    }

    private static ScheduleOutcome Outcome(ulong? schedule, long wait) => new(
        schedule, null, $"a{schedule}", $"b{schedule ?? 1}", 100, 20_000, 5_000_000, wait, 12.5, wait / 2, 3, 0, 1, 1);
}
