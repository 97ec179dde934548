using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Failures by kind, each with the walk of the first: every zone, its verdict, the two numbers compared.</summary>
internal static class FailureLines
{
    public static void Write(Page page, RunResult run)
    {
        if (run.Failures.IsEmpty) return;
        page.Line();
        foreach (var failure in run.Failures)
        {
            page.Line($"  {failure.Workload}: {failure.Gfp} order {failure.Order} failed "
                + $"{Figures.Count(failure.Count)} times ({failure.Kind}), first at operation "
                + $"{Figures.Count(failure.FirstOperation)}:");
            if (failure.Tried.IsEmpty) page.Line("    its zonelist has no zone that the request permits");
            foreach (var tried in failure.Tried)
            {
                page.Line($"    {tried.Zone} {tried.Verdict} at {tried.Mark}: {Figures.Count(tried.AvailablePages)} "
                    + $"pages count, more than {Figures.Count(tried.RequiredPages)} needed");
            }
        }
    }
}
