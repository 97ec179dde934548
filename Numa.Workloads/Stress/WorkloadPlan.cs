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
            var cpus = workload.Basis.Cpus.On(topology, workload.Name, problems);
            var pairs = workload as ProducerConsumerWorkload;
            var consumers = pairs?.Consumers.On(topology, workload.Name, problems) ?? [];
            crews.Add(new(workload, cpus, consumers, first));
            first += cpus.Length + consumers.Length;
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
        var basis = crew.Workload.Basis;
        var count = crew.Cpus.Length;
        for (var i = 0; i < count; i++)
        {
            var (id, cpu) = (new TaskId(crew.First + i), crew.Cpus[i]);
            var own = seed.Child(i);
            var think = new ThinkTime(basis.Think, own.Child("think"));
            yield return crew.Workload switch
            {
                FillWorkload fill => new FillTask(
                    id, basis.Name, cpu, basis.Request, Share(fill.Blocks, i, count), think),
                StormWorkload { WorkingSetBlocks: null } keep =>
                    new FillTask(id, basis.Name, cpu, basis.Request, keep.Operations, think),
                StormWorkload storm => new StormTask(id, basis.Name, cpu, basis.Request, think,
                    (int)storm.WorkingSetBlocks.Value, storm.Release, storm.Operations),
                ProducerConsumerWorkload pair => new ProducerTask(id, basis.Name, cpu, basis.Request, think,
                    new(crew.First + count + i), pair.BatchBlocks, pair.Batches, pair.Backlog),
                ToggleWorkload toggle => new ToggleTask(id, basis.Name, cpu, basis.Request, think, own.Child("slots"),
                    toggle.Slots, toggle.Mix, toggle.Operations),
                _ => throw new InvariantBreachException($"no task plays {crew.Workload.GetType().Name}"),
            };
        }

        for (var i = 0; i < crew.Consumers.Length; i++)
        {
            var pair = (ProducerConsumerWorkload)crew.Workload;
            yield return new ConsumerTask(new(crew.First + count + i), basis.Name, crew.Consumers[i],
                new(basis.Think, seed.Child(count + i).Child("think")), new(crew.First + i),
                pair.BatchBlocks, pair.Batches);
        }
    }

    /// <summary>One task's part of a total; the first tasks take what does not divide.</summary>
    private static long? Share(long? total, int task, int tasks) =>
        total is { } blocks ? blocks / tasks + (task < blocks % tasks ? 1 : 0) : null;

    /// <summary>The tasks of one workload: producers, or all there are, then consumers.</summary>
    private sealed record Crew(
        Workload Workload, ImmutableArray<CpuId> Cpus, ImmutableArray<CpuId> Consumers, int First)
    {
        public IEnumerable<TaskId> Ids =>
            Enumerable.Range(First, Cpus.Length + Consumers.Length).Select(number => new TaskId(number));
    }
}
