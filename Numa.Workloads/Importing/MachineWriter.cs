using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>Writes a machine as the YAML that <see cref="MachineReader"/> reads back as the same machine.</summary>
public static class MachineWriter
{
    private const int Width = 118;

    public static string Write(MachineDraft draft)
    {
        var (machine, text) = (draft.Machine, new StringBuilder());
        foreach (var sentence in draft.Heading) Comment(text, sentence);
        if (machine.Name.Length > 0) Line(text, $"name: {Quoted(machine.Name)}");
        Key("kernel", $"\"{draft.Kernel ?? machine.Release.Name}\"");
        if (machine.Release.Architecture != KernelArchitecture.X64)
            Key("architecture", machine.Release.Architecture.Name);
        Settings(text, machine, Key, Remark);
        if (machine.EarlyAllocator != EarlyAllocatorKind.Memblock)
            Key("earlyAllocator", Word(Vocabulary.EarlyAllocators, machine.EarlyAllocator));
        if (machine.MemoryModel != DefaultModel(machine.Release.Architecture))
            Key("memoryModel", Word(Vocabulary.MemoryModels, machine.MemoryModel));
        foreach (var key in Vocabulary.MovableSizes)
        {
            if (BootParameters.Find(machine.CommandLine, key) is { } value) Key(key, Kibibytes(value));
        }

        if (!machine.MemoryMap.IsEmpty) Map(text, machine, draft);
        if (!machine.Holes.IsEmpty) Key("holes", Ranges(machine.Holes));
        if (!machine.WriteBack.IsEmpty) Key("mtrr", Ranges(machine.WriteBack));
        LateRanges(text, machine);
        Remark("nodes");
        var listed = Listed(machine);
        Nodes(text, machine, listed);
        Remark("distances");
        Distances(text, machine.Distances, listed);
        return text.ToString();

        void Key(string key, string value)
        {
            Remark(key);
            Line(text, $"{key}: {value}");
        }

        void Remark(string key)
        {
            foreach (var sentence in draft.Remarks.GetValueOrDefault(key, [])) Comment(text, sentence);
        }
    }

