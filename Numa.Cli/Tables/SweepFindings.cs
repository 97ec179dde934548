using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What a sweep found, in sentences made of its trends by rules alone.</summary>
internal static class SweepFindings
{
    public static ImmutableArray<string> Of(SweepResult result)
    {
        var sentences = ImmutableArray.CreateBuilder<string>();
        foreach (var metric in result.Metrics)
        {
            var trends = result.Trends.Where(trend => trend.Metric == metric.Name).ToList();
            // Where all curves are flat, one sentence says it.
            if (trends.Count > 1 && trends.All(IsFlat))
                sentences.Add($"{metric.Title}: no change found along {result.Paths[^1]}, whatever the other settings");
            else
                sentences.AddRange(trends.Select(trend => Sentence(result, metric, trend)));
        }

        return sentences.ToImmutable();
    }

    private static bool IsFlat(SweepTrend trend) =>
        trend is { Shape: TrendShape.Flat, FirstAboveZero: null, IsOpen: false };

    private static string Sentence(SweepResult result, SweepMetric metric, SweepTrend trend)
    {
        var where = trend.Curve.Length == 0 ? "" : $" ({trend.Curve})";
        var basis = metric.Basis == MetricBasis.Interval
            ? $"{Figures.Count(result.Seeds, "seed")}"
            : Figures.Basis(metric.Basis);
        var same = trend.IsConstant ? ", some of it the same in each seed" : "";
        return $"{metric.Title}{where}: {What(result, metric, trend)} ({basis}{same})";
    }

    private static string What(SweepResult result, SweepMetric metric, SweepTrend trend)
    {
        var (first, last) = (Figures.Metric(trend.First, metric.Unit), Figures.Metric(trend.Last, metric.Unit));
        var above = trend.FirstAboveZero is { } value ? $", none before {value}" : "";
        if (trend is { IsOpen: true, Shape: TrendShape.Flat } && trend.First != trend.Last)
        {
            return $"{first} at {trend.From}, {last} at {trend.To}{above}; one seed, which cannot tell a change from"
                + " chance";
        }

        return trend.Shape switch
        {
            TrendShape.Flat when trend.First == trend.Last && above.Length == 0 => $"{first} throughout",
            TrendShape.Flat => $"no change found along {result.Paths[^1]}{above}",
            TrendShape.Rises => $"rises from {first} at {trend.From} to {last} at {trend.To}{Knee(trend)}{above}",
            TrendShape.Falls => $"falls from {first} at {trend.From} to {last} at {trend.To}{Knee(trend)}{above}",
            TrendShape.Peaks => $"rises up to {trend.Turn}, then falls{above}",
            TrendShape.Dips => $"falls down to {trend.Turn}, then rises{above}",
            _ => $"goes up and down between {trend.From} and {trend.To}{above}",
        };
    }

    private static string Knee(SweepTrend trend) => trend.Knee is { } knee ? $", with a knee at {knee}" : "";
}
