using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.WhatIf;

/// <summary>Writes to settings of a machine that is booted and never runs.</summary>
/// <param name="Writes">Names and values, in order. A value of vm.min_free_kbytes may have a unit.</param>
public sealed record WhatIfQuestion(ImmutableArray<(string Name, string Value)> Writes)
{
    /// <param name="booted">Its tuning moves on with the writes.</param>
    /// <exception cref="InputException">The kernel refuses a write; every refusal is in it.</exception>
    public WhatIfAnswer Ask(BootedMachine booted)
    {
        var problems = new ProblemList();
        var before = booted.Image;
        var machine = new RunningMachine(before, booted.Tuning, booted.Memory);
        foreach (var (name, value) in Writes)
        {
            var at = new SourcePlace($"{name}={value}", 0, 0);
            if (!Sysctl.Names.Contains(name))
            {
                problems.Add(at, ProblemCodes.UnknownKey,
                    $"unknown sysctl '{YamlScalar.Short(name)}'{NearestName.Hint(name, Sysctl.Names)}");
            }
            else if (machine.Write(new(name, WrittenSysctl.InUnitOf(name, value)), out var refusal) is null)
            {
                problems.Add(at, ProblemCodes.Sysctl, refusal!);
            }
        }

        problems.ThrowIfAny();
        var after = machine.Image;
        return new(before, [.. Writes.Select(write => $"{write.Name}={write.Value}")],
            Changes(MachineFigures.Of(before), MachineFigures.Of(after)),
            [.. before.Zonelists.Nodes.Select(lists => new WalkChange(lists.Node.Value,
                string.Join(' ', lists.Fallback.Zones), string.Join(' ', after.Zonelists[lists.Node].Fallback.Zones)))],
            [.. WrittenOver(booted.Tuning), .. UnreachableMarks.Notes(before, after), .. RaisedLater(booted.Tuning)]);
    }

    internal static ImmutableArray<FigureChange> Changes(
        ImmutableArray<MachineFigure> now, ImmutableArray<MachineFigure> with)
    {
        // Matched by name: another order of zonelists may read another column of a reserve.
        var changed = with.ToDictionary(Key, figure => figure.Value);
        var known = now.Select(Key).ToHashSet();
        return
        [
            .. now.Select(figure => Change(figure, figure.Value,
                changed.TryGetValue(Key(figure), out var value) ? value : null)),
            .. with.Where(figure => !known.Contains(Key(figure))).Select(figure => Change(figure, null, figure.Value)),
        ];

        static (FigurePart, string, string, RoomEnd?) Key(MachineFigure figure) =>
            (figure.Part, figure.Of, figure.Name, figure.End);

        static FigureChange Change(MachineFigure figure, long? now, long? with) =>
            new(figure.Part, figure.Of, figure.Name, figure.Kind, figure.End, now, with);
    }

    /// <summary>Values that are not in force, because a rule of the kernel put another in their place.</summary>
    private IEnumerable<string> WrittenOver(MemoryTuning tuning)
    {
        foreach (var (name, value) in Writes.GroupBy(write => write.Name).Select(writes => writes.Last()))
        {
            if (name is Sysctl.ZonelistOrder or Sysctl.HugePages) continue;
            var found = Words(tuning.ReadBack(name));
            var written = Words(WrittenSysctl.InUnitOf(name, value));
            if (found.Take(written.Length).SequenceEqual(written)) continue;
            var rule = name == Sysctl.MinFreeKbytes && tuning.MinFreeSteps[^1].Rule == MinFreeRule.HugePages
                ? "transparent huge pages raised it" : "the kernel corrects it";
            yield return $"{name} was written as {string.Join(' ', written)} and is {string.Join(' ', found)}: {rule}";
        }
    }

    /// <summary>What switching transparent huge pages on makes of a smaller vm.min_free_kbytes.</summary>
    private static IEnumerable<string> RaisedLater(MemoryTuning tuning)
    {
        var (before, settings) = (tuning.MinFreeKbytes, tuning.Settings);
        if (settings.HugePages == HugePageMode.Never) yield break;
        tuning.Apply(new(Sysctl.HugePages, settings.HugePages.ToString().ToLowerInvariant()));
        if (tuning.MinFreeKbytes == before) yield break;
        yield return $"{Sysctl.MinFreeKbytes} stays {before} until transparent huge pages are switched on again"
            + (tuning.Release.HugePagesFollowHotplug ? " or memory comes online" : "")
            + $": that raises it to {tuning.MinFreeKbytes}";
    }

    private static string[] Words(string text) =>
        text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
