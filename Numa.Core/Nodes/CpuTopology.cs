using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Nodes;

/// <summary>Which node each online CPU belongs to.</summary>
/// <remarks>Shape: index = CPU number, value = its node.</remarks>
public sealed record CpuTopology(ImmutableArray<NodeId> NodeOfCpu)
{
    public int CpuCount => NodeOfCpu.Length;

    public NodeId NodeOf(CpuId cpu) => NodeOfCpu[cpu.Value];

    public IEnumerable<CpuId> CpusOf(NodeId node) =>
        Enumerable.Range(0, CpuCount).Select(i => new CpuId(i)).Where(cpu => NodeOf(cpu) == node);
}
