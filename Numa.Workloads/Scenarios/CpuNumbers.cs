using System.Collections.Immutable;
using Numa.Core.Boot;

namespace Numa.Workloads.Scenarios;

/// <summary>Holds a machine's CPU numbers against the rules: each on one node, dense from 0.</summary>
internal static class CpuNumbers
{
    internal static void Check(
        ImmutableArray<SyntheticNode> nodes, ImmutableArray<int> ids, Fields machine, ImmutableArray<YamlValue> items,
        ProblemList problems)
    {
        var owner = new SortedDictionary<int, int>();
        for (var node = 0; node < nodes.Length; node++)
        {
            foreach (var cpu in nodes[node].Cpus)
            {
                if (owner.TryAdd(cpu.Value, node)) continue;
                var at = (items[node] as YamlMapping)?["cpus"]?.At ?? items[node].At;
                problems.Add(at, ProblemCodes.Cpus, 
                    $"CPU {cpu} is on node {ids[owner[cpu.Value]]} and on node {ids[node]}");
                break;
            }
        }

        var next = 0;
        foreach (var cpu in owner.Keys)
        {
            if (cpu != next)
            {
                problems.Add(machine.PlaceOf("nodes"), ProblemCodes.Cpus,
                    $"CPU {next} is on no node, but CPU {cpu} is; numbers run from 0 without gaps");
                return;
            }

            next++;
        }

        if (owner.Count == 0 && problems.IsEmpty)
            problems.Add(machine.PlaceOf("nodes"), ProblemCodes.Cpus, "no node has a CPU");
    }
}
