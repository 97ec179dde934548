using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>What a task does when an allocation fails.</summary>
public enum OnFailure
{
    /// <summary>Its work is over.</summary>
    End,

    /// <summary>It sleeps, and asks again; after two minutes its work is over.</summary>
    Wait,

    /// <summary>It gives back a tenth of what it holds, and asks again.</summary>
    Shrink,

    /// <summary>It goes on without.</summary>
    Skip,
}

/// <summary>When a task works, how often, and what becomes of it when memory is short.</summary>
/// <param name="Start">Wait before the first step.</param>
/// <param name="Duration">Most time of one run of its work; null: until the work is done.</param>
/// <param name="Hold">After its work it keeps its memory so long, and frees it; null: it keeps it for good.</param>
/// <param name="Repeat">Runs of its work; it frees everything between two.</param>
/// <param name="OnFailure">Null: as the kind of workload does.</param>
public sealed record ProgramLife(
    VirtualDuration Start, VirtualDuration? Duration, VirtualDuration? Hold, int Repeat, OnFailure? OnFailure)
{
    /// <summary>Works once, from the start until the work is done.</summary>
    public static ProgramLife Plain { get; } = new(VirtualDuration.Zero, null, null, 1, null);

    /// <summary>Sleep before a failed allocation is tried again.</summary>
    /// <remarks>Source: <c>memalloc_retry_wait</c>, a fiftieth of a second, Linux include/linux/sched/mm.h.</remarks>
    public static VirtualDuration Backoff { get; } = new(20_000_000);

    /// <summary>Tries of one allocation before a task that waits gives up: two minutes of them.</summary>
    /// <remarks>Source: hung_task_timeout_secs, Linux Documentation/admin-guide/sysctl/kernel.rst.</remarks>
    public static long MostTries { get; } = 120_000_000_000 / Backoff.Nanoseconds;
}
