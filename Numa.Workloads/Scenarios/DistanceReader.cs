using System.Collections.Immutable;
using Numa.Core.Nodes;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a distance matrix and holds it against what a SLIT may contain.</summary>
/// <remarks>Source: ACPI 6.5 section 5.2.17; Linux <c>slit_valid</c>, arch/x86/mm/srat.c.</remarks>
internal static class DistanceReader
{
    internal const int Largest = 254;

    private static readonly Shape.WholeNumber Bounds = new(NodeDistances.Local, Largest);

    /// <param name="ids">Numbers of the nodes that have a row, ascending.</param>
    /// <param name="note">What is odd about the distances, though a kernel takes them; null when nothing is.</param>
    /// <returns>Distances between all nodes up to the highest; 10 and 20 where the file says nothing.</returns>
    internal static NodeDistances Read(
        Fields fields, ImmutableArray<int> ids, ProblemList problems, out string? note)
    {
        note = null;
        var uniform = NodeDistances.Uniform(ids[^1] + 1);
        if (!fields.Has("distances")) return uniform;
        var rows = fields.Sequence("distances");
        if (fields.Value("distances") is not YamlSequence) return uniform;
        if (rows.Length != ids.Length)
        {
            problems.Add(fields.PlaceOf("distances"), ProblemCodes.Distances,
                $"distances has {rows.Length} rows for {ids.Length} nodes");
            return uniform;
        }

        var count = uniform.NodeCount;
        var values = Enumerable.Range(0, count * count)
            .Select(cell => uniform[new(cell / count), new(cell % count)]).ToArray();
        var complete = true;
        for (var row = 0; row < ids.Length; row++)
            complete &= ReadRow(fields, rows[row], row, ids, values.AsSpan(ids[row] * count, count), problems);
        var distances = new NodeDistances(count, values);
        if (complete) note = Asymmetry(ids, distances);
        return distances;
    }

    private static bool ReadRow(
        Fields fields, YamlValue row, int place, ImmutableArray<int> ids, Span<int> values, ProblemList problems)
    {
        if (row is not YamlSequence { Items: var cells })
        {
            fields.Wrong(row, "a row of distances", "a list");
            return false;
        }

        var from = ids[place];
        if (cells.Length != ids.Length)
        {
            problems.Add(row.At, ProblemCodes.Distances,
                $"row {from} of distances has {cells.Length} values for {ids.Length} nodes");
            return false;
        }

        var complete = true;
        for (var column = 0; column < ids.Length; column++)
        {
            var to = ids[column];
            var what = $"distance {from} to {to}";
            var number = fields.Scalar(cells[column], what) is { } text
                ? fields.Number(text, what, Bounds) : null;
            complete &= number is not null;
            values[to] = (int)(number ?? NodeDistances.Remote);
            if (number is { } value && value == NodeDistances.Local != (from == to))
            {
                problems.Add(cells[column].At, ProblemCodes.Distances, from == to
                    ? $"distance of node {from} to itself is {value}; expected {NodeDistances.Local}"
                    : $"{what} is {value}; expected more than {NodeDistances.Local}, which means local");
            }
        }

        return complete;
    }

    /// <summary>The first pair that is not as far there as back. Some firmware says so, and Linux takes it.</summary>
    private static string? Asymmetry(ImmutableArray<int> ids, NodeDistances distances)
    {
        foreach (var (from, to) in ids.SelectMany(from => ids.Where(to => to < from).Select(to => (from, to))))
        {
            var (there, back) = (distances[new(to), new(from)], distances[new(from), new(to)]);
            if (there != back)
                return $"distance {from} to {to} is {back}, but {to} to {from} is {there}; taken as it stands";
        }

        return null;
    }
}
