using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;
using Numa.Core.Time;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>What every workload says: who runs it, when, and what it asks for.</summary>
/// <param name="After">Workloads all of whose tasks must have ended before this one starts.</param>
/// <param name="Request">What each allocation asks for, memory policy included.</param>
/// <param name="PolicyAt">Where the policy is written, for problems with its nodes.</param>
/// <param name="Think">Computing before each operation, on average, zeroing apart; jittered by the seed by up to a
/// tenth.</param>
public sealed record WorkloadBasis(
    string Name,
    SourcePlace At,
    CpuChoice Cpus,
    ImmutableArray<Located<string>> After,
    AllocationRequest Request,
    SourcePlace PolicyAt,
    VirtualDuration Think)
{
    /// <summary>Where the nodes are written that it may use, for problems with them.</summary>
    public SourcePlace MemsAt { get; init; }

    /// <summary>How much more, or less, than by its size the OOM killer wants a task. Range: −1000, never, to
    /// 1000.</summary>
    public int OomScoreAdj { get; init; }

    /// <summary>When its tasks work, how often, and what they do when memory is short.</summary>
    public ProgramLife Life { get; init; } = ProgramLife.Plain;
}

/// <summary>A workload of a scenario: one task on each of its CPUs.</summary>
public abstract record Workload(WorkloadBasis Basis)
{
    public string Name => Basis.Name;

    /// <summary>CPUs of the tasks that each of its own works with, one for each; null when they work alone.</summary>
    public virtual CpuChoice? Partners => null;

    /// <summary>CPUs of its tasks on a machine.</summary>
    internal virtual ImmutableArray<CpuId> CpusOn(CpuTopology topology, ProblemList problems) =>
        Basis.Cpus.On(topology, Name, problems);

    /// <summary>CPUs of their partners, none when they work alone.</summary>
    internal ImmutableArray<CpuId> PartnersOn(CpuTopology topology, ProblemList problems) => Partners switch
    {
        null => [],
        // Half of the machine further on: where CPUs are numbered by node, on another node.
        { IsElsewhere: true } => [.. CpusOn(topology, problems).Select(cpu =>
            new CpuId((cpu.Value + topology.CpuCount / 2) % topology.CpuCount))],
        var named => named.On(topology, Name, problems),
    };

    /// <summary>Its work is over some time, whatever the clock says.</summary>
    public virtual bool EndsByItself => true;

    /// <summary>Only the end of the run ends it.</summary>
    public bool IsEndless => Basis.Life.Duration is null && !EndsByItself;

    /// <summary>Its allocations are of several orders.</summary>
    public virtual bool HasManyOrders => false;

    /// <summary>The seed decides more of it than how long it computes.</summary>
    public virtual bool IsDrawn => false;

    /// <summary>What it does next hangs on how long something took: blocks that live for a time, a partner that may be
    /// late.</summary>
    public virtual bool GoesByTime => false;

    /// <summary>The workload as it is on a machine: shares of memory become numbers of blocks.</summary>
    public virtual Workload On(MachineImage machine) => this;
}

/// <summary>Allocates and keeps; ends when it has its fill, or at the first allocation that fails.</summary>
/// <param name="Blocks">Blocks of all tasks together; null: until an allocation fails.</param>
public sealed record FillWorkload(WorkloadBasis Basis, long? Blocks) : Workload(Basis)
{
    public const string Kind = "fill";

    /// <summary>What to take of the machine's memory, where the number is not given itself.</summary>
    public MemoryShare? Share { get; init; }

    /// <summary>One task, on the first of its CPUs, touches everything, as a program that fills its memory before
    /// its threads begin.</summary>
    public bool ByOne { get; init; }

    internal override ImmutableArray<CpuId> CpusOn(CpuTopology topology, ProblemList problems)
    {
        var cpus = base.CpusOn(topology, problems);
        return ByOne ? [.. cpus.Take(1)] : cpus;
    }

    public override Workload On(MachineImage machine) =>
        Share is null ? this : this with { Blocks = Share.Blocks(machine, Basis.Request.Order), Share = null };

    /// <summary>A fill with the defaults of a driver that needs memory below 4 GiB.</summary>
    public const string DeviceKind = "device";
}

/// <summary>What a storm frees when its working set is full.</summary>
public enum StormRelease
{
    /// <summary>Everything, as munmap of the whole mapping does.</summary>
    All,

    /// <summary>The block held longest, before each new one.</summary>
    Oldest,
}

/// <summary>Page faults without end: fill a working set, free it, again.</summary>
/// <param name="WorkingSetBlocks">Blocks that each task holds at most; null: it frees nothing.</param>
/// <param name="Operations">Allocations and frees of each task; null: until the scenario's duration is over.</param>
public sealed record StormWorkload(
    WorkloadBasis Basis, long? WorkingSetBlocks, StormRelease Release, long? Operations) : Workload(Basis)
{
    public const string Kind = "storm";

    public override bool EndsByItself => Operations is not null || WorkingSetBlocks is null;
}

/// <summary>Pairs of tasks on different CPUs: one allocates batches, the other frees them.</summary>
/// <param name="Consumers">CPUs of the consumers, one for each producer.</param>
/// <param name="BatchBlocks">Blocks handed over at a time.</param>
/// <param name="Batches">Batches of each producer.</param>
/// <param name="Backlog">Batches under way before a producer waits for its consumer.</param>
public sealed record ProducerConsumerWorkload(
    WorkloadBasis Basis, CpuChoice Consumers, int BatchBlocks, long Batches, int Backlog) : Workload(Basis)
{
    public const string Kind = "producer-consumer";

    public override CpuChoice? Partners => Consumers;

    public override bool GoesByTime => true;
}

/// <summary>Which orders a toggle draws.</summary>
public enum ToggleMix
{
    /// <summary>Only the workload's own order.</summary>
    Order0,

    /// <summary>Of 1024: 900 of order 0, 60 of 1, 30 of 2, 18 of 3, 10 of 5, 6 of 9.</summary>
    Mixed,

    /// <summary>The workload's own order; fill all slots, free all, again.</summary>
    Bulk,
}

/// <summary>Random slots: a used one is freed, an empty one filled. The load that allocators are compared by.</summary>
public sealed record ToggleWorkload(WorkloadBasis Basis, int Slots, ToggleMix Mix, long Operations) : Workload(Basis)
{
    public const string Kind = "toggle";

    public override bool HasManyOrders => Mix == ToggleMix.Mixed;

    public override bool IsDrawn => true;
}
