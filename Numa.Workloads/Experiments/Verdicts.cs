using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>Says of every difference of a comparison whether it was found, all of them together.</summary>
internal static class Verdicts
{
    /// <summary>Corrects for the number of differences that rest on seeds, of all metrics and arms.</summary>
    public static ImmutableArray<MetricResult> Of(ImmutableArray<MetricResult> metrics)
    {
        var corrected = new Queue<double>(Holm.Correct(
            [.. metrics.SelectMany(metric => metric.Differences).Select(one => one.P).OfType<double>()]));
        return
        [
            .. metrics.Select(metric => metric with
            {
                Differences =
                    [.. metric.Differences.Select(one => one.P is null ? one : Judge(one, corrected.Dequeue()))],
            }),
        ];
    }

    private static DifferenceResult Judge(DifferenceResult difference, double corrected) => difference with
    {
        CorrectedP = corrected,
        Verdict = corrected < Holm.Level ? DifferenceVerdict.Found
            // As large in every seed and yet not shown: more seeds are needed, which is no absence.
            : difference is { Low: null, Difference: not 0 } ? DifferenceVerdict.Open
            : DifferenceVerdict.NotFound,
    };
}
