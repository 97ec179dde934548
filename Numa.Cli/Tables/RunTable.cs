using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>A run from top to bottom: what it was, where pages came from, what failed, what it cost.</summary>
internal static class RunTable
{
    private const int FirstEvents = 6;

    public static void Write(Page page, RunResult run)
    {
        RunHeader.Write(page, run);
        page.Line($"  {Figures.Count(run.Operations, "operation")}: {Figures.Count(run.Allocations, "allocation")}, "
            + $"{Figures.Count(run.Frees, "free")}; {Figures.Count(run.Fallbacks)} fell back"
            + (run.FirstFallback is { } first ? $", first #{Figures.Count(first.Number)}" : "")
            + (run.FirstFallback?.Task is { } task ? $" of task {task}" : ""));
        foreach (var early in run.Workloads.Where(work => work.EndedEarly > 0))
        {
            page.Sentence($"{early.Name} did not come to its end: {early.End}, after"
                + $" {Figures.Count(early.Allocations, "allocation")}");
        }

        PlacementTable.Write(page, run);
        NumastatTable.Write(page, run);
        EventTable.Write(page, run);
        ZoneTable.Write(page, run);
        LruTable.Write(page, run);
        Workloads(page, run);
        FailureLines.Write(page, run);
        OomLines.Write(page, run);
        SlowPath(page, run);
        Watermarks(page, run);
        Latency(page, run);
        Actors(page, run);
        foreach (var note in run.Notes) page.Line("  note: " + note);
        Footer(page, run);
    }

    private static void Workloads(Page page, RunResult run)
    {
        if (run.Workloads.IsEmpty) return;
        page.Line();
        var sheet = new Sheet(
            "<workload", "tasks", "operations", "allocations", "failures", "live pages", "finished at", "<end");
        foreach (var work in run.Workloads)
        {
            sheet.Row(
                work.Name, Figures.Count(work.Tasks), Figures.Count(work.Operations),
                Figures.Count(work.Allocations), Figures.Count(work.Failures), Figures.Count(work.LivePages),
                work.FinishedNanoseconds is { } end ? Figures.Duration(end) : "-", work.End);
        }

        page.Draw(sheet);
        foreach (var work in run.Workloads.Where(work => work.Counters is not null))
        {
            page.Line($"  {work.Name}: " + string.Join(", ", work.Counters!.Select(
                counter => $"{counter.Key} {Figures.Count(counter.Value)}")));
        }
    }

    private static void SlowPath(Page page, RunResult run)
    {
        page.Line();
        var woken = $", kswapd woken {Figures.Count(run.KswapdWakeUps, "time")}";
        if (run.Pressure is not { } pressure)
        {
            page.Line($"  slow path 0{(run.KswapdWakeUps == 0 ? "" : woken)}: reclaim model not used");
            return;
        }

        page.Line($"  slow path {Figures.Count(pressure.SlowPathEntries)}"
            + (run.SlowPathOperation is { } operation ? $", first at operation {Figures.Count(operation)}" : "")
            + $"{woken}: "
            + (run.UsedReclaimModel ? "reclaim model used" : "nothing reclaimed, reclaim model not used"));
        if (run.Reclaim is { } reclaim) page.Line(Text(reclaim));
        PressureSplitTable.Write(page, run, pressure);
    }

    private static string Text(ReclaimResult reclaim) =>
        $"  kswapd freed {Figures.Count(reclaim.ByKswapd, "page")} in {Figures.Count(reclaim.KswapdRuns, "run")}, "
        + $"tasks {Figures.Count(reclaim.ByTasks, "page")} in {Figures.Count(reclaim.Stalls, "stall")}"
        + (reclaim.NearNodes > 0 ? $", walks {Figures.Count(reclaim.NearNodes, "page")} of near nodes" : "")
        + $"; {Figures.Count(reclaim.Looked, "page")} looked at, all pagesets emptied "
        + Figures.Count(reclaim.DrainAlls, "time")
        + (reclaim.Throttled > 0 ? $", {Figures.Count(reclaim.Throttled, "time")} a task waited for kswapd" : "");

    private static void Watermarks(Page page, RunResult run)
    {
        if (run.WatermarkEvents.IsEmpty) return;
        foreach (var happened in run.WatermarkEvents.Take(FirstEvents))
        {
            page.Line($"  {happened.Zone} {(happened.Fell ? "fell to" : "rose above")} {happened.Mark} at "
                + $"{Figures.Duration(happened.Nanoseconds)} with {Figures.Count(happened.FreePages, "page")} free");
        }

        var more = run.WatermarkEvents.Length - FirstEvents;
        if (more <= 0) return;
        page.Line($"  and {Figures.Count(more)} more watermark {Figures.Noun(more, "event")} (--format json has all)");
    }

    private static void Latency(Page page, RunResult run)
    {
        var latency = run.Latency;
        page.Line($"  allocation latency p50 {Figures.Duration(latency.P50)}, p90 {Figures.Duration(latency.P90)}, "
            + $"p99 {Figures.Duration(latency.P99)}, max {Figures.Duration(latency.Max)}, "
            + $"mean {Figures.Duration(latency.Mean)}" + (RunHeader.IsReproducible(run) ? " (virtual)" : ""));
    }

    private static void Actors(Page page, RunResult run)
    {
        if (run.Actors.IsEmpty) return;
        page.Line();
        var sheet = new Sheet("<actor", "count", "messages", "decisions");
        foreach (var actor in run.Actors)
        {
            sheet.Row(
                actor.Kind, Figures.Count(actor.Count), Figures.Count(actor.Messages),
                new Cell(actor.Decisions == 0 ? "0 !" : Figures.Count(actor.Decisions), actor.Decisions == 0));
        }

        page.Draw(sheet);
    }

    private static string Basis(RunResult run)
    {
        if (!RunHeader.IsReproducible(run))
            return "  wall clock: not reproducible; only conservation of pages is exact";
        if (run.UsedReclaimModel)
        {
            return "  exact: what came before the slow path   MODEL: all that came after (reclaim model), lock waits, "
                + "latencies, virtual time";
        }

        if (run.PlacementBasis == MetricBasis.Model && run.Events.IsEmpty)
        {
            return "  exact: marks, walks   MODEL (cost model): who comes first to a zone, and so the placement; "
                + "lock waits, latencies, virtual time";
        }

        return run.Events.Any(happening => happening.Reached)
            ? "  exact: marks, walks, zones in use   MODEL (cost model): what was done before each write, lock waits, "
                + "latencies, virtual time"
            : "  exact: placement, counts, marks, walks   MODEL (cost model): lock waits, latencies, virtual time";
    }

    private static void Footer(Page page, RunResult run)
    {
        page.Line();
        page.Line(Basis(run));
        var rounds = run.Checked ? ", at every round's end too" : "";
        var conserved = $"  conserved {Figures.YesNo(run.Conserved)}{rounds}   hash {run.Hash}";
        if (run.Conserved) page.Line(conserved);
        else page.Alarm(conserved + " !");
        page.Line($"  {Figures.Fixed(run.WallSeconds, 2)} s wall, "
            + $"{Figures.Fixed(run.OperationsPerSecond, 0)} operations/s");
    }
}
