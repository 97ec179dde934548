using System.Collections.Immutable;
using System.Globalization;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>A figure to read from every run, and what arithmetic says it should be.</summary>
/// <param name="ModelNote">What the figure rests on when it comes from a model; else null.</param>
/// <param name="IsFixed">A rule says that no seed can change the figure.</param>
/// <param name="Tolerance">Largest distance of a difference from its prediction that is not marked.</param>
/// <param name="Value">The figure in one run; null when the run has none.</param>
/// <param name="Predicted">The figure in an arm. Shape: one per arm; empty for no prediction.</param>
internal sealed record MetricRow(
    string Name, MetricUnit Unit, string? ModelNote, bool IsFixed, double Tolerance,
    Func<ComparisonArm, RunRecord, double?> Value, ImmutableArray<double?> Predicted)
{
    /// <param name="paired">Every arm was run with the same seeds.</param>
    public MetricResult Over(ImmutableArray<ComparisonArm> arms, bool paired)
    {
        var values = arms.Select(arm => arm.Runs.Select(run => Value(arm, run)).ToArray()).ToList();
        ImmutableArray<ArmValue> perArm =
            [.. values.Select(seeds => new ArmValue(Mean(seeds), seeds.Distinct().Count() == 1))];
        var agree = perArm.All(value => value.SeedsAgree);
        // What was found beats a rule that says otherwise.
        var isFixed = IsFixed && agree;
        var basis = ModelNote is not null ? MetricBasis.Model : isFixed ? MetricBasis.Exact : MetricBasis.Interval;
        return new(Name, Unit, basis, Note(basis, agree, isFixed, values[0].Length), Tolerance, perArm,
        [
            .. Enumerable.Range(1, arms.Length - 1)
                .Select(arm => Difference(values[0], values[arm], arm, isFixed, paired)),
        ]);
    }

    private DifferenceResult Difference(double?[] first, double?[] other, int arm, bool isFixed, bool paired)
    {
        double? predicted = Predicted.IsDefaultOrEmpty ? null : Predicted[arm] - Predicted[0];
        if (first.Concat(other).Any(value => value is null))
        {
            // Never in any run is an agreement too.
            var never = first.Concat(other).All(value => value is null);
            return new(null, null, null, predicted, predicted is not null && ModelNote is null)
            {
                Verdict = never ? isFixed ? DifferenceVerdict.Fixed : DifferenceVerdict.NotFound
                    : DifferenceVerdict.Open,
            };
        }

        double[] one = [.. first.Select(value => value!.Value)];
        double[] two = [.. other.Select(value => value!.Value)];
        var statistics = paired ? MeanDifference.OfPairs(one, two) : MeanDifference.OfSamples(one, two);
        var off = ModelNote is null && predicted is { } expected
            && Math.Abs(statistics.Mean - expected) > Tolerance;
        return new(statistics.Mean, statistics.Low, statistics.High, predicted, off)
        {
            RelativeLow = statistics.RelativeLow,
            RelativeHigh = statistics.RelativeHigh,
            Effect = statistics.Effect,
            P = isFixed ? null : statistics.P,
            Verdict = isFixed ? DifferenceVerdict.Fixed : DifferenceVerdict.Open,
        };
    }

    private string Note(MetricBasis basis, bool agree, bool isFixed, int seeds)
    {
        var runs = string.Create(CultureInfo.InvariantCulture, $"{seeds} seed{(seeds == 1 ? "" : "s")}");
        return basis switch
        {
            MetricBasis.Model when isFixed => ModelNote + ", no seed changes it",
            MetricBasis.Model => ModelNote!,
            MetricBasis.Exact when seeds > 1 => string.Create(CultureInfo.InvariantCulture, $"{seeds}/{seeds} seeds"),
            // One run cannot show that seeds agree.
            MetricBasis.Exact => runs,
            _ when agree && seeds > 1 => runs + " agree, none must",
            _ => runs,
        };
    }

    private static double? Mean(double?[] seeds) => seeds.Any(value => value is null) ? null : seeds.Average();
}
