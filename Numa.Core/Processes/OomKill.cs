using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>What a CPU tells of a task when somebody looks for a victim.</summary>
/// <param name="ResidentPages">Pages that its death would free, swapped ones included.</param>
/// <param name="Adjustment">oom_score_adj, −1000 to 1000.</param>
/// <param name="IsDying">It was killed and has not exited.</param>
/// <param name="Nodes">Nodes that its memory is bound to; empty for all.</param>
public sealed record OomCandidate(
    TaskId Task, int Cpu, string Workload, long ResidentPages, int Adjustment, bool IsDying,
    ImmutableArray<NodeId> Nodes);

/// <summary>Which part of memory ran out.</summary>
/// <remarks>Source: <c>enum oom_constraint</c>, Linux include/linux/oom.h.</remarks>
public enum OomConstraint
{
    None,

    /// <summary>Zones that the cpuset allows.</summary>
    CpuSet,

    /// <summary>Nodes that the memory policy allows.</summary>
    MemoryPolicy,
}

/// <summary>One strike of the OOM killer.</summary>
/// <param name="Nodes">Nodes that the constraint leaves; empty for all.</param>
/// <param name="Tried">What the last walk found in each zone before it.</param>
/// <param name="Candidates">Every task that could have been chosen, by number.</param>
/// <param name="Victim">Null: there was none, and the kernel panics.</param>
/// <param name="Points">Badness of the victim. Unit: pages.</param>
public sealed record OomKill(
    VirtualInstant At,
    int Cpu,
    TaskId Asker,
    AllocationRequest Request,
    OomConstraint Constraint,
    ImmutableArray<NodeId> Nodes,
    ImmutableArray<ZoneRefusal> Tried,
    ImmutableArray<OomCandidate> Candidates,
    OomCandidate? Victim,
    long Points)
{
    /// <summary>How the machine stood.</summary>
    public required MemorySnapshot Memory { get; init; }
}
