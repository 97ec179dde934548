using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>A figure over all schedules that broke nothing.</summary>
/// <param name="Distinct">Different values among them.</param>
/// <param name="Values">Ascending.</param>
public sealed record ScheduleMetric(
    string Name, MetricUnit Unit, double Unperturbed, double Least, double Median, double Greatest, int Distinct,
    ImmutableArray<double> Values)
{
    internal static ScheduleMetric Of(
        string name, MetricUnit unit, Exploration exploration, Func<ScheduleOutcome, double> value)
    {
        double[] sorted = [.. exploration.Schedules.Where(outcome => outcome.Holds).Select(value).Order()];
        return new(name, unit, value(exploration.Unperturbed),
            SortedArrayStatistics.Minimum(sorted), SortedArrayStatistics.Median(sorted),
            SortedArrayStatistics.Maximum(sorted), sorted.Distinct().Count(), [.. sorted]);
    }
}

/// <summary>Everything that exploring a scenario found out.</summary>
/// <param name="PerturbationPercent">Most that is added to a cost.</param>
/// <param name="Outcomes">Different runs, by their hashes.</param>
/// <param name="Placements">Different places where pages ended, by placement hashes.</param>
/// <param name="SamePlacement">Schedules whose pages ended where they do unperturbed.</param>
/// <param name="ZoneShares">Different shares of the zones in what was allocated.</param>
/// <param name="Broken">Schedules that broke something.</param>
/// <param name="Metrics">Empty when every schedule broke something.</param>
public sealed record ExploreResult(
    string Scenario,
    ulong Seed,
    string Machine,
    string Kernel,
    long PerturbationPercent,
    int Outcomes,
    int Placements,
    int SamePlacement,
    int ZoneShares,
    int Broken,
    ImmutableArray<ScheduleMetric> Metrics,
    Exploration Exploration)
{
    public bool IsInterrupted => Exploration.Schedules.Length < Exploration.Asked;

    /// <summary>Plays schedules of a scenario.</summary>
    /// <param name="seed">Null for the scenario's own.</param>
    /// <exception cref="InputException">The scenario does not fit its machine, or runs under the wall
    /// clock.</exception>
    public static ExploreResult Of(
        Scenario scenario, ulong? seed, int schedules, int threads, Action<string, double> report,
        CancellationToken cancellation)
    {
        var own = seed ?? scenario.Seed;
        // Problems come out here, once, and not in the midst of many threads.
        var first = Plan(scenario, own, 1, null);
        var explorer = new ScheduleExplorer((schedule, until) => Plan(scenario, own, schedule, until));
        var exploration = explorer.Explore(schedules, threads, report, cancellation);
        var good = exploration.Schedules.Where(outcome => outcome.Holds).ToList();
        var image = first.Machine.Image;
        return new(scenario.Name, own, image.Name, image.Release.Name, first.Costs.PerturbationPercent,
            good.Select(outcome => outcome.Hash).Distinct().Count(),
            good.Select(outcome => outcome.PlacementHash).Distinct().Count(),
            good.Count(outcome => outcome.PlacementHash == exploration.Unperturbed.PlacementHash),
            good.Select(outcome => string.Join(' ', outcome.PagesFrom)).Distinct().Count(),
            exploration.Schedules.Length - good.Count, good.Count == 0 ? [] : MetricsOf(exploration), exploration);
    }

    private static SimulationPlan Plan(Scenario scenario, ulong seed, ulong? schedule, VirtualInstant? until) =>
        ScenarioPlan.Of(
            until is { } instant ? scenario with { Duration = instant - VirtualInstant.Zero } : scenario,
            MachineBoot.Boot(scenario.Machine, scenario.Boot, []), seed, scenario.Clock, schedule);

    private static ImmutableArray<ScheduleMetric> MetricsOf(Exploration all) =>
    [
        ScheduleMetric.Of("virtual time", MetricUnit.Nanoseconds, all, outcome => outcome.SimulatedNanoseconds),
        ScheduleMetric.Of("operations", MetricUnit.PerSecond, all, outcome => outcome.OperationsPerSecond),
        ScheduleMetric.Of("lock wait, total", MetricUnit.Nanoseconds, all, outcome => outcome.LockWaitNanoseconds),
        ScheduleMetric.Of("lock wait, mean", MetricUnit.Nanoseconds, all, outcome => outcome.MeanWaitNanoseconds),
        ScheduleMetric.Of("lock wait, longest", MetricUnit.Nanoseconds, all, outcome => outcome.MaxWaitNanoseconds),
        ScheduleMetric.Of("fallbacks", MetricUnit.Count, all, outcome => outcome.Fallbacks),
        ScheduleMetric.Of("failures", MetricUnit.Count, all, outcome => outcome.Failures),
        ScheduleMetric.Of("slow path entered", MetricUnit.Count, all, outcome => outcome.SlowPathEntries),
        ScheduleMetric.Of("kswapd woken", MetricUnit.Count, all, outcome => outcome.KswapdWakeUps),
    ];
}
