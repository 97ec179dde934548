using Numa.Workloads.Replay;

namespace Numa.Cli.Tables;

/// <summary>What the rules say of a phase in which memory was short, beside what its trace shows.</summary>
internal static class PressureTable
{
    public static void Write(Page page, string phase, PressureResult pressure)
    {
        page.Line();
        page.Title($"{phase}, memory short: {pressure.Kind}");
        page.Draw(Turns(pressure));
        if (pressure.Stops.Length > 0) page.Draw(Stops(pressure));
        page.Draw(Events(pressure));
        foreach (var kswapd in pressure.Kswapd) page.Line($"  {Text(kswapd)}");
        if (pressure.RetryChecks.Compared + pressure.RetryRounds.Compared > 0)
        {
            page.Line($"  retry rule: {Text(pressure.RetryChecks)} zones judged alike, "
                + $"{Text(pressure.RetryRounds)} rounds counted alike");
        }

        foreach (var kill in pressure.Kills)
        {
            foreach (var line in Lines(kill)) page.Line($"  {line}");
        }
    }

    private static Sheet Turns(PressureResult pressure)
    {
        var sheet = new Sheet("<zone", "first page at", "predicted at", "pages", "predicted");
        foreach (var turn in pressure.Turns)
        {
            sheet.Row(turn.Zone, Number(turn.Kernel), new(Number(turn.Model), turn.Model != turn.Kernel),
                Figures.Count(turn.KernelPages), Figures.Count(turn.ModelPages));
        }

        return sheet;
    }

    private static Sheet Stops(PressureResult pressure)
    {
        var sheet = new Sheet("<zone", "<stops at", "predicted at", "kernel at", "free", "needs over", "boost", "lag",
            "read later", "kernel", "refused alike");
        foreach (var stop in pressure.Stops)
        {
            sheet.Row(stop.Zone, stop.Mark, Number(stop.At),
                new(Number(stop.KernelAt), stop.KernelAt is { } at && Math.Abs(at - stop.At) > stop.Lag),
                Figures.Count(stop.Free),
                Figures.Count(stop.Needed), Figures.Count(stop.Boost), Figures.Count(stop.Lag),
                stop.ModelRead is { } had ? Figures.Count(had) : "-",
                stop.KernelRead is { } read
                    ? new Cell(Figures.Count(read), Math.Abs(read - stop.ModelRead!.Value) > stop.Lag) : "-",
                stop.Refused == 0 ? "-" : Text(new Agreement(stop.Refused, stop.Agreed)));
        }

        return sheet;
    }

    private static Sheet Events(PressureResult pressure)
    {
        var sheet = new Sheet("<allocations that", "first", "predicted first", "both", "predicted only", "seen only",
            "by lag", "open");
        foreach (var kswapd in pressure.Kswapd) Row($"wake kswapd {kswapd.Node}", kswapd.Wakes, kswapd.AgainstRule > 0);
        if (pressure.DirectReclaim is var reclaim && (reclaim.FirstForetold ?? reclaim.FirstSeen) is not null)
            Row("reclaim", reclaim, alarm: false);
        return sheet;

        void Row(string name, Foretold told, bool alarm) => sheet.Row(name, Number(told.FirstSeen),
            Number(told.FirstForetold), Figures.Count(told.Both), new(Figures.Count(told.OnlyForetold), alarm),
            new(Figures.Count(told.OnlySeen), alarm), Figures.Count(told.ByLag), Figures.Count(told.Open));
    }

    private static string Text(KswapdResult kswapd)
    {
        var rests = kswapd.Rests.Select(rest => rest == KswapdRest.Balanced ? "balanced" : "given up").ToList();
        var end = rests.Count > 0 ? $"slept {Figures.Count(rests.Count, "time")}: {string.Join(", ", rests)}"
            : kswapd.Passes > 0 ? "did not sleep again" : "stayed asleep";
        var before = kswapd.IsGivenUp ? "node given up before the phase; " : "";
        return $"kswapd {kswapd.Node}: {before}{Figures.Count(kswapd.Passes)} passes, {end}";
    }

    private static IEnumerable<string> Lines(OomKill kill)
    {
        var at = kill.Allocation is { } number ? $"at {Number(number)}" : "at an allocation that does not end here";
        var rule = kill.Allows switch
        {
            true => "as the retry rule says",
            false => "against the retry rule",
            _ => "the trace tells no round",
        };
        yield return $"OOM killer {at}: task {kill.Victim}, after {Figures.Count(kill.Reclaims)} reclaims, the last "
            + $"{Figures.Count(kill.NoProgress)} without progress: {rule}; the model "
            + (kill.ModelRefuses ? "has nothing at min either" : "still had a page");
        if (kill.Looks.Length > 0)
        {
            yield return "  last look, at high: " + string.Join("; ", kill.Looks.Select(look =>
                $"{look.Zone} {Figures.Count(look.Free)} free, needs over {Figures.Count(look.Needed)}"));
        }

        if (kill.ByVictim > 0)
        {
            yield return $"  {Figures.Count(kill.ByVictim)} later pages of the victim the model refused; "
                + $"{Figures.Count(kill.ByRight)} of them are a victim's by right";
        }
    }

    private static string Number(int? allocation) => allocation is { } number ? "#" + Figures.Count(number) : "-";

    private static string Text(Agreement agreement) => agreement.IsWhole
        ? $"all {Figures.Count(agreement.Compared)}"
        : $"{Figures.Count(agreement.Equal)} of {Figures.Count(agreement.Compared)}";
}
