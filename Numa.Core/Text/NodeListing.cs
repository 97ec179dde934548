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
    public static NodeListing Read(string file, string text, out ImmutableArray<Problem> problems)
    {
        var found = ImmutableArray.CreateBuilder<Problem>();
        var cpus = ImmutableSortedDictionary.CreateBuilder<NodeId, ImmutableArray<CpuId>>();
        var distances = ImmutableSortedDictionary.CreateBuilder<NodeId, ImmutableArray<int>>();
        foreach (Match match in CpuLine().Matches(text))
        {
            // numactl separates CPUs by blanks.
            var list = CpuListText.Parse(Blanks().Replace(match.Groups["cpus"].Value.Trim(), ","), out var problem);
            if (problem is null) cpus[Node(match)] = list;
            else found.Add(new(new(file, LineOf(text, match), 1), Code, problem));
        }

        foreach (Match match in DistanceLine().Matches(text))
        {
            var row = match.Groups["row"].Value.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
                .Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out var value) ? value : 0).ToArray();
            if (row.All(value => value is >= NodeDistances.Local and <= MostDistance))
            {
                distances[Node(match)] = [.. row];
            }
            else
            {
                found.Add(new(new(file, LineOf(text, match), 1), Code,
                    $"the distances of node {match.Groups["node"].Value} must be numbers from 10 to 255"));
            }
        }

        if (cpus.Count == 0 && distances.Count == 0 && found.Count == 0)
        {
            found.Add(new(new(file, 0, 0), Code, "no CPUs and no distances of nodes found;"
                + " expected what 'numactl -H' prints, or node*/cpulist and node*/distance of sysfs with their paths"));
        }

        problems = found.ToImmutable();
        return new(cpus.ToImmutable(), distances.ToImmutable());
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

    private static NodeId Node(Match match) =>
        new(int.Parse(match.Groups["node"].Value, NumberStyles.None, CultureInfo.InvariantCulture));

    private static int LineOf(string text, Match match) => text.AsSpan(0, match.Index).Count('\n') + 1;

    [GeneratedRegex(@"(?:\bnode(?<node>\d{1,4})/cpulist(?::|\r?\n)|^node (?<node>\d{1,4}) cpus:)(?<cpus>[^\r\n]*)",
        RegexOptions.Multiline)]
    private static partial Regex CpuLine();

    [GeneratedRegex(@"(?:\bnode(?<node>\d{1,4})/distance(?::|\r?\n)|^ *(?<node>\d{1,4}): )(?<row>[^\r\n]*)",
        RegexOptions.Multiline)]
    private static partial Regex DistanceLine();

    [GeneratedRegex(@"(?<=\d)[ \t]+(?=\d)")]
    private static partial Regex Blanks();
}
