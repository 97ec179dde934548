using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Text.Topology;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>A machine made of what a tool or a kernel printed.</summary>
/// <param name="Yaml">The machine file.</param>
/// <param name="Notes">What it was made of, and what was not told.</param>
public sealed record ImportedMachine(string Yaml, ImmutableArray<string> Notes);

/// <summary>Makes a machine file of a log, a saved /proc, hwloc's XML, numactl's output or a folder of these.</summary>
public static class MachineImport
{
    /// <summary>Stands for standard input.</summary>
    public const string Stdin = "-";

    /// <summary>What problems call it. It has no files beside it.</summary>
    private const string StdinFile = "<stdin>";

    /// <param name="path">A file or folder; <see cref="Stdin"/> for a text that was read already.</param>
    /// <param name="stdin">That text.</param>
    /// <param name="kernel">Version that the user names; it wins over what the input tells.</param>
    /// <exception cref="InputException">Nothing can be made of it; all problems are in it.</exception>
    public static ImportedMachine Of(string path, string? stdin, string? kernel)
    {
        var source = stdin is null ? path : StdinFile;
        MachineDraft draft;
        try
        {
            draft = stdin is null && Directory.Exists(path)
                ? OfFolder(path, kernel)
                : OfText(source, stdin ?? Text(path), kernel, isFile: stdin is null);
        }
        catch (InputException error) when (error.Problems.Any(problem => problem.At.File.Length == 0))
        {
            // The machine has no name yet; whatever is wrong with it came out of the input.
            throw new InputException([.. error.Problems.Select(problem => problem.At.File.Length == 0
                ? problem with { At = problem.At with { File = source } } : problem)]);
        }

        var yaml = MachineWriter.Write(draft);
        // What cannot be read back is no machine file, whatever the input was.
        ScenarioParser.ParseMachine(yaml, $"the machine of {source}");
        ImmutableArray<string> notes = [.. draft.Heading, .. draft.Remarks.Values.SelectMany(remarks => remarks)];
        return new(yaml, notes);
    }

    private static string Text(string path) => PlainFile.Refusal(path) is { } refusal
        ? throw new InputException([new(new(path, 0, 0), ProblemCodes.File, refusal)])
        : ScenarioLoader.ReadWhole(path);

    private static MachineDraft OfText(string path, string text, string? kernel, bool isFile)
    {
        if (ImportKinds.Of(text) is not { } kind)
        {
            var problem = YamlMachine(text)
                ? "this is a machine file or a scenario already; expected what a machine's tools or its kernel print"
                : $"nothing in this text tells of a machine; expected {ImportKinds.Expected}";
            throw new InputException([new(new(path, 0, 0), ProblemCodes.Import, problem)]);
        }

        var folder = isFile ? Path.GetDirectoryName(path) ?? "" : null;
        return kind switch
        {
            ImportKind.Log => OfLog(path, text, folder, kernel, [], null),
            ImportKind.Zoneinfo => OfZoneinfo(path, text, kernel, null),
            ImportKind.Hwloc => OfTable(kind, HwlocReader.Read(path, text, out var problems), problems, kernel),
            _ => OfTable(kind, NumactlReader.Read(path, text, out var problems), problems, kernel),
        };
    }

    private static bool YamlMachine(string text) =>
        YamlText.Read(text, "", new()) is YamlMapping root && (root["nodes"] ?? root["machine"]) is not null;

    /// <summary>Takes the most exact of what a folder holds, and the distances of the rest if that has none.</summary>
    private static MachineDraft OfFolder(string folder, string? kernel)
    {
        var files = ImportFiles.In(folder);
        var kinds = files.Texts.Keys.Concat(files.Nodes.IsEmpty ? [] : [ImportKind.Sysfs]).Order().ToList();
        var draft = kinds[0] switch
        {
            ImportKind.Log => OfLog(files.Texts[ImportKind.Log].Path, files.Texts[ImportKind.Log].Text, folder, kernel,
                Measured(files), files.Sysctls),
            ImportKind.Zoneinfo => OfZoneinfo(
                files.Texts[ImportKind.Zoneinfo].Path, files.Texts[ImportKind.Zoneinfo].Text, kernel,
                files.Sysctls),
            ImportKind.Sysfs => OfTable(ImportKind.Sysfs,
                SysfsReader.Read(folder, files.Nodes, out var problems), problems, kernel),
            _ => OfText(files.Texts[kinds[0]].Path, files.Texts[kinds[0]].Text, kernel, isFile: true),
        };
        if (kinds.Count == 1) return draft;
        var left = string.Join(" and ", kinds.Skip(1).Select(ImportKinds.Name));
        return draft with
        {
            Heading = draft.Heading.Add(
                $"The folder also held {left}; {ImportKinds.Name(kinds[0])} tells most."),
        };
    }

    private static ImmutableArray<ZoneinfoZone> Measured(ImportFiles files)
    {
        if (!files.Texts.TryGetValue(ImportKind.Zoneinfo, out var file)) return [];
        var (zones, problems) = ZoneinfoReader.Read(file.Path, file.Text);
        return problems.IsEmpty ? zones : throw new InputException(problems);
    }

    private static MachineDraft OfLog(
        string path, string text, string? folder, string? kernel, ImmutableArray<ZoneinfoZone> measured,
        string? sysctls)
    {
        var version = folder is null ? null : SavedFiles.VersionIn(Path.Combine(folder, "version.txt"));
        var reading = DmesgReader.Read(text, path, "", version ?? kernel);
        if (reading.Machine is not { } machine || !reading.Problems.IsEmpty) throw new InputException(reading.Problems);
        if (folder is not null) machine = machine with { Slit = MachineBoot.ReadSlit(folder) };
        var choice = KernelChoice.Of(kernel, machine.Version);
        return Headed(
            LogDraft.Of(machine, choice, measured, sysctls), ImportKind.Log, $"It booted Linux {machine.Version}.");
    }

    private static MachineDraft OfZoneinfo(string path, string text, string? kernel, string? sysctls)
    {
        var file = new SavedMachineFile(path, new(path, 0, 0));
        var choice = KernelChoice.Of(kernel, SavedFiles.VersionBeside(file));
        var saved = SavedFiles.Read(file, choice.Release, text);
        saved = saved with { Known = SavedDraft.Known(saved, saved.Known, sysctls) };
        return Headed(SavedDraft.Of(saved, choice), ImportKind.Zoneinfo);
    }

    private static MachineDraft OfTable(
        ImportKind kind, NodeTable? table, ImmutableArray<Problem> problems, string? kernel) => table is null
            ? throw new InputException(problems)
            : Headed(NodeTableDraft.Of(table, KernelChoice.Of(kernel, table.KernelVersion)), kind);

    private static MachineDraft Headed(MachineDraft draft, ImportKind kind, string more = "") => draft with
    {
        Heading = [.. draft.Heading, $"Made by 'numa import' of {ImportKinds.Name(kind)}. {more}".TrimEnd()],
    };
}
