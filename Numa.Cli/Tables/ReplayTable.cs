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
            foreach (var line in Mismatches(phase)) page.Line($"  {phase.Phase}: {line}");
        }

        WriteNotes(page, phases);
        foreach (var phase in phases)
        {
            if (phase.Pressure is { } pressure) PressureTable.Write(page, phase.Phase, pressure);
        }
    }

    /// <summary>A note that several phases share is said once.</summary>
    private static void WriteNotes(Page page, IReadOnlyCollection<PhaseResult> phases)
    {
        foreach (var note in phases.SelectMany(phase => phase.Notes).Distinct())
        {
            var of = phases.Where(phase => phase.Notes.Contains(note)).Select(phase => phase.Phase).ToList();
            var whose = of.Count == phases.Count && of.Count > 1 ? "all phases"
                : of.Count == 1 ? of[0]
                : string.Join(", ", of.Select(name => Short(name, phases)));
            page.Sentence($"{whose}: {note}");
        }
    }

    /// <summary>What stands before the first hyphen, where that is enough to tell the phases apart.</summary>
    private static string Short(string name, IReadOnlyCollection<PhaseResult> phases)
    {
        var number = name.Split('-')[0];
        return phases.Count(phase => phase.Phase.Split('-')[0] == number) == 1 ? number : name;
    }

    private static IEnumerable<string> Mismatches(PhaseResult phase)
    {
        if (phase.Mismatches.IsEmpty) yield break;
        var all = phase.Mismatches.Sum(sort => sort.Count);
        var ends = new List<string>();
        if (phase.Adopted > 0) ends.Add($"{Figures.Count(phase.Adopted)} adopted");
        if (phase.NotFree > 0) ends.Add($"{Figures.Count(phase.NotFree)} not free in the model");
        yield return $"{Figures.Count(all)} other frames ({string.Join(", ", ends.DefaultIfEmpty("none adopted"))}):";
        foreach (var sort in phase.Mismatches)
        {
            var when = new List<string>();
            if (sort.AfterReclaim > 0) when.Add($"{Figures.Count(sort.AfterReclaim)} after reclaim began");
            if (sort.AmongCpus > 0) when.Add($"{Figures.Count(sort.AmongCpus)} within 100 us of another CPU");
            if (sort.Otherwise > 0) when.Add($"{Figures.Count(sort.Otherwise)} at other times");
            yield return $"  {Figures.Count(sort.Count)} {Words(sort.Class)}: {string.Join(", ", when)}";
        }
    }

    private static string Words(MismatchClass sort) => sort switch
    {
        MismatchClass.ModelRefused => "the kernel gave a page, the model none",
        MismatchClass.KernelFailed => "the kernel gave none, the model a page",
        MismatchClass.OtherZone => "of another zone",
        MismatchClass.OwnList => "the kernel's page deeper on the CPU's own lists",
        MismatchClass.FreeList => "the kernel's page in the buddy lists",
        MismatchClass.OtherList => "the kernel's page on another CPU's list",
        MismatchClass.HeldByAllocation => "the kernel's page held by another allocation",
        MismatchClass.HeldByBulk => "the kernel's page thought taken by an untraced bulk allocation",
        _ => "the kernel's page taken since before the phase",
    };

    private static string Text(Agreement agreement) => agreement.Compared == 0 ? "-"
        : agreement.IsWhole ? $"all {Figures.Count(agreement.Equal)}"
        : $"{Figures.Count(agreement.Equal)} of {Figures.Count(agreement.Compared)}";
}
