using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>Reads what <c>numactl --hardware</c> prints.</summary>
/// <remarks>Format: <c>available:</c> with the numbers of the nodes, lines <c>cpus</c>, <c>size</c> and <c>free</c> for
/// each, and a matrix of distances, as numactl 0.9 to 2.0 print them; any may be missing but the sizes. Other lines are
/// passed over. Source: the format strings of numactl's <c>hardware()</c>.</remarks>
public static partial class NumactlReader
{
    private const string Code = "NUMA251";

    /// <summary>What numactl prints where the kernel knows no nodes.</summary>
    private const string NoNuma = "No NUMA ";

    /// <summary>The text is of this kind.</summary>
    public static bool Recognises(string text) =>
        Unquoted(text) is var plain && (Available().IsMatch(plain) || NodeLine().IsMatch(plain)
            || plain.StartsWith(NoNuma, StringComparison.Ordinal));

    /// <param name="file">Name of the text, for problems.</param>
    /// <returns>Null when something is wrong.</returns>
    public static NodeTable? Read(string file, string text, out ImmutableArray<Problem> problems)
    {
        var reading = new Reading(new(file, Code));
        var number = 0;
        foreach (var line in Unquoted(text).EnumerateLines()) reading.Line(++number, line.ToString());
        var table = reading.Finish();
        problems = reading.Problems.All;
        return problems.IsEmpty ? table : null;
    }

    /// <summary>The text without a mail's marks of quotation, every column where it was.</summary>
    private static string Unquoted(string text) => Quotation().Replace(text, marks => new string(' ', marks.Length));

    [GeneratedRegex(@"^>[> ]*", RegexOptions.Multiline)]
    private static partial Regex Quotation();

    [GeneratedRegex(@"^ *available: (?<count>\d+) nodes? \((?<nodes>[\d,-]*)\)", RegexOptions.Multiline)]
    private static partial Regex Available();

