using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What a comparison found, in sentences: the answer first. Made of its figures by rules alone.</summary>
internal static class ComparisonFindings
{
    /// <summary>Metrics that a reader wants to hear of even where no difference was found.</summary>
    private static readonly ImmutableHashSet<string> Asked = ["allocations", "latency p99"];

    /// <summary>What people ask first, in that order; other metrics follow in that of the table.</summary>
    private static readonly ImmutableArray<string> Order =
    [
        "failed, may not reclaim", "failed", "OOM kills", "direct reclaims", "latency p99", "allocations",
        "kswapd runs", "pages reclaimed",
    ];

    /// <summary>Sentences about each arm beside the placement; more would hide the answer.</summary>
    private const int MostPerArm = 6;

    public static ImmutableArray<string> Of(ComparisonResult result) =>
    [
        .. Ends(result),
        .. Enumerable.Range(1, result.Arms.Length - 1).SelectMany(arm => OfArm(result, arm)).Distinct(),
    ];

    /// <summary>An arm in a sentence: <c>zonelistOrder=zone</c>, or the values of a grid.</summary>
    internal static string Name(ComparisonResult result, int arm) => result.VaryPath.Contains(',')
        ? result.Arms[arm].Value
        : $"{result.VaryPath[(result.VaryPath.LastIndexOf('.') + 1)..]}={result.Arms[arm].Value}";

    /// <summary>Whose work was not done: figures then compare something else than they seem to.</summary>
    private static IEnumerable<string> Ends(ComparisonResult result) =>
        from arm in Enumerable.Range(0, result.Arms.Length)
        from early in result.Arms[arm].EarlyEnds
        group (Arm: arm, early.Runs) by (early.Workload, early.End) into ends
        let arms = ends.Count() == result.Arms.Length ? "in every arm"
            : "with " + string.Join(" and ", ends.Select(end => Name(result, end.Arm)))
        select $"{ends.Key.Workload} did not come to its end {arms}: {ends.Key.End}"
            + $" ({ends.Sum(end => end.Runs)} of {Figures.Count(ends.Count() * result.Seeds.Length, "run")})";

    private static IEnumerable<string> OfArm(ComparisonResult result, int arm)
    {
        var placement = PlacementFindings.Of(result, arm).ToList();
        // Where settings change the margins, the answer is what those cost and buy; else it is where pages come from.
        var margins = result.Arms[arm].Margins;
        IEnumerable<string> about = margins is null ? [] : [MarginText.Of(Name(result, arm), margins)];
        return margins is null || margins.KeptFree == margins.KeptFreeFirst
            ? [.. Windows(result, arm), .. placement, .. about, .. Rest(result, arm)]
            : [.. about, .. Rest(result, arm), .. placement];
    }

    /// <summary>Phases of a contention comparison: an average over the run would hide them.</summary>
    private static IEnumerable<string> Windows(ComparisonResult result, int arm) =>
        from window in result.Windows
        where result.Arms.Length == 2 && window.Ratio is not null
        let predicted = window is { PredictedLow: { } low, PredictedHigh: { } high }
            ? $"; predicted {Figures.Fixed(low, 2)} to {Figures.Fixed(high, 2)}" : ""
        select $"{window.Phase}: {Figures.Fixed(window.Ratio!.Value, 3)} times as many pages/s with"
            + $" {Name(result, arm)} ({Figures.Basis(window.Basis)}{predicted})";

    private static IEnumerable<string> Rest(ComparisonResult result, int arm)
    {
        var rest = result.Metrics.Where(metric => !PlacementFindings.Tells(metric))
            .Select(metric => (Metric: metric, Difference: metric.Differences[arm - 1]))
            .OrderBy(one => Order.IndexOf(one.Metric.Name) is >= 0 and var rank ? rank : Order.Length)
            .Where(one => one.Difference.Difference is not null)
            // Two names for the same failures are told once, by the surer of them.
            .OrderBy(one => one.Metric.Name.StartsWith("failed", StringComparison.Ordinal)
                ? one.Difference.Verdict == DifferenceVerdict.Fixed ? 0 : 1 : 2)
            .DistinctBy(one => one.Metric.Name.StartsWith("failed", StringComparison.Ordinal)
                ? "failed " + one.Difference.Difference : one.Metric.Name)
            .ToList();
        return rest.Where(one => Differs(one.Difference))
            .Concat(rest.Where(one => !Differs(one.Difference) && (Asked.Contains(one.Metric.Name)
                || (one.Metric.Name == "failed" && one.Metric.Values[0].Mean is > 0))))
            .Take(MostPerArm).Select(one => Sentence(result, arm, one.Metric, one.Difference));
    }

