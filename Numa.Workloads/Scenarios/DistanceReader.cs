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

    internal static NodeDistances Read(Fields fields, int nodes, ProblemList problems)
    {
        if (!fields.Has("distances")) return NodeDistances.Uniform(nodes);
        var rows = fields.Sequence("distances");
        if (fields.Value("distances") is not YamlSequence) return NodeDistances.Uniform(nodes);
        if (rows.Length != nodes)
        {
            problems.Add(fields.PlaceOf("distances"), ProblemCodes.Distances,
                $"distances has {rows.Length} rows for {nodes} nodes");
            return NodeDistances.Uniform(nodes);
        }

        var values = new int[nodes * nodes];
        var complete = true;
        for (var row = 0; row < nodes; row++) complete &= ReadRow(fields, rows[row], row, nodes, values, problems);
        if (complete) CheckSymmetry(rows, nodes, values, problems);
        return new(nodes, values);
    }

    private static bool ReadRow(
        Fields fields, YamlValue row, int from, int nodes, int[] values, ProblemList problems)
    {
        if (row is not YamlSequence { Items: var cells })
        {
            fields.Wrong(row, "a row of distances", "a list");
            return false;
        }

        if (cells.Length != nodes)
        {
            problems.Add(row.At, ProblemCodes.Distances,
                $"row {from} of distances has {cells.Length} values for {nodes} nodes");
            return false;
        }

        var complete = true;
        for (var to = 0; to < nodes; to++)
        {
            var place = $"distance {from} to {to}";
            var number = fields.Scalar(cells[to], place) is { } text
                ? fields.Number(text, place, Bounds) : null;
            complete &= number is not null;
            values[from * nodes + to] = (int)(number ?? NodeDistances.Remote);
            if (number is { } value && value == NodeDistances.Local != (from == to))
            {
                problems.Add(cells[to].At, ProblemCodes.Distances, from == to
                    ? $"distance of node {from} to itself is {value}; expected {NodeDistances.Local}"
                    : $"{place} is {value}; expected more than {NodeDistances.Local}, which means local");
            }
        }

        return complete;
    }

    private static void CheckSymmetry(
        ImmutableArray<YamlValue> rows, int nodes, int[] values, ProblemList problems)
    {
        for (var from = 1; from < nodes; from++)
        {
            for (var to = 0; to < from; to++)
            {
                var (there, back) = (values[to * nodes + from], values[from * nodes + to]);
                if (there == back) continue;
                problems.Add(((YamlSequence)rows[from]).Items[to].At, ProblemCodes.Distances,
                    $"distance {from} to {to} is {back}, but {to} to {from} is {there}");
            }
        }
    }
}