    private static void Settings(
        StringBuilder text, SyntheticMachine machine, Action<string, string> key, Action<string> remark)
    {
        var settings = machine.Settings;
        if (settings.ZonelistOrder != "default") key("zonelistOrder", settings.ZonelistOrder);
        if (settings.HugePages != HugePageMode.Always)
            key("transparentHugepages", Word(Vocabulary.HugePages, settings.HugePages));
        remark("sysctls");
        var sysctls = WrittenSettings.Of(machine.Release, settings);
        if (sysctls.IsEmpty) return;
        Line(text, "sysctls:");
        foreach (var write in sysctls)
            Line(text, $"  {write.Name}: {(write.Value.Contains(' ') ? $"\"{write.Value}\"" : write.Value)}");
    }

    private static void Map(StringBuilder text, SyntheticMachine machine, MachineDraft draft)
    {
        foreach (var sentence in draft.Remarks.GetValueOrDefault("e820", [])) Comment(text, sentence);
        Line(text, "e820: |");
        foreach (var entry in machine.MemoryMap) Line(text, $"  {entry}");
    }

    private static void LateRanges(StringBuilder text, SyntheticMachine machine)
    {
        if (machine.LateRanges.IsEmpty) return;
        Line(text, "lateFree:");
        foreach (var kind in machine.LateRanges.Select(late => late.Kind).Distinct())
        {
            var ranges = machine.LateRanges.Where(late => late.Kind == kind).Select(late => (late.Start, late.End));
            Line(text, $"  {FirmwareReader.LateNameOf(kind)}: {Ranges([.. ranges])}");
        }
    }

    /// <summary>Nodes that the file must name: others are absent, and their numbers a gap.</summary>
    private static ImmutableArray<int> Listed(SyntheticMachine machine)
    {
        var uniform = NodeDistances.Uniform(machine.Nodes.Length);
        return [.. Enumerable.Range(0, machine.Nodes.Length).Where(id => id == machine.Nodes.Length - 1
            || !IsAbsent(machine.Nodes[id])
            || Enumerable.Range(0, machine.Nodes.Length).Any(other =>
                machine.Distances[new(id), new(other)] != uniform[new(id), new(other)]
                || machine.Distances[new(other), new(id)] != uniform[new(other), new(id)]))];
    }

    private static bool IsAbsent(SyntheticNode node) => node.Memory.Bytes == 0 && node.Cpus.IsEmpty
        && node.Ranges.IsEmpty && node.Managed.IsEmpty;

    private static void Nodes(StringBuilder text, SyntheticMachine machine, ImmutableArray<int> listed)
    {
        Line(text, "nodes:");
        for (var place = 0; place < listed.Length; place++)
        {
            var node = machine.Nodes[listed[place]];
            var lines = new List<string>();
            if (listed[^1] != listed.Length - 1) lines.Add($"id: {Number(listed[place])}");
            if (machine.MemoryMap.IsEmpty)
                lines.Add($"memory: {(node.Memory.Bytes == 0 ? "0" : node.Memory.ToString())}");
            if (!node.Ranges.IsEmpty) lines.Add($"ranges: {Ranges(node.Ranges)}");
            lines.Add($"cpus: {(node.Cpus.IsEmpty ? "none" : Core.Text.CpuListText.Format(node.Cpus))}");
            if (!node.Managed.IsEmpty)
            {
                var zones = node.Managed.OrderBy(zone => zone.Key)
                    .Select(zone => $"{zone.Key}: {Number(zone.Value.Value)}");
                lines.Add($"managed: {{{string.Join(", ", zones)}}}");
            }

            for (var i = 0; i < lines.Count; i++) Line(text, (i == 0 ? "  - " : "    ") + lines[i]);
        }
    }

    /// <summary>Also those that a machine would have without saying so: the file shows what there is.</summary>
    private static void Distances(StringBuilder text, NodeDistances distances, ImmutableArray<int> listed)
    {
        if (listed.Length == 1) return;
        Line(text, "distances:");
        var width = listed.SelectMany(from => listed.Select(to => Number(distances[new(from), new(to)]).Length)).Max();
        foreach (var from in listed)
        {
            Line(text, $"  - [{string.Join(", ", listed.Select(to =>
                Number(distances[new(from), new(to)]).PadLeft(width)))}]");
        }
    }

    private static MemoryModelKind DefaultModel(KernelArchitecture architecture) =>
        architecture.Is64Bit ? MemoryModelKind.Sparse : MemoryModelKind.Discontiguous;

    private static string Ranges(ImmutableArray<(ulong Start, ulong End)> ranges) =>
        $"[{string.Join(", ", ranges.Select(range => $"{Address(range.Start)}-{Address(range.End)}"))}]";

    private static string Address(ulong bytes) => bytes == 0 ? "0" : new ByteSize((long)bytes).ToString();

    /// <summary>A size of the command line, which counts KiB, in its largest whole unit.</summary>
    private static string Kibibytes(string value) =>
        ByteSize.TryParse(value.TrimEnd('K') + "KiB", out var size) ? Address((ulong)size.Bytes) : value;

    private static string Word<T>(ImmutableSortedDictionary<string, T> words, T value) =>
        words.First(word => EqualityComparer<T>.Default.Equals(word.Value, value)).Key;

    private static string Quoted(string name) =>
        name.All(letter => char.IsAsciiLetterLower(letter) || letter == '-') && name[0] != '-' && name is not "null"
            ? name
            : "\"" + string.Concat(name.Select(Escaped)) + "\"";

    private static string Escaped(char letter) => letter is '"' or '\\' ? $"\\{letter}"
        : letter is >= ' ' and < (char)127 ? letter.ToString()
        : "\\u" + ((int)letter).ToString("x4", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Breaks a sentence into lines of a comment.</summary>
    private static void Comment(StringBuilder text, string sentence)
    {
        var line = "#";
        foreach (var word in sentence.ReplaceLineEndings(" ").Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                Line(text, line);
                line = "#";
            }

            line += " " + word;
        }

        Line(text, line);
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