    private static bool Differs(DifferenceResult difference) => difference.Verdict switch
    {
        DifferenceVerdict.Found => true,
        DifferenceVerdict.NotFound => false,
        _ => difference.Difference is not (0 or null),
    };

    private static string Sentence(
        ComparisonResult result, int arm, MetricResult metric, DifferenceResult difference)
    {
        var (first, other) = (metric.Values[0].Mean, metric.Values[arm].Mean);
        var name = Name(result, arm);
        if (difference.Difference is not { } change) return $"{metric.Name}: not every run has one";
        if (difference.Verdict == DifferenceVerdict.NotFound)
        {
            return difference.Low is null
                ? $"{metric.Name}: no difference in {Every(result)}, {Figures.Metric(first, metric.Unit)}"
                    + $" {WithBoth(result, name)} ({Basis(result, metric)})"
                : $"{metric.Name}: no difference found with {name} ({Evidence(result, metric, difference)})";
        }

        var values = $"{Figures.Metric(other, metric.Unit)} instead of {Figures.Metric(first, metric.Unit)}";
        if (difference.Verdict == DifferenceVerdict.Found || difference.Verdict == DifferenceVerdict.Fixed)
        {
            return $"{metric.Name}: {values} with {name}{Change(change, first)}"
                + $" ({Evidence(result, metric, difference)})";
        }

        if (change == 0)
        {
            return $"{metric.Name}: no difference, {Figures.Metric(first, metric.Unit)} {WithBoth(result, name)}"
                + (result.Seeds.Length < 2 ? " (one seed, which may hide one)" : "");
        }

        return result.Seeds.Length < 2
            ? $"{metric.Name}: {values} with {name} (one seed, which cannot tell a difference from chance)"
            : $"{metric.Name}: {values} with {name}, the same difference in {Every(result)}"
                + " (equal differences need more seeds, 10 or so, to be told from chance)";
    }

    /// <summary>Of many arms, which one is as the first.</summary>
    private static string WithBoth(ComparisonResult result, string name) =>
        result.Arms.Length == 2 ? "with both" : $"with {name} as with {Name(result, 0)}";

    private static string Every(ComparisonResult result) =>
        $"each of {Figures.Count(result.Seeds.Length, "seed")}";

    /// <summary>How much more or less, where there is something to take a part of.</summary>
    private static string Change(double change, double? first) =>
        first is null or 0 || first + change == 0 || Math.Abs(change / first.Value) > 10
            ? ""
            : $", {Figures.Percent(Math.Abs(change / first.Value))} {(change < 0 ? "less" : "more")}";

    private static string Evidence(ComparisonResult result, MetricResult metric, DifferenceResult difference)
    {
        if (difference.Verdict == DifferenceVerdict.Fixed) return $"{Basis(result, metric)}, no seed changes it";
        var parts = new List<string>();
        if (difference is { Low: { } low, High: { } high })
            parts.Add(Interval(difference, low, high, metric.Unit));
        parts.Add(Figures.Count(result.Seeds.Length, "seed") + (result.Paired ? "" : " each, not the same"));
        if (difference.CorrectedP is { } p) parts.Add(Figures.Chance(p));
        if (metric.Basis == MetricBasis.Model) parts.Add(result.Clock == "virtual" ? "MODEL" : "measured");
        return string.Join(", ", parts);
    }

    /// <summary>Both ends as parts of the first arm's mean, where it has one.</summary>
    private static string Interval(DifferenceResult difference, double low, double high, MetricUnit unit)
    {
        if (unit is MetricUnit.Share or MetricUnit.Ordinal
            || difference is not { RelativeLow: { } least, RelativeHigh: { } most })
        {
            return $"95 %: {Figures.Difference(low, unit)} to {Figures.Difference(high, unit)}";
        }

        return least != most ? $"95 %: {Part(least)} to {Part(most)}"
            : least == -1 ? "none in any seed" : "the same part in each seed";

        static string Part(double part)
        {
            // Nothing falls by more than all of it.
            part = Math.Max(part, -1);
            // Two digits of what matters: an interval of a thousandth is no 0.0 %.
            var decimals = Math.Abs(part) < 0.001 ? 3 : Math.Abs(part) < 0.01 ? 2 : 1;
            var text = Figures.Fixed(part * 100, decimals) + " %";
            return part > 0 ? "+" + text : text;
        }
    }

    /// <remarks>Under the wall clock nothing is exact and nothing rests on a model.</remarks>
    internal static string Basis(ComparisonResult result, MetricResult metric) =>
        result.Clock != "virtual" ? "measured"
        : metric.Basis == MetricBasis.Exact ? $"exact, {metric.BasisNote}"
        : Figures.Basis(metric.Basis);
}
