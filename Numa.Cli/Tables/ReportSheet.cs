using System.Collections.Immutable;
using Numa.Workloads.Explaining;

namespace Numa.Cli.Tables;

/// <summary>A kernel's reports: the answer in a sentence, then every zone with the two numbers compared.</summary>
internal static class ReportSheet
{
    public static void Write(Page page, ImmutableArray<ExplainedReport> reports)
    {
        for (var i = 0; i < reports.Length; i++)
        {
            if (i > 0) page.Line();
            var report = reports[i];
            var which = reports.Length > 1 ? $"{i + 1} of {reports.Length}, line {report.Line}: " : "";
            page.Title(which + report.Answer);
            page.Line();
            page.Line($"  request     {report.Request}");
            page.Line($"  constraint  {report.Constraint}");
            if (report.Kill is { } kill) page.Line($"  killed      {kill}");
            if (report.Zones.Length > 0) page.Draw(Zones(report));
            foreach (var note in report.Notes) page.Sentence($"note: {note}");
        }
    }

    private static Sheet Zones(ExplainedReport report)
    {
        var sheet = new Sheet("<zone", "free", "min", "counts", "needs over", "<verdict at min");
        foreach (var zone in report.Zones)
        {
            sheet.Row(zone.Zone, Figures.Count(zone.Free), Figures.Count(zone.Min),
                zone.IsPermitted ? Figures.Count(zone.Available) : "-",
                zone.IsPermitted ? Figures.Count(zone.Needed) : "-", zone.Verdict);
        }

        return sheet;
    }
}
