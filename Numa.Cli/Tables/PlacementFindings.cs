using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What a comparison found about where pages come from, in sentences.</summary>
internal static class PlacementFindings
{
    private const string From = "pages from ";

    /// <summary>Part of all pages by which two arms may differ before it is said: more than pagesets hold.</summary>
    private const double MostUntold = 0.005;

    /// <summary>Rows that follow from where pages came from.</summary>
    private static readonly ImmutableHashSet<string> Following =
        ["local share", "mean distance (SLIT)", "first fallback", "slow path entered"];

    /// <summary>The sentences about placement say what the row says.</summary>
    public static bool Tells(MetricResult metric) => metric.Name.StartsWith(From, StringComparison.Ordinal)
        || metric.Name.EndsWith(" free at end", StringComparison.Ordinal)
        || metric.Name.EndsWith(" before slow path", StringComparison.Ordinal) || Following.Contains(metric.Name);

    public static IEnumerable<string> Of(ComparisonResult result, int arm)
    {
        var moved = result.Metrics.Where(metric => metric.Name.StartsWith(From, StringComparison.Ordinal))
            .Select(metric =>
                (Zone: metric.Name[From.Length..], Metric: metric, Difference: metric.Differences[arm - 1]))
            .Where(zone => zone.Difference.Verdict != DifferenceVerdict.NotFound
                && zone.Difference.Difference is not (null or 0)).ToList();
        if (moved.Count == 0)
        {
            if (result.Placement is { Pages: 0 } same)
                yield return (result.Arms.Select(one => one.PlacementHash).Distinct().Count() == 1
                    ? "No difference in placement" : "Every page comes from the same zone, though from another frame")
                    + Because(result);
            else if (result.Placement is { Pages: > 0 } differing)
            {
                yield return $"{Figures.Count(differing.Pages, "page")} of {Figures.Count(differing.TotalPages)} come"
                    + " from another zone, though no zone was found to give more or fewer (first seed)";
            }
            else if (Because(result) is { Length: > 0 } because && result.Placement is null)
                yield return $"No difference in placement was found{because}";
            yield break;
        }

        if (InAll(result, arm) is { } less) yield return less;
        yield return Moved(result, arm, moved);
        var local = result.Metrics.FirstOrDefault(metric => metric.Name == "local share");
        if (local?.Differences[arm - 1] is { Difference: { } change } differs && Math.Abs(change) >= 0.0005
            && differs.Verdict != DifferenceVerdict.NotFound)
        {
            yield return $"local share: {Figures.Metric(local.Values[arm].Mean, local.Unit)} instead of"
                + $" {Figures.Metric(local.Values[0].Mean, local.Unit)} ({Basis(result, local, differs)})";
        }
    }

    /// <summary>Arms that do not get as many pages: what a zone gives less then is not given elsewhere.</summary>
    private static string? InAll(ComparisonResult result, int arm)
    {
        var zones = result.Metrics.Where(metric => metric.Name.StartsWith(From, StringComparison.Ordinal)).ToList();
        var first = zones.Sum(zone => zone.Values[0].Mean ?? 0);
        var other = zones.Sum(zone => zone.Values[arm].Mean ?? 0);
        if (Math.Abs(other - first) < MostUntold * Math.Max(first, other)) return null;
        return $"{ComparisonFindings.Name(result, arm)} gets {(other < first ? "fewer" : "more")} pages in all:"
            + $" {Figures.Metric(other, MetricUnit.Pages)} instead of {Figures.Metric(first, MetricUnit.Pages)}";
    }

    private static string Moved(ComparisonResult result, int arm,
        List<(string Zone, MetricResult Metric, DifferenceResult Difference)> moved)
    {
        var (zone, metric, difference) = moved.FirstOrDefault(
            one => result.Reachable.Any(reachable => reachable.Zone == one.Zone && reachable.ResultPages > 0),
            moved.MaxBy(one => Math.Abs(one.Difference.Difference!.Value)));
        var (name, first) = (ComparisonFindings.Name(result, arm), ComparisonFindings.Name(result, 0));
        var pages = Figures.Metric(Math.Abs(difference.Difference!.Value), MetricUnit.Pages);
        var what = difference.Difference < 0
            ? $"{name} keeps {pages} pages of {zone} that {first} uses"
            : $"{name} uses {pages} more pages of {zone} than {first}";
        var others = moved.Where(one => one.Zone != zone
            && Math.Sign(one.Difference.Difference!.Value) != Math.Sign(difference.Difference!.Value)).ToList();
        if (others.Count > 0)
        {
            what += $", and takes {(difference.Difference < 0 ? "more" : "fewer")} from"
                + $" {string.Join(", ", others.Select(one => one.Zone))}";
        }

        return $"{what} ({Basis(result, metric, difference)}{Predicted(metric, difference)})";
    }

    private static string Predicted(MetricResult metric, DifferenceResult difference) => difference switch
    {
        { Predicted: null } => "",
        { Off: true } => $"; OFF the predicted {Figures.Difference(difference.Predicted, metric.Unit)}",
        { Predicted: { } predicted } when predicted == difference.Difference => "; as predicted",
        _ => $"; predicted {Figures.Metric(Math.Abs(difference.Predicted.Value), metric.Unit)} to within"
            + $" {Figures.Metric(metric.Tolerance, metric.Unit)}",
    };

    private static string Basis(ComparisonResult result, MetricResult metric, DifferenceResult difference) =>
        difference.Verdict == DifferenceVerdict.Open
            ? $"{(metric.Basis == MetricBasis.Model ? "MODEL, " : "")}" + (result.Seeds.Length < 2
                ? "one seed, which cannot tell a difference from chance"
                : $"the same in each of {Figures.Count(result.Seeds.Length, "seed")}")
            : ComparisonFindings.Basis(result, metric)
                + (difference.CorrectedP is { } p ? ", " + Figures.Chance(p) : "");

    /// <summary>Why nothing differs; empty where nothing says why.</summary>
    private static string Because(ComparisonResult result)
    {
        if (result.Reachable.Any(one => one.Zone.Length == 0))
            return ", because every CPU tries the same zones in the same order";
        if (!result.Reachable.IsEmpty && result.Reachable.All(one => one.Impossible is not null))
        {
            var zone = result.Reachable.MaxBy(one => one.ManagedPages)!;
            var free = zone.ManagedPages - zone.NotFreePages;
            return zone.ReservePages > zone.ManagedPages
                ? $", because no page can move: {zone.Zone} keeps {Figures.Count(zone.ReservePages)} pages in reserve"
                    + $" for others and has {Figures.Count(zone.ManagedPages)}"
                : $", because no page can move: {zone.Zone} keeps {Figures.Count(zone.ReservePages)} pages in reserve"
                    + $" for others and {Figures.Count(zone.LowPages)} below low, and has {Figures.Count(free)} free";
        }

        var fallback = result.Metrics.FirstOrDefault(metric => metric.Name == "first fallback");
        return fallback is not null && fallback.Values.All(value => value.Mean is null)
            && fallback.Differences.All(difference => difference.Verdict != DifferenceVerdict.Open)
            ? ", because every page came from the first zone of its list"
            : "";
    }
}
