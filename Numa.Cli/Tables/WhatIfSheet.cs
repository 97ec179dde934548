using Numa.Workloads.WhatIf;

namespace Numa.Cli.Tables;

/// <summary>What a write changes: the answer in a sentence, then every figure that differs.</summary>
internal static class WhatIfSheet
{
    public static void Write(Page page, WhatIfAnswer answer)
    {
        page.Title(WhatIfText.Answer(answer));
        page.Line();
        page.Line($"  {answer.Machine.Name}, kernel {answer.Machine.Release.Name}, after boot: all that boot left is "
            + "free, no boost");
        foreach (var note in answer.Notes) page.Alarm(note);
        var changed = answer.Figures.Where(figure => figure.Differs).ToList();
        if (changed.Count > 0)
        {
            page.Line();
            page.Draw(Changed(changed));
        }

        foreach (var walk in answer.Walks.Where(walk => walk.Differs).Take(FirstWalks))
        {
            page.Line($"  zonelist of node {walk.Node}, now   {walk.Now}");
            page.Line($"  zonelist of node {walk.Node}, with  {walk.With}");
        }

        page.Line();
        var same = answer.Figures.Length - changed.Count;
        page.Line($"  {Figures.Count(same, "figure")} {(same == 1 ? "does" : "do")} not differ"
            + (answer.Walks.Count(walk => walk.Differs) is > FirstWalks and var walks
                ? $"; {Figures.Count(walks)} zonelists do (--format json has all)" : ""));
        if (changed.All(figure => figure.End is null)) return;
        page.Line("  Single pages given until kswapd is woken: every zone of the list is at low plus reserve. Until"
            + " direct reclaim, or");
        page.Line("  failure of a request that may not reclaim: at min less what flags take off, plus reserve; reclaim"
            + " that frees nothing");
        page.Line("  ends there too, in failure or the OOM killer.");
    }

    /// <summary>Zonelists that are shown; JSON has all.</summary>
    private const int FirstWalks = 4;

    /// <summary>Zones or nodes, and kinds of request, of which a figure is and becomes the same have one row.</summary>
    private static Sheet Changed(List<FigureChange> changed)
    {
        var sheet = new Sheet("<pages", "<of", "<until", "now", "with", "difference");
        var rows = changed.GroupBy(figure => (figure.Part, figure.Name, figure.End, figure.Now, figure.With))
            .Select(alike => (Of: Places([.. alike.Select(figure => figure.Of)]), First: alike.First()));
        foreach (var alike in rows.GroupBy(row => (row.First.Part, row.Of, row.First.End, row.First.Now, row.First.With,
            Alone: row.First.Kind is null ? row.First.Name : "")))
        {
            var first = alike.First().First;
            sheet.Row(
                string.Join(", ", alike.Select(row => row.First.Name)), alike.Key.Of,
                first.End is { } end ? WhatIfText.End(end) : "", Value(first.Now), Value(first.With),
                first.Difference is { } difference ? Signed(difference) : "-");
        }

        return sheet;
    }

    private static string Places(string[] all) => all.Length > 2
        ? $"{all[0]} .. {all[^1]} ({Figures.Count(all.Length)})" : string.Join(", ", all);

    private static string Value(long? value) => value is { } known ? Figures.Count(known) : "-";

    private static string Signed(long value) => (value > 0 ? "+" : "") + Figures.Count(value);
}
