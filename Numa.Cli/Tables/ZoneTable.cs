using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Every zone at the end of a run, and how long its lock was waited for.</summary>
internal static class ZoneTable
{
    public static void Write(Page page, RunResult run)
    {
        page.Line();
        var sheet = new Sheet(
            "<zone", "managed", "free before", "free after", "min", "low", "high", "visits", "mean wait", "max wait",
            "<conserved");
        foreach (var zone in run.Zones)
        {
            sheet.Row(
                zone.Zone, Figures.Count(zone.ManagedPages), Figures.Count(zone.FreeAtStartPages),
                Figures.Count(zone.FreePages), Figures.Count(zone.MinPages), Figures.Count(zone.LowPages),
                Figures.Count(zone.HighPages), Figures.Count(zone.Visits), Figures.Duration(zone.MeanWaitNanoseconds),
                Figures.Duration(zone.MaxWaitNanoseconds),
                new Cell(zone.Conserved ? "yes" : "NO !", !zone.Conserved));
        }

        page.Draw(sheet);
    }
}
