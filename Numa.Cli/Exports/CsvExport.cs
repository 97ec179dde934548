using Numa.Cli.Execution;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Exports;

/// <summary>Results as comma-separated values, header first.</summary>
internal static class CsvExport
{
    /// <summary>One row per zone.</summary>
    public static string Run(RunResult run)
    {
        var csv = new CsvText().Row(
            "scenario", "seed", "kernel", "zonelistOrder", "counterfactual", "clock", "hash", "zone", "managedPages",
            "freeAtStartPages", "freePages", "pagesetPages", "taskPages", "occupiedPages", "minPages", "lowPages",
            "highPages", "allocatedPages", "beforeSlowPathPages", "visits", "lockWaitNanoseconds",
            "meanWaitNanoseconds", "maxWaitNanoseconds", "lockHoldNanoseconds", "conserved");
        foreach (var zone in run.Zones)
        {
            csv.Row(
                run.Scenario, run.Seed, run.Kernel, run.ZonelistOrder, run.Counterfactual, run.Clock, run.Hash,
                zone.Zone, zone.ManagedPages, zone.FreeAtStartPages, zone.FreePages, zone.PagesetPages,
                zone.TaskPages, zone.OccupiedPages, zone.MinPages, zone.LowPages, zone.HighPages,
                zone.AllocatedPages, run.Pressure?.Before.PagesFrom(zone.Zone) ?? zone.AllocatedPages,
                zone.Visits, zone.LockWaitNanoseconds, zone.MeanWaitNanoseconds,
                zone.MaxWaitNanoseconds, zone.LockHoldNanoseconds, zone.Conserved);
        }

        return csv.ToString();
    }

    /// <summary>One row per zone and cause.</summary>
    public static string Trace(ContentionResult contention)
    {
        var csv = new CsvText().Row(
            "zone", "cause", "visits", "pages", "waitNanoseconds", "holdNanoseconds", "refused");
        foreach (var cause in contention.Causes)
        {
            csv.Row(
                cause.Zone, cause.Cause, cause.Visits, cause.Pages, cause.WaitNanoseconds, cause.HoldNanoseconds,
                cause.Refused);
        }

        return csv.ToString();
    }

    /// <summary>One row per metric: the arms' values, then each later arm against the first.</summary>
    public static string Comparison(ComparisonResult result)
    {
        var arms = result.Arms.Select(arm => arm.Value).ToArray();
        var csv = new CsvText().Row(
        [
            "metric", "unit", "basis", "basisNote", "tolerance",
            .. arms,
            .. arms.Skip(1).SelectMany(arm => new[]
            {
                $"{arm} difference", $"{arm} predicted", $"{arm} off", $"{arm} low", $"{arm} high", $"{arm} effect",
                $"{arm} p", $"{arm} correctedP", $"{arm} verdict",
            }),
        ]);
        foreach (var metric in result.Metrics)
        {
            csv.Row(
            [
                metric.Name, Word(metric.Unit), Word(metric.Basis), metric.BasisNote, metric.Tolerance,
                .. metric.Values.Select(value => (object?)value.Mean),
                .. metric.Differences.SelectMany(
                    difference => new object?[]
                    {
                        difference.Difference, difference.Predicted, difference.Off, difference.Low, difference.High,
                        difference.Effect, difference.P, difference.CorrectedP, Word(difference.Verdict),
                    }),
            ]);
        }

        return csv.ToString();
    }

    /// <summary>One row per run of an experiment: its settings, its seed, and every metric.</summary>
    public static string Runs(ExperimentRuns made)
    {
        var (grid, experiment) = (made.Grid, made.Grid.Experiment);
        var csv = new CsvText().Row(
        [
            "cell", "arm", .. grid.Variations.Select(variation => variation.Path), "seed", "hash", "placementHash",
            "conserved", "usedReclaimModel", .. experiment.Metrics.Select(metric => metric.Name),
        ]);
        foreach (var run in made.Runs)
        {
            var cell = experiment.Cells[run.Cell];
            csv.Row(
            [
                run.Cell + 1, cell.Name,
                .. grid.Variations.Select(variation => (object)(cell.Settings
                    .FirstOrDefault(setting => setting.Path == variation.Path)?.Value ?? Variation.Default)),
                run.Seed, run.Hash, run.PlacementHash, run.Conserved, run.UsedReclaimModel,
                .. run.Values.Select(value => (object?)value),
            ]);
        }

        return csv.ToString();
    }

    /// <summary>One row per combination and metric.</summary>
    public static string Sweep(SweepResult result)
    {
        var csv = new CsvText().Row(
            [.. result.Paths, "machine", "runs", "metric", "unit", "basis", "mean", "low", "high"]);
        foreach (var row in result.Rows)
        {
            foreach (var (metric, value) in result.Metrics.Zip(row.Values))
            {
                csv.Row(
                [
                    .. row.Settings, row.Machine, row.Runs, metric.Name, Word(metric.Unit), Word(metric.Basis),
                    value.Mean, value.Low, value.High,
                ]);
            }
        }

        return csv.ToString();
    }

    /// <summary>One row per schedule; the first, without a number, is the unperturbed run.</summary>
    public static string Exploration(ExploreResult result)
    {
        var csv = new CsvText().Row(
            "scenario", "seed", "schedule", "check", "claim", "hash", "placementHash", "operations",
            "simulatedNanoseconds", "operationsPerSecond", "lockWaitNanoseconds", "meanWaitNanoseconds",
            "maxWaitNanoseconds", "fallbacks", "failures", "slowPathEntries", "kswapdWakeUps");
        foreach (var outcome in result.Exploration.Schedules.Prepend(result.Exploration.Unperturbed))
        {
            csv.Row(
                result.Scenario, result.Seed, outcome.Schedule, outcome.Breach?.Check, outcome.Breach?.Claim,
                outcome.Hash, outcome.PlacementHash, outcome.Operations, outcome.SimulatedNanoseconds,
                outcome.OperationsPerSecond, outcome.LockWaitNanoseconds, outcome.MeanWaitNanoseconds,
                outcome.MaxWaitNanoseconds, outcome.Fallbacks, outcome.Failures, outcome.SlowPathEntries,
                outcome.KswapdWakeUps);
        }

        return csv.ToString();
    }

    // As JSON spells them, so that the two exports can be joined.
    internal static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
