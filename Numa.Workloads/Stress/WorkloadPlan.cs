using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Makes a scenario's tasks: one for each workload and CPU, numbered in that order.</summary>
/// <remarks>Each task's seed comes from its workload's name and its position there, so that a workload added or
/// taken away changes no other's numbers.</remarks>
public static class WorkloadPlan
{
    /// <exception cref="InputException">A workload names CPUs that the machine lacks.</exception>
    public static ImmutableArray<SimulatedTask> Build(Scenario scenario, CpuTopology topology, SeedTree seed)
    {
        var problems = new ProblemList();
        foreach (var workload in scenario.Workloads) MachineFit.Check(workload, topology, problems);
        problems.ThrowIfAny();

        // Numbers first: a task may have to wait for one that stands below it.
        var crews = new List<Crew>();
        var first = 0;
        foreach (var workload in scenario.Workloads)
        {
            var cpus = workload.CpusOn(topology, problems);
            var partners = workload.PartnersOn(topology, problems);
            crews.Add(new(workload, cpus, partners, first));
            first += cpus.Length + partners.Length;
        }

        var numbers = crews.ToDictionary(crew => crew.Workload.Name, crew => crew.Ids, StringComparer.Ordinal);
        var tasks = ImmutableArray.CreateBuilder<SimulatedTask>(first);
        foreach (var crew in crews)
        {
            ImmutableArray<TaskId> after =
                [.. crew.Workload.Basis.After.SelectMany(name => numbers[name.Value]).Distinct()];
            foreach (var task in Tasks(crew, seed.Child(crew.Workload.Name)))
            {
                task.After = after;
                task.OomAdjustment = crew.Workload.Basis.OomScoreAdj;
                tasks.Add(task);
            }
        }

        return tasks.ToImmutable();
    }

    private static IEnumerable<SimulatedTask> Tasks(Crew crew, SeedTree seed)
    {
        var count = crew.Cpus.Length;
        var maker = new TaskMaker(crew.Workload, count);
        for (var i = 0; i < count; i++)
            yield return maker.Make(i, new(crew.First + i), crew.Cpus[i], new(crew.First + count + i), seed.Child(i));

        for (var i = 0; i < crew.Partners.Length; i++)
        {
            yield return maker.MakePartner(
                new(crew.First + count + i), crew.Partners[i], new(crew.First + i), seed.Child(count + i));
        }
    }

    /// <summary>The tasks of one workload: those that allocate, then those that they work with.</summary>
    private sealed record Crew(
        Workload Workload, ImmutableArray<CpuId> Cpus, ImmutableArray<CpuId> Partners, int First)
    {
        public IEnumerable<TaskId> Ids =>
            Enumerable.Range(First, Cpus.Length + Partners.Length).Select(number => new TaskId(number));
    }
}
