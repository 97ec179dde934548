using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>A task that allocates, as the plan of workloads numbers it.</summary>
internal sealed record TaskFacts(int Number, Workload Workload, CpuId Cpu, NodeId Node)
{
    public AllocationRequest Request => Workload.Basis.Request;
}

/// <summary>Numbers of the tasks of a scenario: one for each workload and CPU, in that order; then consumers.</summary>
internal static class TaskTable
{
    public static ImmutableArray<TaskFacts> Of(Scenario scenario, MachineImage machine)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskFacts>();
        var number = 0;
        foreach (var workload in scenario.Workloads)
        {
            var cpus = workload.CpusOn(machine.Cpus, new ProblemList());
            foreach (var cpu in cpus) tasks.Add(new(number++, workload, cpu, machine.Cpus.NodeOf(cpu)));
            // Consumers only free, and there are as many of them as producers.
            if (workload.Partners is not null) number += cpus.Length;
        }

        return tasks.ToImmutable();
    }
}
