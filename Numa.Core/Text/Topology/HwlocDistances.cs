using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>Finds the matrix of latencies between nodes: <c>distances2</c> by the numbers of the nodes, or hwloc 1's
/// <c>distances</c> in the order of the nodes, as multiples of the local one.</summary>
internal static class HwlocDistances
{
    /// <summary>Bit of <c>kind</c>: the values are latencies.</summary>
    /// <remarks>Source: <c>HWLOC_DISTANCES_KIND_MEANS_LATENCY</c>, hwloc documentation.</remarks>
    private const int MeansLatency = 4;

    /// <param name="nodes">In the order of the document.</param>
    /// <returns>Rows and columns ascending by node; null when there is no such matrix for all nodes.</returns>
    public static NodeDistances? Read(XElement topology, ImmutableArray<NodeId> nodes, TopologyProblems log)
    {
        foreach (var matrix in topology.Elements("distances2").Where(IsOfNodes))
            return ByNumber(matrix, nodes, log);
        // A machine's CPUs and caches have matrices, too; the kernel's is the one with 10 for local.
        var relative = topology.Descendants("distances")
            .Where(matrix => Number(matrix, "nbobjs") == nodes.Length && Base(matrix) == NodeDistances.Local)
            .ToList();
        return relative.Count == 0 ? null : InOrder(relative[0], nodes, log);
    }

    private static bool IsOfNodes(XElement matrix) => (string?)matrix.Attribute("type") == "NUMANode"
        && ((string?)matrix.Attribute("name") == "NUMALatency"
            || matrix.Attribute("name") is null && (Number(matrix, "kind") & MeansLatency) != 0);

    private static NodeDistances? ByNumber(XElement matrix, ImmutableArray<NodeId> nodes, TopologyProblems log)
    {
        var indexes = Words(matrix, "indexes").ToList();
        var values = Words(matrix, "u64values").ToList();
        if ((string?)matrix.Attribute("indexing") is not (null or "os"))
        {
            HwlocReader.Add(log, matrix, $"distances are indexed by '{(string?)matrix.Attribute("indexing")}';"
                + " expected 'os', the kernel's numbers");
            return null;
        }

        var places = nodes.Select(node => indexes.IndexOf(node.Value)).ToList();
        if (indexes.Contains(-1) || values.Count != indexes.Count * indexes.Count)
        {
            HwlocReader.Add(log, matrix,
                $"{values.Count} distances stand for {indexes.Count} nodes; expected the square, all of them numbers");
            return null;
        }

        // Distances of some nodes say nothing of the others.
        return places.Contains(-1)
            ? null
            : Square(matrix, nodes, (from, to) => values[places[from] * indexes.Count + places[to]], log);
    }

    private static NodeDistances? InOrder(XElement matrix, ImmutableArray<NodeId> nodes, TopologyProblems log)
    {
        var values = matrix.Elements("latency").Select(latency => Decimal((string?)latency.Attribute("value")))
            .Select(value => value is { } number ? (long)decimal.Round(number * NodeDistances.Local) : -1).ToList();
        if (values.Count == nodes.Length * nodes.Length)
            return Square(matrix, nodes, (from, to) => values[from * nodes.Length + to], log);
        HwlocReader.Add(log, matrix, $"{values.Count} latencies stand for {nodes.Length} nodes; expected the square");
        return null;
    }

    private static NodeDistances? Square(
        XElement matrix, ImmutableArray<NodeId> nodes, Func<int, int, long> value, TopologyProblems log)
    {
        var order = Enumerable.Range(0, nodes.Length).OrderBy(place => nodes[place]).ToList();
        var line = (System.Xml.IXmlLineInfo)matrix;
        var fits = true;
        foreach (var from in order)
        {
            foreach (var to in order)
            {
                fits &= log.CheckDistance(line.LineNumber, line.LinePosition, nodes[from].Value, nodes[to].Value,
                    value(from, to));
            }
        }

        return fits ? new(nodes.Length, order.SelectMany(from => order.Select(to => (int)value(from, to)))) : null;
    }

    /// <summary>Numbers of all elements of a name, which may share them out; -1 for what is no number.</summary>
    private static IEnumerable<long> Words(XElement matrix, string name) => matrix.Elements(name)
        .SelectMany(element => element.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : -1);

    private static int Number(XElement element, string name) => int.TryParse(
        (string?)element.Attribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static decimal Base(XElement matrix) => Decimal((string?)matrix.Attribute("latency_base")) ?? 0;

    private static decimal? Decimal(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number < 1000 ? number : null;
}
