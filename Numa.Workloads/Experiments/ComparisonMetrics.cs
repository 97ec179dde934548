using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>The rows of a comparison.</summary>
internal sealed class ComparisonMetrics
{
    /// <summary>Zones whose lock waits are listed: the busiest.</summary>
    private const int MostLocks = 4;

    private const string ReclaimNote = "reclaim model";

    private readonly ImmutableArray<ComparisonArm> _arms;
    private readonly ImmutableArray<PlacementPrediction> _predictions;
    private readonly MetricTolerance _tolerance;
    private readonly SeedRule _rule;
    private readonly bool _single;
    private readonly string _modelNote;
    private readonly string? _placementNote;

    /// <summary>Beside what is settled before the slow path is entered.</summary>
    private readonly string? _earlyNote;

    public ComparisonMetrics(ImmutableArray<ComparisonArm> arms)
    {
        _arms = arms;
        var predictions = arms.Select(arm => arm.Prediction).ToList();
        // Differences need both sides, and the same zones.
        _predictions = predictions.Any(one => one is null) || !SameZones(arms)
            ? []
            : [.. predictions.OfType<PlacementPrediction>()];
        _rule = SeedRules.Of(arms.Select(arm => (arm.Scenario, arm.Machine)));
        var tasks = arms.Select(arm => TaskTable.Of(arm.Scenario, arm.Machine)).ToList();
        _single = arms.Zip(tasks).All(arm => ComparisonPlacement.RunsSingly(arm.First.Scenario, arm.Second));
        _tolerance = MetricTolerance.Of(arms.Select(arm => arm.Machine), tasks);
        _modelNote = CostNote(arms);
        _earlyNote = EarlyNote();
        _placementNote = UsedReclaimModel(arms) ? "reclaim model after the slow path" : _earlyNote;
    }

    /// <summary>Reclaim had a part in some run: from its first entry into the slow path on nothing is exact.</summary>
    public static bool UsedReclaimModel(IEnumerable<ComparisonArm> arms) =>
        arms.Any(arm => arm.Runs.Any(run => run.Result.UsedReclaimModel));

    private static string CostNote(ImmutableArray<ComparisonArm> arms)
    {
        var costs = arms.Select(arm =>
            arm.Scenario.Costs.Select(cost => (cost.Key, cost.Value.Value)).ToList()).ToList();
        if (costs.Any(one => !one.SequenceEqual(costs[0]))) return "cost sets that differ";
        return costs[0].Count == 0
            ? "default cost set"
            : string.Create(CultureInfo.InvariantCulture, $"cost set with {costs[0].Count} replaced");
    }

    /// <summary>Note beside figures of placement that the cost model decides; null where rules do.</summary>
    /// <remarks>What a setting written in mid-run finds, and how much is done when the clock ends a run, depends on how
    /// long it took to come there.</remarks>
    private string? EarlyNote() => _arms.Any(arm => arm.Scenario.Duration is not null
            || arm.First.Result.Events.Any(happening => happening.Reached))
        ? _modelNote
        : null;

    internal static bool SameZones(ImmutableArray<ComparisonArm> arms) => arms.All(arm =>
        arm.Machine.Zones.Select(zone => zone.Id).SequenceEqual(arms[0].Machine.Zones.Select(zone => zone.Id)));

    public bool IsPredicted => !_predictions.IsEmpty;

    /// <param name="paired">Every arm was run with the same seeds.</param>
    public ImmutableArray<MetricResult> Rows(bool paired) => Verdicts.Of([.. Placement().Concat(BeforeSlowPath())
        .Concat(Ends()).Concat(Reclaim()).Concat(Times()).Select(row => row.Over(_arms, paired))]);

    /// <summary>What stays exact where the reclaim model decides the rest.</summary>
    private IEnumerable<MetricRow> BeforeSlowPath()
    {
        if (!UsedReclaimModel(_arms)) yield break;
        foreach (var zone in _arms[0].Machine.Zones.Select(zone => zone.Id.ToString()))
        {
            if (!_arms.Any(arm => arm.Runs.Any(run => Before(run.Result) > 0))) continue;
            yield return new($"{zone} before slow path", MetricUnit.Pages, _earlyNote, IsFixed(_earlyNote), 0,
                (_, run) => Before(run.Result), []);

            double Before(RunResult run) => run.Pressure?.Before.PagesFrom(zone)
                ?? run.Placement.Where(cell => cell.Zone == zone).Sum(cell => cell.Pages);
        }
    }

