using Numa.Workloads.Replay;

namespace Numa.Cli.Tables;

/// <summary>Phases of a replay: a row for each, and under it what differs first and what was inferred.</summary>
internal static class ReplayTable
{
    public static void Write(Page page, string capture, IReadOnlyCollection<PhaseResult> phases)
    {
        page.Title(capture);
        var sheet = new Sheet("<phase", "allocations", "same zone", "same frame", "refills", "drains", "fallbacks",
            "free lists", "pagesets");
        foreach (var phase in phases)
        {
            sheet.Row(phase.Phase, Figures.Count(phase.Allocations), Text(phase.SameZone), Text(phase.SameFrame),
                Text(phase.Refills), Text(phase.Drains), Text(phase.Fallbacks), Text(phase.FreeLists),
                Text(phase.Pagesets));
        }

        page.Draw(sheet);
        foreach (var phase in phases)
        {
            if (phase.FirstMismatch is { } first) page.Line($"  {phase.Phase}: first mismatch: {first}");
            foreach (var note in phase.Notes) page.Line($"  {phase.Phase}: {note}");
        }
    }

    private static string Text(Agreement agreement) => agreement.Compared == 0 ? "-"
        : agreement.IsWhole ? $"all {Figures.Count(agreement.Equal)}"
        : $"{Figures.Count(agreement.Equal)} of {Figures.Count(agreement.Compared)}";
}
