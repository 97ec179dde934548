using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>What a metric rests on, whatever the run.</summary>
public enum MetricRoot
{
    /// <summary>Which pages come from where: rules of the kernel, as long as time decides nothing.</summary>
    Placement,

    /// <summary>The cost model: everything that takes time.</summary>
    Time,

    /// <summary>The reclaim model: what it did, and how often it was asked.</summary>
    Reclaim,
}

/// <summary>A figure that every run has, under one name in tables, files and options.</summary>
/// <param name="Name">As <c>--metric</c> and the heads of CSV columns spell it; a unit goes last.</param>
/// <param name="Title">For people.</param>
/// <param name="Of">The figure in one run; null when the run has none.</param>
public sealed record RunMetric(
    string Name, string Title, MetricUnit Unit, MetricRoot Root, Func<RunRecord, double?> Of)
{
    /// <summary>Names that other code asks for.</summary>
    internal const string FailuresAtMin = "failuresAtMin";
    internal const string SlowPathEntries = "slowPathEntries";

    /// <summary>Failures of requests that may not reclaim, in the words of a run's result.</summary>
    private const string AtMin = "no page at the min mark";

    /// <summary>Causes of visits that hold a zone's lock, in the words of a contention result.</summary>
    private static readonly ImmutableHashSet<string> LockCauses =
        ["refill", "drain", "direct", "direct free", "reserve"];

    /// <summary>All metrics that every run is reduced to, in the order of columns.</summary>
    public static ImmutableArray<RunMetric> All { get; } =
    [
        new("allocationsPerSecond", "allocations", MetricUnit.PerSecond, MetricRoot.Time,
            run => Rate(run, Served(run))),
        new("operationsPerSecond", "operations", MetricUnit.PerSecond, MetricRoot.Time,
            run => Rate(run, run.Result.Operations)),
        new("simulatedNanoseconds", "virtual time", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => run.Result.SimulatedNanoseconds),
        new("meanLockWaitNanoseconds", "lock wait, mean", MetricUnit.Nanoseconds, MetricRoot.Time, MeanWait),
        new("meanLockHoldNanoseconds", "lock hold, mean", MetricUnit.Nanoseconds, MetricRoot.Time, MeanHold),
        new("longestLockWaitNanoseconds", "lock wait, longest", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => run.Result.Zones.Max(zone => zone.MaxWaitNanoseconds)),
        new("lockShare", "time on zone locks", MetricUnit.Share, MetricRoot.Time, LockShare),
        new("lockWaitShare", "time waiting for zone locks", MetricUnit.Share, MetricRoot.Time,
            run => WaitShare(run, run.Contention.TotalWaitNanoseconds)),
        new("refillWaitShare", "of it to take pages", MetricUnit.Share, MetricRoot.Time,
            run => WaitShare(run, Causes(run, "refill", "direct").Sum(cause => cause.WaitNanoseconds))),
        new("drainWaitShare", "of it to give pages back", MetricUnit.Share, MetricRoot.Time,
            run => WaitShare(run, Causes(run, "drain", "direct free").Sum(cause => cause.WaitNanoseconds))),
        new("lruWaitShare", "time waiting for LRU locks", MetricUnit.Share, MetricRoot.Time,
            run => WaitShare(run, LruWait(run))),
        new("waitShare", "time waiting for any lock", MetricUnit.Share, MetricRoot.Time,
            run => WaitShare(run, run.Contention.TotalWaitNanoseconds + LruWait(run))),
        new("refillHoldNanoseconds", "hold of a refill, mean", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => MeanHoldOf(run, "refill")),
        new("drainHoldNanoseconds", "hold of a drain, mean", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => MeanHoldOf(run, "drain")),
        new("operationNanoseconds", "time per operation of a task", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => (double)run.Result.SimulatedNanoseconds * run.Placement.Length / run.Result.Operations),
        new("latencyMeanNanoseconds", "latency mean", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => Got(run) ? run.Result.Latency.Mean : null),
        new("latencyP50Nanoseconds", "latency p50", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => Got(run) ? run.Result.Latency.P50 : null),
        new("latencyP99Nanoseconds", "latency p99", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => Got(run) ? run.Result.Latency.P99 : null),
        new("latencyMaxNanoseconds", "latency max", MetricUnit.Nanoseconds, MetricRoot.Time,
            run => Got(run) ? run.Result.Latency.Max : null),
        new("localShare", "local share", MetricUnit.Share, MetricRoot.Placement,
            run => Got(run) ? run.Result.LocalShare : null),
        new("meanDistance", "mean distance (SLIT)", MetricUnit.Distance, MetricRoot.Placement,
            run => Got(run) ? run.Result.MeanDistance : null),
        new("fallbacks", "fallbacks", MetricUnit.Count, MetricRoot.Placement, run => run.Result.Fallbacks),
        new("firstFallback", "first fallback", MetricUnit.Ordinal, MetricRoot.Placement,
            run => run.Result.FirstFallback?.Number),
        new("freePages", "free at end", MetricUnit.Pages, MetricRoot.Placement,
            run => run.Result.Zones.Sum(zone => zone.FreePages)),
        new(SlowPathEntries, "slow path entries", MetricUnit.Count, MetricRoot.Placement,
            run => run.Result.Pressure?.SlowPathEntries ?? 0),
        new("failures", "failed", MetricUnit.Count, MetricRoot.Placement,
            run => run.Result.Failures.Sum(failure => failure.Count)),
        new(FailuresAtMin, "failed, may not reclaim", MetricUnit.Count, MetricRoot.Placement,
            run => run.Result.Failures.Where(failure => failure.Kind == AtMin).Sum(failure => failure.Count)),
        new("kswapdRuns", "kswapd runs", MetricUnit.Count, MetricRoot.Reclaim,
            run => run.Result.Reclaim?.KswapdRuns ?? 0),
        new("directReclaims", "direct reclaims", MetricUnit.Count, MetricRoot.Reclaim,
            run => run.Result.Reclaim?.Stalls ?? 0),
        new("reclaimedPages", "pages reclaimed", MetricUnit.Pages, MetricRoot.Reclaim,
            run => (run.Result.Reclaim?.ByKswapd ?? 0) + (run.Result.Reclaim?.ByTasks ?? 0)),
        new("oomKills", "OOM kills", MetricUnit.Count, MetricRoot.Reclaim, run => run.Result.OomKills.Length),
    ];

    /// <summary>The figures of one run. Shape: one per metric.</summary>
    public static ImmutableArray<double?> Read(IEnumerable<RunMetric> metrics, RunRecord run) =>
        [.. metrics.Select(metric => metric.Of(run) is { } value && double.IsFinite(value) ? value : (double?)null)];

    /// <summary>Some allocation got a page: else there is nothing to take a share or a mean of.</summary>
    internal static bool Got(RunRecord run) => run.Result.Placement.Any(cell => cell.Pages > 0);

    /// <summary>Allocations that got their pages: what failed is no work done.</summary>
    internal static long Served(RunRecord run) =>
        run.Result.Allocations - run.Result.Failures.Sum(failure => failure.Count);

    private static double? Rate(RunRecord run, long count) => run.Result.SimulatedNanoseconds == 0
        ? null
        : count * 1e9 / run.Result.SimulatedNanoseconds;

    private static double? MeanWait(RunRecord run) =>
        LockVisits(run) is > 0 and var visits ? (double)run.Contention.TotalWaitNanoseconds / visits : null;

    private static double? MeanHold(RunRecord run) =>
        LockVisits(run) is > 0 and var visits ? (double)run.Contention.TotalHoldNanoseconds / visits : null;

    private static long LockVisits(RunRecord run) => run.Contention.Causes
        .Where(cause => LockCauses.Contains(cause.Cause)).Sum(cause => cause.Visits - cause.Refused);

    private static IEnumerable<CauseResult> Causes(RunRecord run, params string[] names) =>
        run.Contention.Causes.Where(cause => names.Contains(cause.Cause));

    private static double? MeanHoldOf(RunRecord run, string name) =>
        Causes(run, name).Sum(cause => cause.Visits - cause.Refused) is > 0 and var visits
            ? (double)Causes(run, name).Sum(cause => cause.HoldNanoseconds) / visits : null;

    private static long LruWait(RunRecord run) => run.Result.Lrus?.Sum(lru => lru.LockWaitNanoseconds) ?? 0;

    private static double? WaitShare(RunRecord run, long wait) => wait / Time(run);

    /// <summary>The time that all CPUs had which ever came to a zone.</summary>
    private static double Time(RunRecord run) =>
        (double)run.Contention.Matrix.Select(cell => cell.Cpu).Distinct().Count() * run.Result.SimulatedNanoseconds;

    /// <summary>Waiting and holding, of the time that all CPUs had which ever came to a zone.</summary>
    private static double? LockShare(RunRecord run)
    {
        var time = Time(run);
        return time == 0
            ? null
            : (run.Contention.TotalWaitNanoseconds + run.Contention.TotalHoldNanoseconds) / time;
    }
}
