using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>Reads copied files of /sys/devices/system/node: meminfo, cpulist and distance of each node.</summary>
public static partial class SysfsReader
{
    private const string Code = "NUMA253";

    /// <summary>Names of the files of a node that are read.</summary>
    public static ImmutableArray<string> Names { get; } = ["meminfo", "cpulist", "distance"];

    /// <summary>Number of the node whose folder has this name; null for other folders.</summary>
    public static int? NodeOf(string folder) => Folder().Match(folder) is { Success: true } match
        && int.TryParse(match.Groups["node"].ValueSpan, CultureInfo.InvariantCulture, out var node)
        && node < NodeId.MaxCount ? node : null;

    /// <param name="folder">Name of the whole, for problems.</param>
    /// <param name="files">Texts by node and name, such as (0, "cpulist"), each with its path.</param>
    /// <returns>Null when something is wrong.</returns>
    public static NodeTable? Read(
        string folder, IReadOnlyDictionary<(int Node, string Name), (string Path, string Text)> files,
        out ImmutableArray<Problem> problems)
    {
        var found = ImmutableArray.CreateBuilder<Problem>();
        var nodes = files.Keys.Select(key => key.Node).Distinct().Order().ToList();
        var listed = nodes.Select(node => new ListedNode(new(node), Memory(node), Cpus(node))).ToList();
        var rows = nodes.Select(Row).ToList();
        NodeDistances? distances = null;
        // Nothing is told of distances unless each node's are there.
        if (rows.All(row => !row.IsEmpty)) distances = new(nodes.Count, rows.SelectMany(row => row));
        var rowless = nodes.Where(node => !files.ContainsKey((node, "distance"))).ToList();
        if (rowless.Count < nodes.Count)
            foreach (var node in rowless) Add(folder, $"node {node} has no file 'distance', and others have");
        foreach (var (node, message) in TopologyProblems.SharedCpus(listed))
            Add(files[(node.Value, "cpulist")].Path, message, 1);
        if (found.Count == 0 && listed.All(node => node.Managed == PageCount.Zero)) Add(folder, "no node has memory");
        problems = found.ToImmutable();
        var defaults = new List<string>();
        return problems.IsEmpty
            ? NodeTable.Complete(listed, distances, defaults) with { SizesAreExact = true }
            : null;

        PageCount Memory(int node)
        {
            if (!files.TryGetValue((node, "meminfo"), out var file))
            {
                Add(folder, $"node {node} has no file 'meminfo', which tells its memory");
                return default;
            }

            if (Total().Match(file.Text) is { Success: true } match
                && long.TryParse(match.Groups["kib"].ValueSpan, CultureInfo.InvariantCulture, out var kib))
            {
                if (kib <= NodeTable.MostBytes >> 10) return new ByteSize(kib << 10).Pages;
                Add(file.Path, $"memory of node {node} is {kib} kB; expected up to {NodeTable.MostBytes >> 10}",
                    1 + file.Text.AsSpan(0, match.Index).Count('\n'));
                return default;
            }

            Add(file.Path, $"expected a line such as 'Node {node} MemTotal: 16384000 kB'");
            return default;
        }

        ImmutableArray<CpuId> Cpus(int node)
        {
            if (!files.TryGetValue((node, "cpulist"), out var file)) return [];
            var cpus = CpuListText.Parse(file.Text, out var problem);
            if (problem is not null) Add(file.Path, problem, 1);
            return cpus;
        }

        ImmutableArray<int> Row(int from)
        {
            if (!files.TryGetValue((from, "distance"), out var file)) return [];
            var words = file.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            ImmutableArray<int> row = [.. words.Select(word =>
                int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0)];
            if (row.Length != nodes.Count)
            {
                Add(file.Path, $"node {from} has {row.Length} distances; expected {nodes.Count}, one for each node", 1);
                return [];
            }

            var checks = new TopologyProblems(file.Path, Code);
            foreach (var (to, value) in nodes.Zip(row)) checks.CheckDistance(1, 1, from, to, value);
            found.AddRange(checks.All);
            return checks.IsEmpty ? row : [];
        }

        void Add(string file, string message, int line = 0) =>
            found.Add(new(new(file, line, Math.Min(line, 1)), Code, message));
    }

    [GeneratedRegex(@"^node(?<node>\d{1,4})$")]
    private static partial Regex Folder();

    [GeneratedRegex(@"\bMemTotal:\s*(?<kib>\d{1,16}) kB")]
    private static partial Regex Total();
}
