using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Explaining;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>One allocation: the answer in a sentence, then every zone of every pass with what was compared.</summary>
internal static class WalkSheet
{
    /// <param name="places">What the allocation was in its run; none when it was asked of a booted machine.</param>
    public static void Write(Page page, BootedMachine machine, AllocationWalk walk, params string[] places)
    {
        page.Title(WalkText.Answer(walk));
        page.Line();
        var release = machine.Image.Release;
        var request = walk.Request;
        page.Line($"  {WalkText.Request(request, release)}, from CPU {walk.Cpu} of node {walk.Node}"
            + $" on {machine.Image.Name}, kernel {release.Name}");
        foreach (var place in places) page.Line("  " + place);
        foreach (var label in RunHeader.Counterfactuals(machine)) page.Alarm(label);
        page.Line($"  zonelist  {List(machine, walk)}");
        if (walk.Passes.IsEmpty) return;

        page.Line();
        for (var at = 0; at < walk.Passes.Length; at++)
            page.Line($"  pass {at + 1}  {WalkText.Pass(walk.Passes, at, release)}");
        page.Draw(Zones(walk));
        page.Line();
        foreach (var line in Notes(walk, release)) page.Sentence(line);
    }

    private static string List(BootedMachine machine, AllocationWalk walk)
    {
        var request = walk.Request;
        var highest = request.HighestZone(machine.Image.Release);
        var lists = machine.Image.Zonelists[request.PreferredNode ?? walk.Node];
        var above = (request.ThisNodeOnly ? lists.ThisNode : lists.Fallback).Zones
            .Where(zone => zone.Kind > highest).ToList();
        return (walk.List.IsEmpty ? "no zone" : string.Join(' ', walk.List))
            + (above.Count == 0 ? "" : $"   left out, above {highest}: {string.Join(' ', above)}");
    }

    /// <summary>Terms that are zero everywhere would only make the table wide, and have no column.</summary>
    private static Sheet Zones(AllocationWalk walk)
    {
        var steps = walk.Passes.SelectMany((pass, at) => pass.Steps.Select(step => (Pass: at + 1, Step: step)))
            .ToList();
        (string Heading, Func<WatermarkTerms, long> Term)[] columns =
        [
            ("free", terms => terms.Free),
            ("- unusable", terms => terms.Unusable),
            ("mark", terms => terms.Mark),
            ("+ boost", terms => terms.Boost),
            ("- flags", terms => terms.Mark + terms.Boost - terms.Lowered),
            ("+ reserve", terms => terms.Reserve),
            ("= needs over", terms => terms.Lowered + terms.Reserve),
        ];
        var shown = columns.Where(column => column.Heading[0] is not ('-' or '+')
            || steps.Any(step => step.Step.Check is { } terms && column.Term(terms) != 0)).ToList();
        var sheet = new Sheet(["<pass", "<zone", .. shown.Select(column => column.Heading), "<verdict"]);
        foreach (var (pass, step) in steps)
        {
            sheet.Row(
            [
                $"{pass} {WalkText.Word(walk.Passes[pass - 1].Level)}", $"{step.Zone}",
                .. shown.Select(column => (Cell)(step.Check is { } terms ? Figures.Count(column.Term(terms)) : "-")),
                WalkText.Verdict(step),
            ]);
        }

        return sheet;
    }

    private static IEnumerable<string> Notes(AllocationWalk walk, KernelRelease release)
    {
        var checks = walk.Passes.SelectMany(pass => pass.Steps).Select(step => step.Check).OfType<WatermarkTerms>();
        if (checks.Any(terms => terms.Reserve != 0))
        {
            var column = (ZoneKind)checks.First().Check.ReserveIndex;
            yield return $"reserve: lowmem reserve, column {column}: "
                + (release.ReserveIndex == ReserveIndexRule.PreferredZone
                    ? "the zone that the walk begins with" : "the highest zone that the gfp flags permit");
        }

        if (checks.Any(terms => terms.Unusable != 0))
            yield return "unusable: all but one page of the block, and free pages kept for atomic allocations";
        var unreached = walk.List.Except(walk.Passes[^1].Steps.Select(step => step.Zone)).ToList();
        if (walk.Zone is not null && unreached.Count > 0)
            yield return $"not looked at: {string.Join(' ', unreached)}";
        if (walk.Zone is { } zone)
        {
            foreach (var line in WalkText.Source(walk, zone)) yield return line;
        }

        if (walk.Passes.All(pass => pass.Level == WatermarkLevel.Low))
        {
            yield return "slow path: not entered; it would walk the list again at min"
                + WalkText.Flags(walk.Request.SlowPathFlags(release), release, ", flags ");
        }
    }
}
