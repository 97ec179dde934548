using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;

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
    /// <summary>How much more, or less, than by its size the OOM killer wants a task. Range: −1000, never, to
    /// 1000.</summary>
    public int OomScoreAdj { get; init; }
}

/// <summary>A workload of a scenario: one task on each of its CPUs.</summary>
public abstract record Workload(WorkloadBasis Basis)
{
    public string Name => Basis.Name;
}

/// <summary>Allocates and keeps; ends when it has its fill, or at the first allocation that fails.</summary>
/// <param name="Blocks">Blocks of all tasks together; null: until an allocation fails.</param>
public sealed record FillWorkload(WorkloadBasis Basis, long? Blocks) : Workload(Basis)
{
    public const string Kind = "fill";

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
}
