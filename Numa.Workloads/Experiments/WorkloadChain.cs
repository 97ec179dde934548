using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Experiments;

/// <summary>The workloads of a scenario in the order in which they run, when only one runs at a time.</summary>
internal static class WorkloadChain
{
    /// <returns>Null when two workloads may run together.</returns>
    public static ImmutableArray<Workload>? Of(Scenario scenario)
    {
        var waiting = scenario.Workloads.ToList();
        var chain = ImmutableArray.CreateBuilder<Workload>();
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(workload => workload.Basis.After.All(
                after => chain.Any(done => done.Name == after.Value))).ToList();
            // Two that are ready at once do not wait for each other.
            if (ready.Count != 1) return null;
            chain.Add(ready[0]);
            waiting.Remove(ready[0]);
        }

        return chain.ToImmutable();
    }
}

/// <summary>What a workload that keeps its pages asks for, from the CPUs of one node.</summary>
/// <param name="Blocks">Null: until an allocation fails.</param>
internal sealed record StreamDemand(NodeId Node, int Tasks, long? Blocks)
{
    /// <returns>Null when it frees pages, ends by the clock, or runs on several nodes.</returns>
    public static StreamDemand? Of(Workload workload, MachineImage machine)
    {
        // What begins late, ends by the clock or frees and begins again is no stream.
        if (workload.Basis.Life != ProgramLife.Plain) return null;
        workload = workload.On(machine);
        var cpus = workload.CpusOn(machine.Cpus, new ProblemList());
        var nodes = cpus.Select(machine.Cpus.NodeOf).Distinct().ToList();
        if (nodes.Count != 1) return null;
        return workload switch
        {
            FillWorkload fill => new(nodes[0], cpus.Length, fill.Blocks),
            StormWorkload { WorkingSetBlocks: null, Operations: { } each } =>
                new(nodes[0], cpus.Length, each * cpus.Length),
            _ => null,
        };
    }
}
