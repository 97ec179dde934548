using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What events in mid-run changed: the lists that were walked, what zones have, and where pages came
/// from.</summary>
internal static class EventTable
{
    private const int FirstWalks = 4;
    private const int FirstRefusals = 4;

    public static void Write(Page page, RunResult run)
    {
        foreach (var happening in run.Events.Take(RunHeader.FirstEvents).Where(one => one.Reached))
        {
            page.Line();
            page.Line($"  {happening.Title} at {Figures.Duration(happening.Nanoseconds)}");
            if (happening.Memory is { } memory) WriteMemory(page, memory);
            foreach (var walk in happening.Walks.Take(FirstWalks))
                page.Line($"  walk of node {walk.Node}  before: {walk.Before}   after: {walk.After}");
            var more = happening.Walks.Length - FirstWalks;
            if (more > 0) page.Line($"  and {Figures.Count(more)} more walks (--format json has all)");
            if (happening.Memory is null) page.Draw(Lay(happening));
        }

        if (run.ZonelistRebuilds == 0) return;
        page.Line();
        page.Line($"  zonelists rebuilt {Figures.Count(run.ZonelistRebuilds)} "
            + (run.ZonelistRebuilds == 1 ? "time" : "times"));
    }

    /// <summary>What came or went, and what every zone keeps free since.</summary>
    private static void WriteMemory(Page page, MemoryEventResult memory)
    {
        foreach (var why in memory.Refused.Take(FirstRefusals)) page.Line($"  refused: {why}");
        var more = memory.Refused.Length - FirstRefusals;
        if (more > 0) page.Line($"  and {Figures.Count(more)} more refusals (--format json has all)");
        var parts = new List<string>();
        if (memory.Blocks > 0) parts.Add(Figures.Count(memory.Blocks, "block"));
        if (memory.Pages > 0) parts.Add(Figures.Count(memory.Pages, "page"));
        parts.Add(memory.Rebuilds == 0 ? "zonelists as before"
            : $"zonelists rebuilt {Figures.Count(memory.Rebuilds)} {(memory.Rebuilds == 1 ? "time" : "times")}");
        if (memory.MinFreeKbytesBefore != memory.MinFreeKbytesAfter)
        {
            parts.Add($"min_free_kbytes {Figures.Count(memory.MinFreeKbytesBefore)} -> "
                + Figures.Count(memory.MinFreeKbytesAfter));
        }

        page.Line("  " + string.Join(", ", parts));
        if (memory.Zones.IsEmpty) return;
        var sheet = new Sheet("<zone", "managed", "min", "low", "high", "managed after", "min", "low", "high");
        foreach (var (zone, before, after) in memory.Zones)
            sheet.Row([zone, .. Sizes(before), .. Sizes(after)]);
        page.Draw(sheet);
    }

    private static IEnumerable<Cell> Sizes(ZoneSizes sizes) =>
        new[] { sizes.ManagedPages, sizes.MinPages, sizes.LowPages, sizes.HighPages }
            .Select(pages => (Cell)Figures.Count(pages));

    private static Sheet Lay(EventResult happening)
    {
        var sheet = new Sheet("<pages from", "<by CPUs of", "before", "first choice", "after", "first choice");
        var places = happening.Before.Concat(happening.After).Select(cell => (cell.CpuNode, cell.Zone)).Distinct();
        foreach (var (node, zone) in places.OrderBy(place => place.CpuNode))
        {
            var before = happening.Before.FirstOrDefault(cell => (cell.CpuNode, cell.Zone) == (node, zone));
            var after = happening.After.FirstOrDefault(cell => (cell.CpuNode, cell.Zone) == (node, zone));
            sheet.Row(zone, $"node {node}", Figures.Count(before?.Pages ?? 0),
                Figures.Count(before?.FirstChoicePages ?? 0), Figures.Count(after?.Pages ?? 0),
                Figures.Count(after?.FirstChoicePages ?? 0));
        }

        return sheet;
    }
}
