using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Workloads.Scenarios;

/// <summary>The CPUs that a workload runs on: a list, all of a node, or all.</summary>
/// <param name="Cpus">The list; empty when a node or all are meant.</param>
/// <param name="Node">Node whose CPUs are meant; null when a list or all are meant.</param>
public sealed record CpuChoice(ImmutableArray<CpuId> Cpus, NodeId? Node, SourcePlace At)
{
    /// <summary>Of partners that are not named: CPUs away from those that they work with.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>The CPUs on a machine, ascending.</summary>
    internal ImmutableArray<CpuId> On(CpuTopology topology, string workload, ProblemList problems)
    {
        if (Node is { } node)
        {
            ImmutableArray<CpuId> own = [.. topology.CpusOf(node)];
            if (own.IsEmpty)
            {
                problems.Add(At, ProblemCodes.Cpus,
                    $"workload '{workload}' runs on node {node}, which is not there or has no CPU; the last"
                    + $" node with CPUs is {topology.NodeOfCpu.Max(one => one.Value)}");
            }

            return own;
        }

        if (Cpus.IsEmpty) return [.. Enumerable.Range(0, topology.CpuCount).Select(cpu => new CpuId(cpu))];
        var missing = Cpus.FirstOrDefault(cpu => cpu.Value >= topology.CpuCount, new(-1));
        if (missing.Value < 0) return Cpus;
        problems.Add(At, ProblemCodes.Cpus, $"workload '{workload}' runs on CPU {missing}, but the machine's CPUs are"
            + $" 0-{topology.CpuCount - 1}");
        return [];
    }
}
