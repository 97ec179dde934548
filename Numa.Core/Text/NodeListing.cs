using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Core.Text;

/// <summary>CPUs and distances of nodes, as sysfs or numactl lists them.</summary>
/// <remarks>
/// Read are the output of <c>numactl -H</c>, and the files <c>distance</c> and <c>cpulist</c> of
/// /sys/devices/system/node with their paths before them, as <c>grep . …/node*/{cpulist,distance}</c> prints them.
/// </remarks>
/// <param name="Cpus">CPUs of the nodes that were listed.</param>
/// <param name="Distances">One row for each listed node. Shape: a column for each online node, ascending.</param>
public sealed partial record NodeListing(
    ImmutableSortedDictionary<NodeId, ImmutableArray<CpuId>> Cpus,
    ImmutableSortedDictionary<NodeId, ImmutableArray<int>> Distances)
{
    private const string Code = "NUMA162";
    private const int MostDistance = 255;

    /// <param name="file">Name of the text, for problems.</param>
    /// <param name="online">Nodes that the listing must fit, ascending; null when they are not known.</param>
    public static NodeListing Read(
        string file, string text, out ImmutableArray<Problem> problems, IReadOnlyList<NodeId>? online = null)
    {
        var found = ImmutableArray.CreateBuilder<Problem>();
        var cpus = ImmutableSortedDictionary.CreateBuilder<NodeId, ImmutableArray<CpuId>>();
        var distances = ImmutableSortedDictionary.CreateBuilder<NodeId, ImmutableArray<int>>();
        foreach (Match match in CpuLine().Matches(text))
        {
            if (Node(match, online, out var problem) is { } node)
            {
                // numactl separates CPUs by blanks.
                var list = CpuListText.Parse(Blanks().Replace(match.Groups["cpus"].Value.Trim(), ","), out problem);
                problem ??= Claimed(node, list, cpus);
                if (problem is null) cpus[node] = list;
            }

            Note(match, problem);
        }

        foreach (Match match in DistanceLine().Matches(text))
        {
            if (Node(match, online, out var problem) is { } node)
            {
                var row = Row(match);
                problem = WrongRow(node, row, online);
                if (problem is null) distances[node] = row;
            }

            Note(match, problem);
        }

        if (cpus.Count == 0 && distances.Count == 0 && found.Count == 0)
        {
            found.Add(new(new(file, 0, 0), Code, "no CPUs and no distances of nodes found;"
                + " expected what 'numactl -H' prints, or node*/cpulist and node*/distance of sysfs with their paths"));
        }

        problems = found.ToImmutable();
        return new(cpus.ToImmutable(), distances.ToImmutable());

        void Note(Match match, string? problem)
        {
            if (problem is not null) found.Add(new(new(file, LineOf(text, match), 1), Code, problem));
        }
    }

    /// <summary>Distances between nodes 0 to the highest online one; 10 and 20 where nothing is listed.</summary>
    public NodeDistances Between(IReadOnlyList<NodeId> online)
    {
        var count = online.Max(node => node.Value) + 1;
        var uniform = NodeDistances.Uniform(count);
        var values = new int[count * count];
        for (var from = 0; from < count; from++)
        {
            for (var to = 0; to < count; to++) values[from * count + to] = uniform[new(from), new(to)];
        }

        foreach (var (from, row) in Distances.Where(entry => online.Contains(entry.Key)))
        {
            for (var i = 0; i < Math.Min(row.Length, online.Count); i++)
                values[from.Value * count + online[i].Value] = row[i];
        }

        return new(count, values);
    }

    private static NodeId? Node(Match match, IReadOnlyList<NodeId>? online, out string? problem)
    {
        var word = match.Groups["node"].Value;
        problem = null;
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var node)
            || node >= NodeId.MaxCount)
        {
            problem = $"'{word}' is no node; expected a number from 0 to {NodeId.MaxCount - 1}";
            return null;
        }

        if (online is null || online.Contains(new(node))) return new(node);
        problem = $"node {node} has no zone in zoneinfo; expected one of {string.Join(", ", online)}";
        return null;
    }

    /// <summary>A CPU that another node has; null when there is none.</summary>
    /// <remarks>Fake nodes of one real node list the same CPUs, all of them.</remarks>
    private static string? Claimed(
        NodeId node, ImmutableArray<CpuId> list, IReadOnlyDictionary<NodeId, ImmutableArray<CpuId>> known)
    {
        foreach (var (other, cpus) in known.Where(entry => entry.Key != node && !entry.Value.SequenceEqual(list)))
        {
            foreach (var cpu in cpus.Intersect(list)) return $"CPU {cpu} is on node {other} and on node {node}";
        }

        return null;
    }

    private static ImmutableArray<int> Row(Match match) =>
        [.. match.Groups["row"].Value.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out var value) ? value : 0)];

    /// <summary>What keeps a row of distances from being one; null when it fits.</summary>
    private static string? WrongRow(NodeId node, ImmutableArray<int> row, IReadOnlyList<NodeId>? online)
    {
        if (row.Any(value => value is < NodeDistances.Local or > MostDistance))
            return $"the distances of node {node} must be numbers from 10 to 255";
        if (online is null) return null;
        if (row.Length != online.Count)
            return $"node {node} has {row.Length} distances; expected {online.Count}, one for each node of zoneinfo";
        var own = row[online.TakeWhile(other => other != node).Count()];
        return own == NodeDistances.Local
            ? null
            : $"distance of node {node} to itself is {own}; expected {NodeDistances.Local}";
    }

    /// <remarks>Counted from where the values stand: with the file's path alone in a line they are in the
    /// next.</remarks>
    private static int LineOf(string text, Match match)
    {
        var values = match.Groups["cpus"].Success ? match.Groups["cpus"] : match.Groups["row"];
        return text.AsSpan(0, values.Index).Count('\n') + 1;
    }

    [GeneratedRegex(@"(?:\bnode(?<node>\w+)/cpulist(?::|\r?\n)|^node (?<node>\w+) cpus:)(?<cpus>[^\r\n]*)",
        RegexOptions.Multiline)]
    private static partial Regex CpuLine();

    [GeneratedRegex(@"(?:\bnode(?<node>\w+)/distance(?::|\r?\n)|^ *(?<node>\d+): )(?<row>[^\r\n]*)",
        RegexOptions.Multiline)]
    private static partial Regex DistanceLine();

    [GeneratedRegex(@"(?<=\d)[ \t]+(?=\d)")]
    private static partial Regex Blanks();
}
