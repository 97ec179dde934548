using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Makes of an experiment's runs how metrics answer to its settings.</summary>
public static class Sweep
{
    /// <summary>What most people ask first.</summary>
    public static ImmutableArray<string> UsualMetrics { get; } =
    [
        "allocationsPerSecond", "meanLockWaitNanoseconds", "latencyP99Nanoseconds", "localShare", "fallbacks",
        "failures", OomKills,
    ];

    /// <summary>Reported where any run had one.</summary>
    private const string OomKills = "oomKills";

    private const string NotModelled = "not modelled: " + Comparison.NotModelled;

    /// <param name="shown">Names of the metrics to report, in order.</param>
    /// <param name="runs">Those that have ended, by cell and seed.</param>
    /// <param name="command">The command line that gives the same sweep again.</param>
    public static SweepResult Build(
        ExperimentGrid grid, ImmutableArray<string> shown, ImmutableArray<CellRun> runs, string command)
    {
        var experiment = grid.Experiment;
        var perCell = runs.ToLookup(run => run.Cell);
        var scenarios = experiment.Cells.Select(cell => cell.Scenario).ToList();
        var indices = shown.Select(name => IndexOf(experiment, name))
            .Where(index => experiment.Metrics[index].Name != OomKills || shown.Length == 1
                || runs.Any(run => run.Values[index] is > 0)).ToList();
        var series = indices.Select(index => Enumerable.Range(0, experiment.Cells.Length).Select(cell =>
            perCell[cell].Select(run => run.Values[index]).ToArray()).ToList()).ToList();
        var rule = SeedRuleOf(experiment);
        ImmutableArray<SweepMetric> metrics =
        [
            .. indices.Zip(series).Select(one => Metric(experiment.Metrics[one.First],
                Basis(experiment.Metrics[one.First], scenarios, runs, one.Second, rule))),
        ];
        var values = Combinations(grid.Variations);
        var missing = experiment.Cells.Length * experiment.Seeds - runs.Length;
        return new(scenarios[0].Name, [.. grid.Variations.Select(variation => variation.Path)], experiment.Seeds,
            missing, scenarios[0].Clock.ToString().ToLowerInvariant(), metrics,
            [
                .. experiment.Cells.Select((cell, number) => new SweepRow(values[number],
                    cell.Scenario.Machine.Name, perCell[number].Count(),
                    perCell[number].FirstOrDefault()?.Hash ?? "", perCell[number].All(run => run.Conserved),
                    [.. series.Select(one => Value(one[number]))])),
            ],
            SweepTrends.Of(grid.Variations[^1], values, metrics, Comparable(experiment, indices, perCell),
                experiment.IsPaired),
            Notes(runs), command);
    }

    /// <summary>The metrics that names stand for.</summary>
    /// <exception cref="InputException">A name is unknown; all of them are in it.</exception>
    public static ImmutableArray<string> RequireMetrics(ImmutableArray<string> names)
    {
        var problems = new ProblemList();
        ImmutableArray<string> known = [.. RunMetric.All.Select(metric => metric.Name)];
        foreach (var name in names.Where(name => !known.Contains(name)))
        {
            problems.Add(new($"--metric {name}", 0, 0), ProblemCodes.Word,
                $"no metric '{YamlScalar.Short(name)}'{Core.Text.NearestName.Hint(name, known)}");
        }

        problems.ThrowIfAny();
        return names.IsEmpty ? UsualMetrics : [.. names.Distinct()];
    }

    /// <summary>Values by metric, cell and seed; of pairs those of seeds that every cell was run with, as an
    /// interrupted sweep may have run one with a seed and not yet another.</summary>
    private static List<List<double?[]>> Comparable(
        Experiment experiment, List<int> indices, ILookup<int, CellRun> perCell)
    {
        var cells = Enumerable.Range(0, experiment.Cells.Length).ToList();
        var common = cells.Select(cell => perCell[cell].Select(run => run.Seed))
            .Aggregate((some, more) => some.Intersect(more)).ToHashSet();
        return [.. indices.Select(index => cells.Select(cell => perCell[cell]
            .Where(run => !experiment.IsPaired || common.Contains(run.Seed))
            .Select(run => run.Values[index]).ToArray()).ToList())];
    }

    private static int IndexOf(Experiment experiment, string name)
    {
        for (var index = 0; index < experiment.Metrics.Length; index++)
        {
            if (experiment.Metrics[index].Name == name) return index;
        }

        throw new InvariantBreachException($"the experiment reads {name}");
    }

    private static SweepMetric Metric(RunMetric metric, MetricBasis basis) =>
        new(metric.Name, metric.Title, metric.Unit, basis);

    private static MetricBasis Basis(RunMetric metric, List<Scenario> scenarios, ImmutableArray<CellRun> runs,
        List<double?[]> series, SeedRule rule)
    {
        var byTheClock = scenarios.Any(scenario => scenario.Duration is not null || !scenario.Events.IsEmpty);
        if (metric.Root != MetricRoot.Placement || byTheClock || runs.Any(run => run.UsedReclaimModel))
            return MetricBasis.Model;
        return rule != SeedRule.None && series.All(cell => cell.Distinct().Count() <= 1)
            ? MetricBasis.Exact
            : MetricBasis.Interval;
    }

    /// <remarks>Every combination's machine boots for it: settings may change its CPUs.</remarks>
    private static SeedRule SeedRuleOf(Experiment experiment) => experiment.Cells.Select(cell =>
        SeedRules.Of(cell.Scenario, MachineBoot.Boot(cell.Scenario.Machine, cell.Scenario.Boot, []).Image)).Min();

    private static SweepValue Value(double?[] seeds)
    {
        if (seeds.Length == 0 || seeds.Any(value => value is null)) return new(null, null, null);
        var mean = MeanDifference.OfMean([.. seeds.Select(value => value!.Value)]);
        return new(mean.Mean, mean.Low, mean.High);
    }

    private static List<ImmutableArray<string>> Combinations(ImmutableArray<Variation> variations)
    {
        IEnumerable<ImmutableArray<string>> all = [[]];
        foreach (var variation in variations)
        {
            all = all.SelectMany(_ => variation.Values,
                (before, value) => before.Add(Variation.Label(variation.Path, value))).ToList();
        }

        return [.. all];
    }

    private static ImmutableArray<string> Notes(ImmutableArray<CellRun> runs) => runs.Any(run => run.UsedReclaimModel)
        ? ["reclaim took part in some runs: MODEL", NotModelled]
        : ["reclaim took no page in any run", NotModelled];
}
