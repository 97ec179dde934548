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

    private readonly ImmutableArray<ComparisonArm> _arms;
    private readonly ImmutableArray<PlacementPrediction> _predictions;
    private readonly MetricTolerance _tolerance;
    private readonly bool _single;
    private readonly string _modelNote;
    private readonly string? _placementNote;

    /// <summary>Beside what is settled before the slow path is entered.</summary>
    private readonly string? _earlyNote;

    public ComparisonMetrics(ImmutableArray<ComparisonArm> arms)
    {
        _arms = arms;
        var predictions = arms.Select(arm => arm.Prediction).ToList();
        // Differences need both sides.
        _predictions = predictions.Any(one => one is null) ? [] : [.. predictions.OfType<PlacementPrediction>()];
        var tasks = TaskTable.Of(arms[0].Scenario, arms[0].Machine);
        _single = ComparisonPlacement.RunsSingly(arms[0].Scenario, tasks);
        _tolerance = MetricTolerance.Of(arms.Select(arm => arm.Machine), tasks);
        var replaced = arms[0].Scenario.Costs.Count;
        _modelNote = replaced == 0
            ? "default cost set"
            : string.Create(CultureInfo.InvariantCulture, $"cost set with {replaced} replaced");
        _earlyNote = EarlyNote();
        _placementNote = UsedReclaimModel(arms) ? "reclaim model after the slow path" : _earlyNote;
    }

    /// <summary>Reclaim had a part in some run: from its first entry into the slow path on nothing is exact.</summary>
    public static bool UsedReclaimModel(IEnumerable<ComparisonArm> arms) =>
        arms.Any(arm => arm.Runs.Any(run => run.Result.UsedReclaimModel));

    /// <summary>Note beside figures of placement that the cost model decides; null where they are exact.</summary>
    /// <remarks>What a setting written in mid-run finds depends on how long it took to come there.</remarks>
    private string? EarlyNote() =>
        _arms.Any(arm => arm.First.Result.Events.Any(happening => happening.Reached)) ? _modelNote : null;

    public bool IsPredicted => !_predictions.IsEmpty;

    public ImmutableArray<MetricResult> Rows() =>
        [.. Placement().Concat(BeforeSlowPath()).Concat(Ends()).Concat(Times()).Select(row => row.Over(_arms))];

    /// <summary>What stays exact where the reclaim model decides the rest.</summary>
    private IEnumerable<MetricRow> BeforeSlowPath()
    {
        if (!UsedReclaimModel(_arms)) yield break;
        foreach (var zone in _arms[0].Machine.Zones.Select(zone => zone.Id.ToString()))
        {
            if (!_arms.Any(arm => arm.Runs.Any(run => Before(run.Result) > 0))) continue;
            yield return new($"{zone} before slow path", MetricUnit.Pages, _earlyNote, 0,
                (_, run) => Before(run.Result), []);

            double Before(RunResult run) => run.Pressure?.Before.PagesFrom(zone)
                ?? run.Placement.Where(cell => cell.Zone == zone).Sum(cell => cell.Pages);
        }
    }

    private IEnumerable<MetricRow> Placement()
    {
        var zones = _arms[0].Machine.Zones;
        for (var slot = 0; slot < zones.Length; slot++)
        {
            var zone = zones[slot].Id.ToString();
            var used = _arms.Any(arm => arm.Runs.Any(run => PagesFrom(run, zone) > 0))
                || _predictions.Any(one => one.Of(zone)?.Pages > 0);
            if (!used) continue;
            yield return Row("pages from " + zone, MetricUnit.Pages, _tolerance.Pages(slot, _predictions),
                run => PagesFrom(run, zone), prediction => prediction.Of(zone)?.Pages);
        }

        var pages = _arms[0].First.Result.Placement.Sum(cell => cell.Pages);
        var share = (double)_tolerance.AllZones / Math.Max(1, pages);
        var machine = _arms[0].Machine;
        var farthest = machine.Nodes.Max(from => machine.Nodes.Max(to => machine.Distances[from, to]));
        yield return Row("local share", MetricUnit.Share, share, run => run.Result.LocalShare,
            prediction => prediction.LocalShare);
        yield return Row("mean distance (SLIT)", MetricUnit.Distance, share * farthest,
            run => run.Result.MeanDistance, prediction => prediction.MeanDistance);
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
        yield return new("first fallback", MetricUnit.Ordinal, _placementNote, _tolerance.LargestPages,
            (arm, run) => ComparisonPlacement.FirstFallback(arm.Scenario, run)?.Number,
            _single ? Predicted(prediction => prediction.FirstFallback) : []);
        if (_arms[0].Scenario.Workloads.Length > 1)
        {
            foreach (var workload in _arms[0].Scenario.Workloads)
            {
                var order = workload.Basis.Request.Order.Value;
                yield return Row("kept by " + workload.Name, MetricUnit.Pages, _tolerance.AllZones,
                    run => run.Result.Workloads.FirstOrDefault(known => known.Name == workload.Name)?.LivePages,
                    prediction => prediction.Workloads.First(one => one.Name == workload.Name).Blocks << order);
            }
        }

        yield return new("slow path entered", MetricUnit.Count, _earlyNote, 0,
            (_, run) => run.Result.SlowPathOperation is null ? 0 : 1,
            Predicted(prediction => prediction.FirstSlowPath is null ? 0 : 1));
        yield return Row("failed", MetricUnit.Count, 0,
            run => run.Result.Failures.Sum(failure => failure.Count), prediction => prediction.Failures);
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
                run => run.Result.Zones.FirstOrDefault(known => known.Zone == zone)?.MeanWaitNanoseconds);
        }

        yield return Model("allocations", MetricUnit.PerSecond, run => run.Result.SimulatedNanoseconds == 0
            ? null
            : run.Result.Allocations * 1e9 / run.Result.SimulatedNanoseconds);
        yield return Model("latency p99", MetricUnit.Nanoseconds, run => run.Result.Latency.P99);
    }

    private MetricRow Row(
        string name, MetricUnit unit, double tolerance, Func<RunRecord, double?> value,
        Func<PlacementPrediction, double?> predicted) =>
        new(name, unit, _placementNote, tolerance, (_, run) => value(run), Predicted(predicted));

    private MetricRow Model(string name, MetricUnit unit, Func<RunRecord, double?> value) =>
        new(name, unit, _modelNote, 0, (_, run) => value(run), []);

    private ImmutableArray<double?> Predicted(Func<PlacementPrediction, double?> of) => [.. _predictions.Select(of)];

    private static double PagesFrom(RunRecord run, string zone) =>
        run.Result.Placement.Where(cell => cell.Zone == zone).Sum(cell => cell.Pages);
}
