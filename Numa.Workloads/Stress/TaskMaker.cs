using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Makes the tasks of a workload, which play one kind each.</summary>
/// <param name="count">Tasks that share what the workload does in all.</param>
internal sealed class TaskMaker(Workload workload, int count)
{
    private WorkloadBasis Basis => workload.Basis;

    /// <param name="task">Position among the workload's tasks.</param>
    /// <param name="partner">Task that it works with, where its kind does that.</param>
    /// <param name="seed">The task's own.</param>
    public StressTask Make(int task, TaskId id, CpuId cpu, TaskId partner, SeedTree seed)
    {
        var life = Basis.Life;
        if (life == ProgramLife.Plain) return Work(task, id, cpu, partner, seed);
        return new ProgramTask(id, Basis.Name, cpu, life,
            run => Work(task, id, cpu, partner, run == 0 ? seed : seed.Child("runs").Child(run)));
    }

    private StressTask Work(int task, TaskId id, CpuId cpu, TaskId partner, SeedTree seed)
    {
        var (name, request) = (Basis.Name, Basis.Request);
        var think = new ThinkTime(Basis.Think, seed.Child("think"));
        return workload switch
        {
            FillWorkload fill => new FillTask(id, name, cpu, request, Share(fill.Blocks, task), think),
            StormWorkload { WorkingSetBlocks: null } keep =>
                new FillTask(id, name, cpu, request, keep.Operations, think),
            StormWorkload storm => new StormTask(
                id, name, cpu, request, think, (int)storm.WorkingSetBlocks.Value, storm.Release, storm.Operations),
            ProducerConsumerWorkload pair => new ProducerTask(
                id, name, cpu, request, think, partner, pair.BatchBlocks, pair.Batches, pair.Backlog),
            ToggleWorkload toggle => new ToggleTask(
                id, name, cpu, request, think, seed.Child("slots"), toggle.Slots, toggle.Mix, toggle.Operations),
            NetworkReceiveWorkload receive => new ReceiveTask(
                id, name, cpu, receive, think, seed, receive.Partners is null ? null : partner),
            HugePageWorkload huge => new HugePageTask(
                id, name, cpu, huge, Share(huge.HugePages, task) ?? 0, think),
            SlabChurnWorkload churn => new ChurnTask(id, name, cpu, churn, think, seed),
            AgingWorkload aging => new AgingTask(id, name, cpu, aging, Share(aging.Blocks, task) ?? 0, think, seed),
            ForkStormWorkload forks => new ForkTask(id, name, cpu, forks, think, seed),
            TraceWorkload trace => new TraceTask(id, name, cpu, trace, task, count, id.Value - task),
            AllocatorBenchmarkWorkload benchmark => new BenchmarkTask(
                id, name, cpu, benchmark, Share(benchmark.Blocks, task) ?? 0, think, seed),
            _ => throw new InvariantBreachException($"no task plays {workload.GetType().Name}"),
        };
    }

    /// <summary>The task that frees what another hands over.</summary>
    public StressTask MakePartner(TaskId id, CpuId cpu, TaskId producer, SeedTree seed)
    {
        var think = new ThinkTime(Basis.Think, seed.Child("think"));
        return workload switch
        {
            ProducerConsumerWorkload pair =>
                new ConsumerTask(id, Basis.Name, cpu, think, producer, pair.BatchBlocks, pair.Batches),
            // What it is given has any length, and nothing at all is the end.
            NetworkReceiveWorkload => new ConsumerTask(id, Basis.Name, cpu, think, producer, 1, long.MaxValue),
            _ => throw new InvariantBreachException($"no task works with {workload.GetType().Name}"),
        };
    }

    /// <summary>One task's part of a total; the first tasks take what does not divide.</summary>
    private long? Share(long? total, int task) =>
        total is { } blocks ? blocks / count + (task < blocks % count ? 1 : 0) : null;
}
