using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What many interleavings came to: how far their figures spread, and what broke.</summary>
internal static class ExploreTable
{
    private const int Columns = 24;
    private const int MostSeeds = 12;

    /// <param name="again">Command that makes the shortest run that breaks; null when nothing broke.</param>
    public static void Write(Page page, ExploreResult result, string? again)
    {
        var all = result.Exploration;
        page.Title($"{result.Scenario} on {result.Machine}, kernel {result.Kernel}, seed {result.Seed}");
        page.Line($"  {Figures.Count(all.Schedules.Length, "schedule")}"
            + (result.IsInterrupted ? $" of {Figures.Count(all.Asked)}, interrupted" : "")
            + $": up to {result.PerturbationPercent} % on top of every cost, ties broken by each schedule's seed");
        if (!result.Metrics.IsEmpty)
        {
            page.Line($"  {Outcomes(result)}");
            page.Line($"  {Placements(result)}");
            Distributions(page, result);
        }

        page.Line();
        if (all.FirstBreak is { } first) Break(page, result, first, again!);
        else page.Line("  nothing broke: pages conserved, each owned once and by its zone, free lists recounted");
    }

    private static string Outcomes(ExploreResult result)
    {
        var good = result.Exploration.Schedules.Length - result.Broken;
        return result.Outcomes == good
            ? $"no two of {Figures.Count(good, "run")} are alike"
            : $"{Figures.Count(result.Outcomes)} different {Figures.Noun(result.Outcomes, "run")} among"
                + $" {Figures.Count(good)}";
    }

    private static string Placements(ExploreResult result)
    {
        var good = result.Exploration.Schedules.Length - result.Broken;
        if (result.Placements == 1)
        {
            return $"placement is the same in all {Figures.Count(good, "schedule")}"
                + (result.SamePlacement == 0 ? ", and another than unperturbed" : " and unperturbed");
        }

        return $"{Figures.Count(result.Placements)} distinct placements, {Figures.Count(result.SamePlacement)} of"
            + $" {Figures.Count(good)} as unperturbed; " + (result.ZoneShares == 1
                ? "only frames differ, each zone gave as many pages in all of them"
                : $"{Figures.Count(result.ZoneShares)} ways of sharing the pages out among zones");
    }

    private static void Distributions(Page page, ExploreResult result)
    {
        page.Line();
        var sheet = new Sheet(
            "<", "unperturbed", "min", "median", "max", "distinct", "<schedules from min to max");
        foreach (var metric in result.Metrics)
        {
            sheet.Row(
                metric.Name, Text(metric.Unperturbed, metric), Text(metric.Least, metric), Text(metric.Median, metric),
                Text(metric.Greatest, metric), Figures.Count(metric.Distinct), Picture(metric, page.Rich));
        }

        page.Draw(sheet);
    }

    private static string Text(double value, ScheduleMetric metric) => metric.Unit == MetricUnit.Nanoseconds
        ? Figures.Duration(value)
        : Figures.Metric(value, metric.Unit);

    /// <summary>How many schedules lie in each part between the least and the greatest value.</summary>
    private static string Picture(ScheduleMetric metric, bool blocks)
    {
        if (metric.Distinct < 2) return "";
        var parts = new double[Columns];
        var width = (metric.Greatest - metric.Least) / Columns;
        foreach (var value in metric.Values)
            parts[Math.Min(Columns - 1, (int)((value - metric.Least) / width))]++;
        return $"|{Bars.Draw(parts, parts.Max(), Columns, blocks)}|";
    }

    private static void Break(Page page, ExploreResult result, ScheduleBreak first, string again)
    {
        var all = result.Exploration;
        var seeds = all.Schedules.Where(outcome => !outcome.Holds).Select(outcome => outcome.Schedule).ToList();
        if (seeds.Count > 0)
        {
            page.Alarm($"{Figures.Count(seeds.Count)} of {Figures.Count(all.Schedules.Length, "schedule")}"
                + $" {(seeds.Count == 1 ? "breaks" : "break")} something: {string.Join(", ", seeds.Take(MostSeeds))}"
                + (seeds.Count > MostSeeds ? " ..." : ""));
        }

        page.Alarm($"{(first.Schedule is { } seed ? $"schedule {seed}" : "the unperturbed run")}: {first.Check}:"
            + $" {first.Claim}");
        if (first.Prefix is { } prefix)
        {
            page.Line($"  shortest prefix that breaks: cut off at {Figures.Count(prefix.UntilNanoseconds)} ns, after"
                + $" {Figures.Count(prefix.Operations, "operation")}; a nanosecond earlier it holds");
            page.Line($"  whole run: {Figures.Count(prefix.WholeNanoseconds)} ns,"
                + $" {Figures.Count(prefix.WholeOperations, "operation")}");
        }

        page.Line($"  again: {again}");
        foreach (var trail in first.Prefix?.Trails ?? []) Write(page, trail);
    }

    private static void Write(Page page, ActorTrail trail)
    {
        page.Line();
        page.Line($"  last messages of {trail.Actor}, in virtual time");
        var sheet = new Sheet("ns", "<message");
        foreach (var message in trail.Messages) sheet.Row(Figures.Count(message.Nanoseconds), message.Text);
        page.Draw(sheet);
    }
}
