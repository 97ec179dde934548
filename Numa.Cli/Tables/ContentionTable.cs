using Numa.Cli.Execution;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Who waited for which zone lock, why, when and behind whom.</summary>
internal static class ContentionTable
{
    private const int ChartColumns = 60;

    public static void Write(Page page, RunOutcome outcome, int top)
    {
        var (run, contention) = (outcome.Run, outcome.Contention);
        RunHeader.Write(page, run);
        Causes(page, contention);
        WaitMatrix.Write(page, contention, outcome.CpuNodes);
        Depths(page, contention, run.SimulatedNanoseconds);
        LongestWaits(page, contention, top);
        Totals(page, run, contention);
    }

    private static void Causes(Page page, ContentionResult contention)
    {
        page.Line();
        var sheet = new Sheet("<zone", "<cause", "visits", "pages", "wait ns", "mean wait", "hold ns", "refused");
        foreach (var cause in contention.Causes)
        {
            var served = cause.Visits - cause.Refused;
            var mean = served == 0 ? 0 : (double)cause.WaitNanoseconds / served;
            sheet.Row(
                cause.Zone, cause.Cause, Figures.Count(cause.Visits), Figures.Count(cause.Pages),
                Figures.Count(cause.WaitNanoseconds), Figures.Duration(mean), Figures.Count(cause.HoldNanoseconds),
                Figures.Count(cause.Refused));
        }

        sheet.Row(
            "all", "", Figures.Count(contention.TotalVisits),
            Figures.Count(contention.Causes.Sum(cause => cause.Pages)),
            Figures.Count(contention.TotalWaitNanoseconds), "", Figures.Count(contention.TotalHoldNanoseconds),
            Figures.Count(contention.Causes.Sum(cause => cause.Refused)));
        page.Draw(sheet);
    }

    private static void Depths(Page page, ContentionResult contention, long simulated)
    {
        if (contention.QueueDepth.IsEmpty) return;
        page.Line();
        page.Line($"  CPUs waiting, over {Figures.Duration(simulated)}; a full bar is the greatest depth of all zones");
        var greatest = contention.QueueDepth.Max(depth => depth.Depth.DefaultIfEmpty().Max());
        var name = contention.QueueDepth.Max(depth => depth.Zone.Length);
        foreach (var depth in contention.QueueDepth)
        {
            var peak = depth.Depth.DefaultIfEmpty().Max();
            page.Line($"  {depth.Zone.PadRight(name)}  |{Bars.Draw(depth.Depth, greatest, ChartColumns, page.Rich)}|"
                + $"  peak {Figures.Fixed(peak, 1)}, mean {Figures.Fixed(depth.Depth.DefaultIfEmpty().Average(), 1)}");
        }
    }

    private static void LongestWaits(Page page, ContentionResult contention, int top)
    {
        if (contention.LongestWaits.IsEmpty || top == 0) return;
        page.Line();
        var sheet = new Sheet("<longest waits", "CPU", "<cause", "arrived at", "waited", "<behind, nearest first");
        foreach (var wait in contention.LongestWaits.Take(top))
        {
            sheet.Row(
                wait.Zone, Figures.Count(wait.Cpu), wait.Cause, Figures.Duration(wait.ArrivalNanoseconds),
                Figures.Duration(wait.WaitNanoseconds), Queue(wait));
        }

        page.Draw(sheet);
    }

    private static string Queue(LongestWaitResult wait)
    {
        const int Room = 48;
        var text = "";
        for (var i = 0; i < wait.Before.Length; i++)
        {
            var next = text.Length == 0 ? wait.Before[i] : $"{text}, {wait.Before[i]}";
            if (i > 0 && next.Length > Room) return $"{text} and {wait.Before.Length - i} more";
            text = next;
        }

        return text.Length == 0 ? "nobody" : text;
    }

    private static void Totals(Page page, RunResult run, ContentionResult contention)
    {
        page.Line();
        var sums = ContentionSums.Of(run, contention);
        var line = $"total wait {Figures.Count(sums.Total)} ns: by cause {Figures.Count(sums.ByCause)}, by CPU "
            + $"{Figures.Count(sums.ByCpu)}, by zone of the run {Figures.Count(sums.ByZone)}";
        if (sums.Agree) page.Sentence(line + ": equal");
        else page.Alarm(line + ": NOT EQUAL !");
        page.Line(RunHeader.IsReproducible(run)
            ? "  exact: visits, pages, causes, refusals   MODEL (cost model): waits, holds, queue depth"
            : "  wall clock: waits, holds and queue depth are measured, and not reproducible");
        page.Line($"  hash {run.Hash}");
    }
}
