using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Text;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads what a described machine says of its firmware: the memory map, caching, and what is held until
/// late.</summary>
internal static class FirmwareReader
{
    /// <summary>An estimated boot keeps its low memory and the kernel's image below this.</summary>
    private const ulong ImageEnd = 48ul << 20;

    private static readonly ImmutableArray<(string Word, LateFreeKind Kind)> LateCallers =
        [("efi_free_boot_services", LateFreeKind.EfiBootServices), ("swiotlb_exit", LateFreeKind.Swiotlb)];

    /// <summary>Lines of <c>e820</c> as the kernel prints them: a list of them, or a text pasted from a log.</summary>
    internal static ImmutableArray<E820Entry> Map(Fields fields, ProblemList problems)
    {
        if (fields.Value("e820") is not { } value) return [];
        var lines = value is YamlScalar text
            ? text.Text.Split('\n').Select((line, number) => new Located<string>(line.Trim(), text.PlaceOf(number)))
            : fields.Sequence("e820").Select(item => fields.Scalar(item, "a line of e820")).OfType<Located<string>>();
        var entries = ImmutableArray.CreateBuilder<E820Entry>();
        foreach (var line in lines.Where(line => line.Value.Length > 0))
        {
            if (E820Text.TryParse(line.Value, out var entry, out var problem)) entries.Add(entry);
            else problems.Add(line.At, ProblemCodes.Memory, $"e820: {problem}");
        }

        if (problems.IsEmpty && !entries.Any(entry => entry.Type == E820Type.Usable))
            problems.Add(value.At, ProblemCodes.Memory, "e820 names no usable memory");
        return entries.ToImmutable();
    }

    internal static ImmutableArray<(ulong Start, ulong End)> WriteBack(Fields fields, ProblemList problems) =>
        AddressRanges.Read(fields.Sequence("mtrr"), "write-back range", fields, problems);

    /// <summary>Ranges of <c>lateFree</c> by the function that gives them back.</summary>
    internal static ImmutableArray<(LateFreeKind Kind, ulong Start, ulong End)> LateRanges(
        Fields machine, ProblemList problems)
    {
        if (machine.Mapping(machine.Value("lateFree"), "lateFree") is not { } mapping) return [];
        var fields = new Fields(mapping, "lateFree", MachineKeys.LateFree, problems);
        var late = ImmutableArray.CreateBuilder<(LateFreeKind Kind, ulong Start, ulong End)>();
        foreach (var (word, kind) in LateCallers)
        {
            foreach (var range in AddressRanges.Read(fields.Sequence(word), "late range", fields, problems))
            {
                var shown = Shown(word, range.Start, range.End);
                if (range.Start < ImageEnd)
                {
                    problems.Add(fields.PlaceOf(word), ProblemCodes.Memory,
                        $"{shown} begins below 48MiB, where the kernel and low memory lie");
                }
                else if (late.Any(other => other.Start < range.End && other.End > range.Start))
                {
                    problems.Add(fields.PlaceOf(word), ProblemCodes.Memory, $"{shown} is given back twice");
                }
                else
                {
                    late.Add((kind, range.Start, range.End));
                }
            }
        }

        return late.ToImmutable();
    }

    /// <summary>Only memory that the firmware calls usable can be given to the buddy allocator.</summary>
    internal static void CheckLateRanges(SyntheticMachine machine, Fields fields, ProblemList problems)
    {
        if (machine.LateRanges.IsEmpty || !problems.IsEmpty) return;
        var usable = E820Map.Sanitise(SyntheticFirmware.Describe(machine).MemoryMap).Entries
            .Where(entry => entry.Type == E820Type.Usable).ToList();
        foreach (var (kind, start, end) in machine.LateRanges)
        {
            if (usable.Any(entry => entry.Start <= start && entry.End >= end)) continue;
            var word = LateCallers.First(caller => caller.Kind == kind).Word;
            var place = (fields.Value("lateFree") as YamlMapping)?[word]?.At ?? fields.At;
            problems.Add(place, ProblemCodes.Memory,
                $"{Shown(word, start, end)} is not all usable memory of the machine");
        }
    }

    private static string Shown(string word, ulong start, ulong end) =>
        $"[mem 0x{start:x}-0x{end - 1:x}] of {word}";

    /// <summary>Keys that contradict a memory map, or need one.</summary>
    internal static void CheckTogether(Fields machine, ImmutableArray<SyntheticNode> nodes, ProblemList problems)
    {
        var items = machine.Sequence("nodes");
        for (var i = 0; i < items.Length; i++)
        {
            var wrong = machine.Has("e820") ? "memory" : "ranges";
            if ((items[i] as YamlMapping)?[wrong] is not { } value) continue;
            problems.Add(value.At, ProblemCodes.Conflict, machine.Has("e820")
                ? $"node {i} gives memory, and e820 says how much there is; give ranges, or neither on a single node"
                : $"node {i} gives ranges, which cut an e820 map; without one give memory");
        }

        if (!machine.Has("e820")) return;
        if (nodes.Length > 1 && nodes.All(node => node.Ranges.IsEmpty))
        {
            problems.Add(machine.PlaceOf("nodes"), ProblemCodes.MissingKey,
                $"none of {nodes.Length} nodes has ranges; the map does not say which memory is whose");
        }

        if (machine.Has("holes"))
        {
            problems.Add(machine.PlaceOf("holes"), ProblemCodes.Conflict,
                "holes are what e820 leaves out; give one of the two");
        }
    }
}
