using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Every LRU at the end of a run, and how long its lock was waited for.</summary>
internal static class LruTable
{
    public static void Write(Page page, RunResult run)
    {
        if (run.Lrus is not { } lrus) return;
        page.Line();
        var sheet = new Sheet("<LRU of", "anonymous", "file", "dirty", "in writeback", "in swap", "visits", "mean wait",
            "max wait");
        foreach (var lru in lrus)
        {
            sheet.Row(
                lru.Lru, Figures.Count(lru.AnonymousPages), Figures.Count(lru.FilePages),
                Figures.Count(lru.DirtyPages), Figures.Count(lru.WritebackPages), Figures.Count(lru.SwapUsedPages),
                Figures.Count(lru.Visits), Figures.Duration(lru.MeanWaitNanoseconds),
                Figures.Duration(lru.MaxWaitNanoseconds));
        }

        page.Draw(sheet);
    }
}
