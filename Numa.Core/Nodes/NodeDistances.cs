using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Nodes;

/// <summary>Relative memory latency between nodes; 10 is local.</summary>
/// <remarks>Shape: [from, to], row-major, square. Source: ACPI 6.5 section 5.2.17 (SLIT).</remarks>
public sealed class NodeDistances
{
    public const int Local = 10;
    public const int Remote = 20;

    private readonly ImmutableArray<int> _values;

    public NodeDistances(int nodes, IEnumerable<int> rowMajor)
    {
        NodeCount = nodes;
        _values = [.. rowMajor];
        ArgumentOutOfRangeException.ThrowIfNotEqual(_values.Length, nodes * nodes);
    }

    public int NodeCount { get; }

    public int this[NodeId from, NodeId to] => _values[from.Value * NodeCount + to.Value];

    /// <summary>10 on the diagonal, 20 elsewhere: what Linux assumes without a SLIT.</summary>
    public static NodeDistances Uniform(int nodes) =>
        new(nodes, Enumerable.Range(0, nodes * nodes).Select(i => i / nodes == i % nodes ? Local : Remote));
}