    private IEnumerable<MetricRow> Placement()
    {
        var zones = _arms[0].Machine.Zones;
        // Machines may differ: a zone that only one of them has gives nothing in the others.
        foreach (var id in _arms.SelectMany(arm => arm.Machine.Zones).Select(zone => zone.Id).Distinct())
        {
            var zone = id.ToString();
            var used = _arms.Any(arm => arm.Runs.Any(run => PagesFrom(run, zone) > 0))
                || _predictions.Any(one => one.Of(zone)?.Pages > 0);
            if (!used) continue;
            var tolerance = IsPredicted ? _tolerance.Pages(_arms[0].Machine.SlotOf(id), _predictions) : 0;
            yield return Row("pages from " + zone, MetricUnit.Pages, tolerance,
                run => PagesFrom(run, zone), prediction => prediction.Of(zone)?.Pages);
        }

        var pages = _arms[0].First.Result.Placement.Sum(cell => cell.Pages);
        var share = (double)_tolerance.AllZones / Math.Max(1, pages);
        var machine = _arms[0].Machine;
        var farthest = machine.Nodes.Max(from => machine.Nodes.Max(to => machine.Distances[from, to]));
        yield return Row("local share", MetricUnit.Share, share,
            run => RunMetric.Got(run) ? run.Result.LocalShare : null,
            prediction => prediction.LocalShare);
        yield return Row("mean distance (SLIT)", MetricUnit.Distance, share * farthest,
            run => RunMetric.Got(run) ? run.Result.MeanDistance : null, prediction => prediction.MeanDistance);
        for (var slot = 0; slot < zones.Length; slot++)
        {
            if (!machine.Release.IsLow(zones[slot].Id.Kind)) continue;
            var zone = zones[slot].Id.ToString();
            yield return Row($"{zone} free at end", MetricUnit.Pages,
                Math.Max(_tolerance.Free(slot), _tolerance.Pages(slot, _predictions)),
                run => run.Result.Zones.FirstOrDefault(known => known.Zone == zone)?.FreePages,
                prediction => prediction.Of(zone)?.FreeAtEnd);
        }
    }

    private IEnumerable<MetricRow> Ends()
    {
        yield return new("first fallback", MetricUnit.Ordinal, _placementNote, IsFixed(_placementNote),
            _tolerance.LargestPages, (_, run) => run.Result.FirstFallback?.Number,
            _single ? Predicted(prediction => prediction.FirstFallback) : []);
        if (_arms[0].Scenario.Workloads.Length > 1)
        {
            foreach (var workload in _arms[0].Scenario.Workloads)
            {
                var isKept = _arms.Any(arm => arm.Runs.Any(run => Kept(run, workload.Name) is > 0));
                if (!IsPredicted && !isKept) continue;
                var order = workload.Basis.Request.Order.Value;
                yield return Row("kept by " + workload.Name, MetricUnit.Pages, _tolerance.AllZones,
                    run => Kept(run, workload.Name),
                    prediction => prediction.Workloads.First(one => one.Name == workload.Name).Blocks << order);
            }
        }

        yield return new("slow path entered", MetricUnit.Count, _earlyNote, IsFixed(_earlyNote), 0,
            (_, run) => run.Result.SlowPathOperation is null ? 0 : 1,
            Predicted(prediction => prediction.FirstSlowPath is null ? 0 : 1));
        yield return Row("failed", MetricUnit.Count, 0,
            run => run.Result.Failures.Sum(failure => failure.Count), prediction => prediction.Failures);
    }

    /// <summary>What reclaim did, and who got nothing from it; left out where it did nothing in any run.</summary>
    private IEnumerable<MetricRow> Reclaim()
    {
        foreach (var metric in RunMetric.All.Where(metric => metric.Root == MetricRoot.Reclaim
                     || metric.Name is RunMetric.FailuresAtMin or RunMetric.SlowPathEntries))
        {
            if (_arms.All(arm => arm.Runs.All(run => metric.Of(run) is null or 0))) continue;
            yield return new(metric.Title, metric.Unit, ReclaimNote, _rule == SeedRule.Run, 0,
                (_, run) => metric.Of(run), []);
        }
    }

    private IEnumerable<MetricRow> Times()
    {
        var busy = _arms.SelectMany(arm => arm.First.Result.Zones).GroupBy(zone => zone.Zone)
            .Select(zone => (Zone: zone.Key, Wait: zone.Max(one => one.LockWaitNanoseconds)))
            .Where(zone => zone.Wait > 0).OrderByDescending(zone => zone.Wait).Take(MostLocks)
            .Select(zone => zone.Zone).Order(StringComparer.Ordinal);
        foreach (var zone in busy)
        {
            yield return Model($"lock wait {zone}, mean", MetricUnit.Nanoseconds,
                run => run.Result.Zones.FirstOrDefault(known => known.Zone == zone && known.LockHoldNanoseconds > 0)
                    ?.MeanWaitNanoseconds);
        }

        yield return Model("allocations", MetricUnit.PerSecond, run => run.Result.SimulatedNanoseconds == 0
            ? null
            : run.Result.Allocations * 1e9 / run.Result.SimulatedNanoseconds);
        yield return Model("latency p99", MetricUnit.Nanoseconds,
            run => RunMetric.Got(run) ? run.Result.Latency.P99 : null);
    }

    private MetricRow Row(
        string name, MetricUnit unit, double tolerance, Func<RunRecord, double?> value,
        Func<PlacementPrediction, double?> predicted) =>
        new(name, unit, _placementNote, IsFixed(_placementNote), tolerance, (_, run) => value(run),
            Predicted(predicted));

    private MetricRow Model(string name, MetricUnit unit, Func<RunRecord, double?> value) =>
        new(name, unit, _modelNote, _rule == SeedRule.Run, 0, (_, run) => value(run), []);

    /// <summary>No seed can change a figure that rests on this.</summary>
    private bool IsFixed(string? note) => note is null ? _rule != SeedRule.None : _rule == SeedRule.Run;

    private ImmutableArray<double?> Predicted(Func<PlacementPrediction, double?> of) => [.. _predictions.Select(of)];

    private static double? Kept(RunRecord run, string workload) =>
        run.Result.Workloads.FirstOrDefault(known => known.Name == workload)?.LivePages;

    private static double PagesFrom(RunRecord run, string zone) =>
        run.Result.Placement.Where(cell => cell.Zone == zone).Sum(cell => cell.Pages);
}
