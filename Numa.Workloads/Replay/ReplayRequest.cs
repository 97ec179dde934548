using Numa.Core.Allocation;

namespace Numa.Workloads.Replay;

/// <summary>What a traced task asked of the allocator: all that a prediction is made from.</summary>
/// <param name="Nanoseconds">By the trace's clock.</param>
/// <param name="Task">Number of the task that ran.</param>
/// <param name="Allocate">What is asked for; null for a free.</param>
/// <param name="Allocation">Number of the allocation of the phase, from 0: this one, or the one that a free ends.
/// <see cref="Older"/> for a free of a block that is older than the phase, <see cref="Unseen"/> for one that no event
/// took.</param>
/// <param name="Frame">First frame of a freed block that no allocation of the phase got; else the pages between the
/// start of the allocation and what of it is freed.</param>
/// <param name="Order">Of the freed block.</param>
internal readonly record struct ReplayRequest(
    long Nanoseconds, int Task, AllocationRequest? Allocate, int Allocation, long Frame, int Order)
{
    public const int Older = -1;
    public const int Unseen = -2;

    public bool IsFree => Allocate is null;

    /// <summary>A worker of the kernel asks: they free what may not be freed where its use ends.</summary>
    public bool ByWorker { get; init; }

    /// <summary>A free that came while the CPU's pageset was locked.</summary>
    public bool IsPagesetLocked { get; init; }
}

/// <summary>What the kernel did about a request: kept from whoever predicts it.</summary>
/// <param name="Line">Of the trace.</param>
/// <param name="Frame">First frame of the block that an allocation got; 0 for none.</param>
/// <param name="Taken">Frames that left the buddy lists for it, in order.</param>
internal sealed record ReplayAnswer(int Line, long Frame, long[] Taken)
{
    private List<long>? _drained;

    /// <summary>Frames that went to the buddy lists after it, in order.</summary>
    public IReadOnlyList<long> Drained => _drained ?? (IReadOnlyList<long>)[];

    /// <summary>Of those taken, how many came from another migratetype.</summary>
    public int Fallbacks { get; set; }

    /// <summary>Notes that a block went to the buddy lists after it.</summary>
    public void Drain(long frame) => (_drained ??= []).Add(frame);

    /// <summary>The answer as far as it is known.</summary>
    public ReplayAnswer Copy() => this with { _drained = _drained is null ? null : [.. _drained] };
}