    [GeneratedRegex(@"^ *node (?<node>\d+) (?<what>\w+): ?(?<value>[^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex NodeLine();

    [GeneratedRegex(@"^ *(?<node>\d+):(?<row>[ \d]*)$")]
    private static partial Regex Row();

    /// <summary>The rest of a list of CPUs that a terminal or a mail broke.</summary>
    [GeneratedRegex(@"^[ \d]*\d[ \d]*$")]
    private static partial Regex MoreCpus();

    [GeneratedRegex(@"^(?<size>\d+) MB$")]
    private static partial Regex Size();

    /// <summary>Stands for what a line of a node calls itself that has another name than numactl's.</summary>
    private const string Unknown = "";

    /// <summary>One text on its way from lines to nodes.</summary>
    private sealed class Reading(TopologyProblems problems)
    {
        private readonly SortedDictionary<int, PageCount> _sizes = [];
        private readonly SortedDictionary<int, ImmutableArray<CpuId>> _cpus = [];
        private readonly SortedDictionary<int, (int Line, ImmutableArray<(int Column, int Value)> Cells)> _rows = [];
        private readonly Dictionary<(int Node, string What), int> _lines = [];
        private (int Line, ImmutableArray<CpuId> Nodes)? _available;
        private (int Line, int Column, int Node, string Value)? _cpuLine;
        private int? _matrixLine;

        public TopologyProblems Problems { get; } = problems;

        public void Line(int number, string raw)
        {
            if (_cpuLine is { } begun && MoreCpus().IsMatch(raw))
            {
                _cpuLine = begun with { Value = begun.Value + " " + raw };
                return;
            }

            FinishCpus();
            var line = raw.TrimStart(' ');
            if (line.StartsWith(NoNuma, StringComparison.Ordinal))
            {
                Problems.Add(number, 1, "numactl found no nodes, so that nothing is told of memory and CPUs;"
                    + " expected its list of nodes; a saved /proc/zoneinfo tells more");
            }
            else if (line.StartsWith("available: ", StringComparison.Ordinal))
            {
                ReadAvailable(number, line);
            }
            else if (line.StartsWith("node distances:", StringComparison.Ordinal))
            {
                _matrixLine = number;
            }
            else if (NodeLine().Match(raw) is { Success: true } match)
            {
                ReadNode(number, match);
            }
            else if (_matrixLine is not null && Row().Match(raw) is { Success: true } row)
            {
                ReadRow(number, row);
            }
        }

        public NodeTable? Finish()
        {
            FinishCpus();
            var seen = _lines.Keys.Select(line => line.Node).ToHashSet();
            var nodes = seen.Union(_available?.Nodes.Select(node => node.Value) ?? []).Order().ToList();
            if (_available is { } listed)
            {
                foreach (var node in nodes.Where(node => !seen.Contains(node)))
                    Problems.Add(listed.Line, 1, $"node {node} is listed as available, and has no lines");
            }

            foreach (var node in nodes.Where(node => seen.Contains(node) && !_lines.ContainsKey((node, "size"))
                && !_lines.ContainsKey((node, Unknown))))
            {
                Problems.Add(_lines[(node, "cpus")], 1,
                    $"node {node} has no size; expected a line 'node {node} size: N MB'");
            }

            if (nodes.Count == 0 && Problems.IsEmpty)
                Problems.Add("no node is listed; expected lines such as 'node 0 size: 16384 MB'");
            var all = nodes.Select(node => new ListedNode(
                new(node), _sizes.GetValueOrDefault(node), _cpus.GetValueOrDefault(node, []))).ToList();
            foreach (var (node, message) in TopologyProblems.SharedCpus(all))
                Problems.Add(_lines[(node.Value, "cpus")], 1, message);
            var distances = Distances(nodes);
            if (Problems.IsEmpty && _sizes.Values.All(size => size == PageCount.Zero))
                Problems.Add("no node has memory");
            return Problems.IsEmpty ? NodeTable.Complete(all, distances, []) : null;
        }

        private void ReadAvailable(int number, string line)
        {
            var match = Available().Match(line);
            var listed = match.Success ? CpuListText.Parse(match.Groups["nodes"].Value, out var problem) : default;
            if (!match.Success || listed.IsDefaultOrEmpty
                || listed.Length.ToString(CultureInfo.InvariantCulture) != match.Groups["count"].Value)
            {
                Problems.Add(number, 1, $"found '{line}'; expected a line such as 'available: 2 nodes (0-1)'");
            }
            else
            {
                _available = (number, listed);
            }
        }

        private void ReadNode(int number, Match match)
        {
            var (what, value) = (match.Groups["what"].Value, match.Groups["value"].Value.Trim());
            if (!int.TryParse(match.Groups["node"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var node)
                || node >= NodeId.MaxCount)
            {
                Problems.Add(number, match.Groups["node"].Index + 1,
                    $"'{match.Groups["node"].Value}' is no node; expected 0 to {NodeId.MaxCount - 1}");
                return;
            }

            var column = match.Groups["value"].Index + 1;
            if (what is "cpus" or "size" && !_lines.TryAdd((node, what), number))
                Problems.Add(number, 1, $"a second line '{what}' of node {node}");
            else if (what == "cpus") _cpuLine = (number, column, node, value);
            else if (what == "size") ReadSize(number, column, node, value);
            else if (what != "free")
            {
                _lines.TryAdd((node, Unknown), number);
                Problems.Add(number, match.Groups["what"].Index + 1, $"found '{what}'; expected cpus, size or free");
            }
        }

        private void FinishCpus()
        {
            if (_cpuLine is not { } line) return;
            _cpuLine = null;
            var words = line.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var cpus = CpuListText.Parse(string.Join(',', words), out var problem);
            if (problem is not null) Problems.Add(line.Line, line.Column, problem);
            else _cpus[line.Node] = cpus;
        }

        private void ReadSize(int number, int column, int node, string value)
        {
            if (Size().Match(value) is { Success: true } match
                && long.TryParse(match.Groups["size"].ValueSpan, CultureInfo.InvariantCulture, out var mib)
                && mib <= NodeTable.MostBytes >> 20)
            {
                _sizes[node] = new ByteSize(mib << 20).Pages;
            }
            else
            {
                Problems.Add(number, column, $"found '{value}' as the size of node {node}; expected a number of MB up"
                    + $" to {NodeTable.MostBytes >> 20}");
            }
        }

        private void ReadRow(int number, Match match)
        {
            var row = match.Groups["row"];
            var cells = ImmutableArray.CreateBuilder<(int Column, int Value)>();
            for (var at = 0; at < row.Length;)
            {
                while (at < row.Length && row.ValueSpan[at] == ' ') at++;
                var end = at;
                while (end < row.Length && row.ValueSpan[end] != ' ') end++;
                if (end > at)
                {
                    int.TryParse(row.ValueSpan[at..end], CultureInfo.InvariantCulture, out var value);
                    cells.Add((row.Index + at + 1, value));
                }

                at = end;
            }

            if (int.TryParse(match.Groups["node"].ValueSpan, CultureInfo.InvariantCulture, out var node)
                && _rows.TryAdd(node, (number, cells.ToImmutable()))) return;
            Problems.Add(number, 1, $"a second row of distances of node {match.Groups["node"].Value}");
        }

        private NodeDistances? Distances(List<int> nodes)
        {
            if (_rows.Count == 0) return null;
            var values = new List<int>();
            foreach (var from in nodes)
            {
                if (!_rows.TryGetValue(from, out var row))
                {
                    Problems.Add(_matrixLine ?? 0, 1, $"node {from} has no row of distances, and others have");
                    continue;
                }

                if (row.Cells.Length != nodes.Count)
                {
                    Problems.Add(row.Line, 1,
                        $"node {from} has {row.Cells.Length} distances; expected {nodes.Count}, one for each node");
                    continue;
                }

                foreach (var (to, cell) in nodes.Zip(row.Cells))
                    Problems.CheckDistance(row.Line, cell.Column, from, to, cell.Value);
                values.AddRange(row.Cells.Select(cell => cell.Value));
            }

            foreach (var stray in _rows.Keys.Except(nodes))
                Problems.Add(_rows[stray].Line, 1, $"distances of node {stray}, which is not listed above");
            return Problems.IsEmpty ? new(nodes.Count, values) : null;
        }
    }
}
