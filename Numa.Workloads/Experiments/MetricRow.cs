using System.Collections.Immutable;
using System.Globalization;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>A figure to read from every run, and what arithmetic says it should be.</summary>
/// <param name="ModelNote">What the figure rests on when it comes from the cost model; else null.</param>
/// <param name="Tolerance">Largest distance of a difference from its prediction that is not marked.</param>
/// <param name="Value">The figure in one run; null when the run has none.</param>
/// <param name="Predicted">The figure in an arm. Shape: one per arm; empty for no prediction.</param>
internal sealed record MetricRow(
    string Name, MetricUnit Unit, string? ModelNote, double Tolerance,
    Func<ComparisonArm, RunRecord, double?> Value, ImmutableArray<double?> Predicted)
{
    public MetricResult Over(ImmutableArray<ComparisonArm> arms)
    {
        var values = arms.Select(arm => arm.Runs.Select(run => Value(arm, run)).ToArray()).ToList();
        ImmutableArray<ArmValue> perArm =
            [.. values.Select(seeds => new ArmValue(Mean(seeds), seeds.Distinct().Count() == 1))];
        var exact = perArm.All(value => value.SeedsAgree);
        var basis = ModelNote is not null ? MetricBasis.Model : exact ? MetricBasis.Exact : MetricBasis.Interval;
        return new(Name, Unit, basis, Note(basis, values[0].Length), Tolerance, perArm,
            [.. Enumerable.Range(1, arms.Length - 1).Select(arm => Difference(values[0], values[arm], arm))]);
    }

    private DifferenceResult Difference(double?[] first, double?[] other, int arm)
    {
        double? predicted = Predicted.IsDefaultOrEmpty ? null : Predicted[arm] - Predicted[0];
        var pairs = first.Zip(other, (a, b) => b - a).ToList();
        if (pairs.Any(pair => pair is null))
            return new(null, null, null, predicted, predicted is not null && ModelNote is null);

        var differences = pairs.Select(pair => pair!.Value).ToList();
        var statistics = PairedStatistics.Of(differences);
        var agree = differences.Distinct().Count() == 1;
        var off = ModelNote is null && predicted is { } expected
            && Math.Abs(statistics.Mean - expected) > Tolerance;
        return new(statistics.Mean, agree ? null : statistics.Low, agree ? null : statistics.High, predicted, off);
    }

    private string Note(MetricBasis basis, int seeds) => basis switch
    {
        MetricBasis.Model => ModelNote!,
        MetricBasis.Exact when seeds > 1 => string.Create(CultureInfo.InvariantCulture, $"{seeds}/{seeds} seeds"),
        // One run cannot show that seeds agree.
        MetricBasis.Exact => "1 seed",
        _ => string.Create(CultureInfo.InvariantCulture, $"{seeds} seeds"),
    };

    private static double? Mean(double?[] seeds) => seeds.Any(value => value is null) ? null : seeds.Average();
}
