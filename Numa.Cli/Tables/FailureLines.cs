using Numa.Core.Zones;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Failures by kind, each with the walk of the first: every zone, its verdict, the numbers compared.</summary>
internal static class FailureLines
{
    public static void Write(Page page, RunResult run)
    {
        if (run.Failures.IsEmpty) return;
        page.Line();
        foreach (var failure in run.Failures)
        {
            page.Line($"  {failure.Workload}: {failure.Gfp} order {failure.Order} failed "
                + $"{(failure.Count == 1 ? "once" : Figures.Count(failure.Count) + " times")} ({failure.Kind}), "
                + $"{(failure.Count == 1 ? "" : "first ")}at operation "
                + $"{Figures.Count(failure.FirstOperation)}:");
            if (failure.Tried.IsEmpty) page.Line("    its zonelist has no zone that the request permits");
            foreach (var tried in failure.Tried)
            {
                page.Line($"    {tried.Zone}: {Verdict(tried, failure.Order)}");
            }
        }
    }

    /// <summary>The check in words, with the two numbers that it compared.</summary>
    private static string Verdict(RefusalResult tried, int order)
    {
        var (available, required) = (Figures.Count(tried.AvailablePages), Figures.Count(tried.RequiredPages));
        return tried.Verdict switch
        {
            nameof(ZoneVerdict.BelowWatermark) =>
                $"{available} free pages; needs more than {required} at {tried.Mark}",
            nameof(ZoneVerdict.NoBlockOfOrder) =>
                $"enough pages at {tried.Mark} ({available} > {required}), but no free block of order {order}",
            nameof(ZoneVerdict.NothingFound) =>
                $"passed {tried.Mark} ({available} > {required}), but its free lists had nothing that fits",
            nameof(ZoneVerdict.FairBatchDepleted) => "its fair batch was used up",
            nameof(ZoneVerdict.Gone) => "its memory had gone offline",
            _ => $"{tried.Verdict} at {tried.Mark} ({available}, {required})",
        };
    }
}
