using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Text.Topology;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>The files of a folder that tell of a machine, each recognised by its content.</summary>
/// <param name="Texts">The first file of each kind, the shortest name first.</param>
/// <param name="Sysctls">Settings as <c>sysctl -a</c> prints them; null without.</param>
/// <param name="Nodes">Files of a copy of /sys/devices/system/node, by node and name; empty without.</param>
internal sealed record ImportFiles(
    ImmutableSortedDictionary<ImportKind, (string Path, string Text)> Texts,
    string? Sysctls,
    ImmutableDictionary<(int Node, string Name), (string Path, string Text)> Nodes)
{
    /// <summary>More files than anyone saves of one machine; a folder of something else is not read through.</summary>
    private const int MostFiles = 500;

    private const int MostBytes = 16 << 20;

    /// <summary>Where the nodes lie within what people pack.</summary>
    private static readonly string[] NodeFolders =
        ["", "node", "system/node", "devices/system/node", "sys/devices/system/node"];

    /// <exception cref="InputException">The folder cannot be read, or holds nothing of the kind.</exception>
    public static ImportFiles In(string folder)
    {
        try
        {
            var texts = ImmutableSortedDictionary.CreateBuilder<ImportKind, (string Path, string Text)>();
            // zoneinfo.txt goes before zoneinfo.after-reboot.txt.
            var files = Directory.EnumerateFiles(folder).Take(MostFiles)
                .Where(file => PlainFile.IsOne(file) && new FileInfo(file).Length <= MostBytes)
                .OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal);
            string? sysctls = null;
            foreach (var file in files)
            {
                var text = ScenarioLoader.ReadWhole(file);
                if (ImportKinds.Of(text) is { } kind) texts.TryAdd(kind, (file, text));
                else if (SysctlReader.Recognises(text)) sysctls ??= text;
            }

            var nodes = NodeFolders.Select(below => NodesIn(Path.Combine(folder, below)))
                .FirstOrDefault(found => !found.IsEmpty)
                ?? ImmutableDictionary<(int Node, string Name), (string Path, string Text)>.Empty;
            if (texts.Count > 0 || !nodes.IsEmpty) return new(texts.ToImmutable(), sysctls, nodes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException([new(new(folder, 0, 0), ProblemCodes.File, $"cannot be read: {error.Message}")]);
        }

        throw new InputException([new(new(folder, 0, 0), ProblemCodes.Import,
            $"no file of this folder tells of a machine; expected {ImportKinds.Expected}")]);
    }

    private static ImmutableDictionary<(int Node, string Name), (string Path, string Text)> NodesIn(string folder)
    {
        var files = ImmutableDictionary.CreateBuilder<(int Node, string Name), (string Path, string Text)>();
        if (!Directory.Exists(folder)) return files.ToImmutable();
        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (SysfsReader.NodeOf(Path.GetFileName(path)) is not { } node) continue;
            foreach (var name in SysfsReader.Names)
            {
                var file = Path.Combine(path, name);
                if (ScenarioLoader.Exists(file)) files[(node, name)] = (file, ScenarioLoader.ReadWhole(file));
            }
        }

        return files.ToImmutable();
    }
}
