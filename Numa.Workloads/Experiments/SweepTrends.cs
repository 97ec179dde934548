using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Reads from a sweep which way each metric goes, where it bends, and where something first happens.</summary>
/// <remarks>Neighbours differ where the difference was found, corrected by Holm for all neighbours of all metrics, or
/// where it is the same in each of several seeds: then no chance can be reckoned, and the trend says so. A
/// knee is the point farthest from the straight line between the ends, both axes scaled to 0..1, if that is a tenth or
/// more (Satopää et al. 2011, Finding a "Kneedle" in a Haystack, without their smoothing); an axis that grows by
/// factors is taken by its logarithm.</remarks>
internal static class SweepTrends
{
    /// <summary>Nearer to the line, a curve counts as straight.</summary>
    private const double LeastBend = 0.1;

    /// <param name="along">The setting that changes fastest.</param>
    /// <param name="combinations">Shape: one per cell, one value per setting.</param>
    /// <param name="series">Values by metric, cell and seed.</param>
    /// <param name="paired">All cells were run with the same seeds.</param>
    public static ImmutableArray<SweepTrend> Of(Variation along, List<ImmutableArray<string>> combinations,
        ImmutableArray<SweepMetric> metrics, List<List<double?[]>> series, bool paired)
    {
        var length = along.Values.Length;
        var curves = new List<Curve>();
        for (var metric = 0; metric < metrics.Length; metric++)
        {
            for (var from = 0; from + length <= combinations.Count; from += length)
            {
                var name = string.Join(", ", combinations[from][..^1]);
                var points = series[metric].GetRange(from, length);
                if (points.Any(point => point.Length == 0 || point.Any(value => value is null))) continue;
                curves.Add(new(metrics[metric], name, [.. combinations.GetRange(from, length).Select(one => one[^1])],
                    [.. points.Select(point => Known(point))], paired));
            }
        }

        var corrected = new Queue<double>(Holm.Correct([.. curves.SelectMany(curve => curve.Tests).OfType<double>()]));
        return [.. curves.Select(curve => curve.Trend(corrected))];
    }

    /// <summary>The setting's values as numbers; null where they are none.</summary>
    internal static double[]? Numbers(IReadOnlyList<string> values)
    {
        var numbers = values.Select(Number).ToList();
        if (numbers.Any(number => number is null)) return null;
        double[] axis = [.. numbers.Select(number => number!.Value)];
        if (axis.Zip(axis.Skip(1)).Any(pair => pair.Second <= pair.First)) return null;
        if (axis.Length < 3 || axis[0] <= 0) return axis;
        // Steps that grow by a factor are read as such: the second is at least half as wide again as the first.
        var byFactors = axis.Zip(axis.Skip(1), axis.Skip(2)).All(three =>
            three.Third - three.Second >= 1.5 * (three.Second - three.First));
        return byFactors ? [.. axis.Select(value => Math.Log(value))] : axis;
    }

    /// <returns>Index of the point where the curve bends; null where it is straight.</returns>
    internal static int? Knee(double[] axis, double[] values)
    {
        var (least, most) = (values.Min(), values.Max());
        if (axis.Length < 3 || most <= least) return null;
        var (best, bend) = (0, 0.0);
        for (var at = 1; at < axis.Length - 1; at++)
        {
            var x = (axis[at] - axis[0]) / (axis[^1] - axis[0]);
            var line = values[0] + x * (values[^1] - values[0]);
            var distance = Math.Abs(values[at] - line) / (most - least);
            if (distance > bend) (best, bend) = (at, distance);
        }

        return bend >= LeastBend ? best : null;
    }

    private static double[] Known(double?[] values) => [.. values.Select(value => value!.Value)];

    private static double? Number(string value)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        if (ByteSize.TryParse(value, out var size)) return size.Bytes;
        if (Quantities.TryDuration(value, out var duration, out _)) return duration.Nanoseconds;
        return Quantities.TryPercent(value, out var percent, out _) ? percent : null;
    }

    private sealed class Curve(
        SweepMetric metric, string name, ImmutableArray<string> values, ImmutableArray<double[]> points, bool paired)
    {
        /// <summary>Chances of the steps from point to point, and of that from the first to the last; null where no
        /// chance is in it, or every seed shows the same.</summary>
        public ImmutableArray<double?> Tests { get; } =
        [
            .. Enumerable.Range(0, points.Length - 1).Select(at => Test(metric, points[at], points[at + 1], paired)),
            Test(metric, points[0], points[^1], paired),
        ];

        public SweepTrend Trend(Queue<double> corrected)
        {
            double[] means = [.. points.Select(point => point.Average())];
            var found = Tests.Select(test => test is null || corrected.Dequeue() < Holm.Level).ToList();
            var steps = Enumerable.Range(0, means.Length - 1)
                .Select(at => found[at] ? Math.Sign(means[at + 1] - means[at]) : 0).ToList();
            var (shape, turn) = Shape(steps, means, found[^1] ? Math.Sign(means[^1] - means[0]) : 0);
            var axis = shape is TrendShape.Rises or TrendShape.Falls ? Numbers(values) : null;
            var knee = axis is null ? null : Knee(axis, means);
            var above = Array.FindIndex(means, mean => mean > 0);
            return new(metric.Name, name, shape, values[0], values[^1], means[0], means[^1],
                turn is { } at ? values[at] : null, knee is { } bend ? values[bend] : null,
                above > 0 ? values[above] : null)
            {
                IsOpen = metric.Basis != MetricBasis.Exact && points.Any(point => point.Length < 2),
                IsConstant = metric.Basis != MetricBasis.Exact && steps.Zip(Tests).Any(step =>
                    step is { First: not 0, Second: null }),
            };
        }

        private static (TrendShape Shape, int? Turn) Shape(List<int> steps, double[] means, int whole)
        {
            var moves = steps.Select((sign, at) => (Sign: sign, At: at)).Where(step => step.Sign != 0).ToList();
            if (moves.Count == 0)
                return (whole > 0 ? TrendShape.Rises : whole < 0 ? TrendShape.Falls : TrendShape.Flat, null);
            var turns = moves.Zip(moves.Skip(1)).Where(pair => pair.First.Sign != pair.Second.Sign).ToList();
            if (turns.Count == 0) return (moves[0].Sign > 0 ? TrendShape.Rises : TrendShape.Falls, null);
            if (turns.Count > 1) return (TrendShape.Wavers, null);
            // Between the last step up and the first down nothing was found to differ: the outermost mean stands in.
            var top = Enumerable.Range(turns[0].First.At + 1, turns[0].Second.At - turns[0].First.At)
                .MaxBy(at => means[at] * moves[0].Sign);
            return (moves[0].Sign > 0 ? TrendShape.Peaks : TrendShape.Dips, top);
        }

        private static double? Test(SweepMetric metric, double[] first, double[] other, bool paired)
        {
            if (metric.Basis == MetricBasis.Exact) return null;
            var difference = paired ? MeanDifference.OfPairs(first, other) : MeanDifference.OfSamples(first, other);
            return first.Length > 1 && other.Length > 1 && difference.Low is null ? null : difference.P ?? 1;
        }
    }
}
