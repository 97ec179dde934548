using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>Collects what is wrong with one listing of nodes.</summary>
/// <param name="file">Name of the text.</param>
/// <param name="code">Code of everything that is wrong with such a listing.</param>
internal sealed class TopologyProblems(string file, string code)
{
    /// <summary>A text of another kind has a fault in every line; nobody reads more of them than this.</summary>
    private const int Most = 100;

    /// <summary>Largest distance that a SLIT can hold for two nodes that reach each other.</summary>
    /// <remarks>Source: ACPI 6.5 section 5.2.17; 255 means unreachable.</remarks>
    private const int MostDistance = 254;

    private readonly List<Problem> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>In the order of the text, those of the whole first.</summary>
    public ImmutableArray<Problem> All =>
        [.. _problems.OrderBy(problem => problem.At.Line).ThenBy(problem => problem.At.Column)];

    public void Add(int line, int column, string message)
    {
        if (_problems.Count < Most) _problems.Add(new(new(file, line, column), code, message));
    }

    /// <summary>Something wrong with the text as a whole.</summary>
    public void Add(string message) => Add(0, 0, message);

    /// <summary>Notes a distance that no table of the kernel holds.</summary>
    /// <remarks>Fake nodes may be as near to each other as to themselves.</remarks>
    /// <returns>True when the distance is one.</returns>
    public bool CheckDistance(int line, int column, int from, int to, long distance)
    {
        var fits = from == to
            ? distance == NodeDistances.Local
            : distance is >= NodeDistances.Local and <= MostDistance;
        if (!fits)
        {
            Add(line, column, from == to
                ? $"distance of node {from} to itself is {distance}; expected {NodeDistances.Local}"
                : $"distance {from} to {to} is {distance}; expected {NodeDistances.Local} to {MostDistance}");
        }

        return fits;
    }

    /// <summary>Finds, for each node, the first CPU that a node before it claims, too.</summary>
    public static IEnumerable<(NodeId Node, string Message)> SharedCpus(IEnumerable<ListedNode> nodes)
    {
        var owner = new Dictionary<int, int>();
        foreach (var node in nodes)
        {
            foreach (var cpu in node.Cpus)
            {
                if (owner.TryAdd(cpu.Value, node.Id.Value)) continue;
                yield return (node.Id, $"CPU {cpu} is on node {owner[cpu.Value]} and on node {node.Id}");
                break;
            }
        }
    }
}
