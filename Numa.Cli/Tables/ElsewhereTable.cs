using System.Globalization;
using Numa.Workloads.Replay;

namespace Numa.Cli.Tables;

/// <summary>Phases of a capture on its own machine and on another, side by side.</summary>
internal static class ElsewhereTable
{
    public static void Write(Page page, IEnumerable<ElsewhereResult> phases)
    {
        foreach (var phase in phases)
        {
            page.Title($"{phase.Phase}: {Figures.Count(phase.Allocations)} allocations, "
                + $"{Figures.Count(phase.OtherZone)} from another zone, "
                + $"{Figures.Count(phase.OtherNode)} from another node");
            page.Draw(Rows(phase));
            foreach (var note in phase.Notes) page.Sentence(note);
        }
    }

    private static Sheet Rows(ElsewhereResult phase)
    {
        var sheet = new Sheet("<", "here", "there", "difference");
        var (here, there) = (phase.Here, phase.There);
        foreach (var zone in here.Pages.Concat(there.Pages).Select(pages => pages.Zone).Distinct())
            Count($"pages from {zone}", Of(here, zone), Of(there, zone));
        Count("local pages", here.Local, there.Local);
        sheet.Row("local share", Percent(here.LocalShare), Percent(there.LocalShare),
            Points(100 * (there.LocalShare - here.LocalShare)));
        Count("failures", here.Failures, there.Failures);
        Count("refills", here.Refills, there.Refills);
        Count("drains", here.Drains, there.Drains);
        Count("fallbacks", here.Fallbacks, there.Fallbacks);
        Count("kswapd wakes", here.KswapdWakes, there.KswapdWakes);
        return sheet;

        void Count(string name, long? a, long? b) => sheet.Row(name,
            a is { } here ? Figures.Count(here) : "-", b is { } there ? Figures.Count(there) : "-",
            a is { } was && b is { } now ? Sign(now - was) + Figures.Count(Math.Abs(now - was)) : "-");
    }

    /// <summary>Null for a zone that the machine does not have.</summary>
    private static long? Of(RequestOutcome outcome, string zone) =>
        outcome.Pages.FirstOrDefault(pages => pages.Zone == zone)?.Pages;

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Points(double points) =>
        Sign(points) + Math.Abs(points).ToString("0.0", CultureInfo.InvariantCulture) + " points";

    private static string Sign(double difference) => difference > 0 ? "+" : difference < 0 ? "-" : "";
}
