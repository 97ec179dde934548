using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What settings written in mid-run changed: the lists that were walked, and where pages came from.</summary>
internal static class EventTable
{
    private const int FirstWalks = 4;

    public static void Write(Page page, RunResult run)
    {
        foreach (var happening in run.Events.Take(RunHeader.FirstEvents).Where(one => one.Reached))
        {
            page.Line();
            page.Line($"  {happening.Setting} <- {happening.Written} at {Figures.Duration(happening.Nanoseconds)}");
            foreach (var walk in happening.Walks.Take(FirstWalks))
                page.Line($"  walk of node {walk.Node}  before: {walk.Before}   after: {walk.After}");
            var more = happening.Walks.Length - FirstWalks;
            if (more > 0) page.Line($"  and {Figures.Count(more)} more walks (--format json has all)");
            page.Draw(Lay(happening));
        }

        if (run.ZonelistRebuilds == 0) return;
        page.Line();
        page.Line($"  zonelists rebuilt {Figures.Count(run.ZonelistRebuilds)} "
            + (run.ZonelistRebuilds == 1 ? "time" : "times"));
    }

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
