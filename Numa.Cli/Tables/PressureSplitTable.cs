using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>A run parted at its first pressure.</summary>
internal static class PressureSplitTable
{
    public static void Write(Page page, RunResult run, PressureSplit pressure)
    {
        var sheet = new Sheet("<", "before slow path and kswapd (exact rules)",
            run.UsedReclaimModel ? "after (reclaim model)" : "after (nothing reclaimed)");
        Row("allocations", part => part.Allocations);
        foreach (var zone in run.Zones.Where(zone => pressure.Before.PagesFrom(zone.Zone) > 0
            || pressure.After.PagesFrom(zone.Zone) > 0))
            Row("pages from " + zone.Zone, part => part.PagesFrom(zone.Zone));
        Row("fallbacks", part => part.Fallbacks);
        Row("failures", part => part.Failures);
        page.Draw(sheet);

        void Row(string name, Func<PressurePart, long> figure) =>
            sheet.Row(name, Figures.Count(figure(pressure.Before)), Figures.Count(figure(pressure.After)));
    }
}
