using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Processes;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>
/// A contention comparison in two phases: while one arm still has a low zone's lock to itself, and after.
/// </summary>
/// <remarks>Given only when a storm that keeps its pages runs on CPUs of several nodes and some pages can move at all.
/// The phase ends, as measured, when the low zone has given nothing for two buckets after it gave something.</remarks>
internal static class ComparisonWindows
{
    // A lock that serves everyone does so at its own pace: the ratio of throughputs is that of the numbers of locks,
    // up to a fifth less for struct pages that are remote to more of its users, a little more where others help out.
    private const double LeastOfLocks = 0.8;
    private const double MostOfLocks = 1.06;
    private const double LeastAfter = 0.97;
    private const double MostAfter = 1.03;

    public static ImmutableArray<WindowResult> Of(
        ImmutableArray<ComparisonArm> arms, ImmutableArray<ReachableDifference> reachable)
    {
        var tasks = TaskTable.Of(arms[0].Scenario, arms[0].Machine);
        if (reachable.FirstOrDefault(one => one.ResultPages > 0) is not { } low || !IsStorm(tasks)) return [];
        var slot = Slot(arms[0], low.Zone);
        var home = arms[0].Machine.Zones[slot].Id.Node;
        var user = arms.MinBy(arm => Rank(arm, home, tasks[0], slot))!;

        var seeds = Enumerable.Range(0, arms[0].Runs.Length).Select(seed => Measure(arms, user, slot, seed)).ToList();
        var inside = Rates(seeds, seed => seed.Inside);
        var ended = seeds.All(seed => seed.EndPage is not null);
        long? endPage = ended ? (long)Math.Round(seeds.Average(seed => seed.EndPage!.Value)) : null;
        var (least, most) = IsSaturated(arms) ? LockBand(arms, tasks) : (null, null);
        var tolerance = MetricTolerance.Of(arms.Select(arm => arm.Machine), [tasks]).Pages(slot);
        var offEnd = endPage is { } end && Math.Abs(end - low.ResultPages) > tolerance;
        var first = Window($"until {low.Zone} is at its limit", inside, least, most, endPage, low.ResultPages, offEnd);
        if (!ended) return [first];
        return [first, Window("after", Rates(seeds, seed => seed.After), LeastAfter, MostAfter, null, null, false)];
    }

    private static WindowResult Window(string phase, ImmutableArray<double> rates, double? least, double? most,
        long? end, long? predictedEnd, bool offEnd)
    {
        double? ratio = rates[0] > 0 ? rates[^1] / rates[0] : null;
        var off = offEnd || (ratio is { } value && (value < least || value > most));
        return new(phase, rates, ratio, least, most, end, predictedEnd, MetricBasis.Model, off);
    }

    private static bool IsStorm(ImmutableArray<TaskFacts> tasks) =>
        tasks.Any() && tasks.All(task => task.Workload is StormWorkload { WorkingSetBlocks: null })
        && tasks.Select(task => task.Node).Distinct().Count() > 1;

    private sealed record Phases(long? EndPage, ImmutableArray<double> Inside, ImmutableArray<double> After);

    private static Phases Measure(ImmutableArray<ComparisonArm> arms, ComparisonArm user, int slot, int seed)
    {
        // Arms are compared while all of them run.
        var over = arms.Min(arm => arm.Runs[seed].Result.SimulatedNanoseconds);
        var drained = Drained(user.Runs[seed].Taken[slot], over);
        var end = drained ?? over;
        long? endPage = drained is null ? null : (long)Math.Round(TakenUntil(user.Runs[seed].Taken[slot], end));
        return new(endPage,
            [.. arms.Select(arm => Rate(arm.Runs[seed], 0, end))],
            [.. arms.Select(arm => Rate(arm.Runs[seed], end, over))]);
    }

    /// <summary>Instant at which a zone had given what it gives; null when the run ended before.</summary>
    private static long? Drained(TimeBuckets taken, long over)
    {
        var began = false;
        for (var bucket = 0; (bucket + 2) * taken.Width <= over && bucket + 1 < taken.Amounts.Count; bucket++)
        {
            if (taken.Amounts[bucket] > 0) began = true;
            else if (began && taken.Amounts[bucket + 1] == 0) return bucket * taken.Width;
        }

        return null;
    }

    /// <summary>Pages taken before an instant; a bucket is taken to fill evenly.</summary>
    private static double TakenUntil(TimeBuckets taken, long instant)
    {
        var whole = (int)Math.Min(instant / taken.Width, taken.Amounts.Count);
        var sum = (double)taken.Amounts.Take(whole).Sum();
        if (whole == taken.Amounts.Count) return sum;
        return sum + (double)taken.Amounts[whole] * (instant - whole * taken.Width) / taken.Width;
    }

    private static double Rate(RunRecord run, long from, long until) => until <= from
        ? 0
        : run.Taken.Sum(zone => TakenUntil(zone, until) - TakenUntil(zone, from)) * 1e9 / (until - from);

    private static ImmutableArray<double> Rates(List<Phases> seeds, Func<Phases, ImmutableArray<double>> of) =>
        [.. Enumerable.Range(0, of(seeds[0]).Length).Select(arm => seeds.Average(seed => of(seed)[arm]))];

    /// <summary>Mean waits exceed mean holds in every arm's busiest zone: the lock is what limits.</summary>
    private static bool IsSaturated(ImmutableArray<ComparisonArm> arms) => arms.All(arm =>
        arm.First.Result.Zones.MaxBy(zone => zone.LockWaitNanoseconds) is { Visits: > 0 } busiest
        && busiest.LockWaitNanoseconds > busiest.LockHoldNanoseconds);

    private static (double? Least, double? Most) LockBand(
        ImmutableArray<ComparisonArm> arms, ImmutableArray<TaskFacts> tasks)
    {
        var (first, last) = (Locks(arms[0], tasks), Locks(arms[^1], tasks));
        if (first == 0 || last == 0 || first == last) return (null, null);
        var ratio = (double)last / first;
        return ratio < 1
            ? (LeastOfLocks * ratio, MostOfLocks * ratio)
            : (ratio / MostOfLocks, ratio / LeastOfLocks);
    }

    /// <summary>Different zones that the nodes' requests begin with.</summary>
    private static int Locks(ComparisonArm arm, ImmutableArray<TaskFacts> tasks) => tasks
        .DistinctBy(task => (task.Node, task.Request)).Select(task =>
        {
            var walk = RequestWalk.Of(arm.Machine, task.Node, task.Request);
            return walk.Slots.Where(slot => arm.HasRoom(walk, slot)).Select(slot => (int?)slot).FirstOrDefault();
        }).Where(slot => slot is not null).Distinct().Count();

    private static int Slot(ComparisonArm arm, string zone)
    {
        var slot = 0;
        while (arm.Machine.Zones[slot].Id.ToString() != zone) slot++;
        return slot;
    }

    private static int Rank(ComparisonArm arm, NodeId home, TaskFacts task, int slot)
    {
        var rank = RequestWalk.Of(arm.Machine, home, task.Request).Slots.IndexOf(slot);
        return rank < 0 ? int.MaxValue : rank;
    }
}
