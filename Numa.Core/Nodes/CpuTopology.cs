using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Nodes;

/// <summary>Which node each online CPU belongs to.</summary>
/// <remarks>Shape: index = CPU number, value = its node.</remarks>
public sealed record CpuTopology(ImmutableArray<NodeId> NodeOfCpu)
{
    public int CpuCount => NodeOfCpu.Length;

    public NodeId NodeOf(CpuId cpu) => NodeOfCpu[cpu.Value];

    /// <summary>CPUs that a node lists where those are not its own alone: fake nodes of one real node list all of its
    /// CPUs.</summary>
    public ImmutableDictionary<NodeId, ImmutableArray<CpuId>> Listed { get; init; } =
        ImmutableDictionary<NodeId, ImmutableArray<CpuId>>.Empty;

    /// <summary>Number of CPUs in a node's list, by which its pagesets are sized.</summary>
    public int ListedCpuCount(NodeId node) =>
        Listed.TryGetValue(node, out var cpus) ? cpus.Length : CpusOf(node).Count();

    public IEnumerable<CpuId> CpusOf(NodeId node) =>
        Enumerable.Range(0, CpuCount).Select(i => new CpuId(i)).Where(cpu => NodeOf(cpu) == node);
}
