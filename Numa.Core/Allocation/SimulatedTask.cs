using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Mempolicies;
using Numa.Core.Reclaim;
using Numa.Core.Time;

namespace Numa.Core.Allocation;

/// <summary>What a task does next.</summary>
public enum TaskStepKind
{
    /// <summary>Allocate <see cref="TaskStep.Request"/>; the answer is Allocated or Failed.</summary>
    Allocate,

    /// <summary>Free <see cref="TaskStep.Block"/>.</summary>
    Free,

    /// <summary>Compute for <see cref="TaskStep.Think"/>.</summary>
    Think,

    /// <summary>Hand <see cref="TaskStep.Blocks"/> to <see cref="TaskStep.Receiver"/>; it gets Received.</summary>
    HandOver,

    /// <summary>Sleep until another task hands something over.</summary>
    Sleep,

    /// <summary>Sleep until <see cref="TaskStep.WakeAt"/>, or until something is handed over before.</summary>
    SleepUntil,

    /// <summary>Put <see cref="TaskStep.Exchange"/> right, where that is free; the answer is Exchanged.</summary>
    Exchange,

    /// <summary>Give all anonymous pages on LRU lists back, those in swap too; afterwards there are none.</summary>
    Unmap,

    /// <summary>The program is over.</summary>
    Exit,

    /// <summary>Let the operation on the machine begin that waits for this: <see cref="TaskStep.Sign"/>.</summary>
    GiveSign,

    /// <summary>The task goes on inside the kernel. Its CPU's to say, not the program's.</summary>
    InKernel,
}

/// <summary>One operation that a task asks its CPU for. Filled in by the task, reused by the CPU.</summary>
public struct TaskStep
{
    public TaskStepKind Kind;

    public AllocationRequest? Request;

    public LiveBlock Block;

    /// <summary>A block is freed by an interrupt that finds its pageset locked: it goes to the buddy lists.</summary>
    public bool IsPagesetLocked;

    /// <summary>Computing before the operation, in virtual time: the load that the task offers.</summary>
    public VirtualDuration Think;

    /// <summary>The operation begins at this instant, unless the CPU gets to it later.</summary>
    public VirtualInstant NotBefore;

    /// <summary>When a timed sleep ends. The CPU is free for other tasks until then, unlike with
    /// <see cref="NotBefore"/>.</summary>
    public VirtualInstant WakeAt;

    /// <summary>Blocks handed over; the array belongs to the receiver from then on. May be empty: a bare
    /// wake-up.</summary>
    public LiveBlock[]? Blocks;

    /// <summary>Receiver of a hand-over.</summary>
    public TaskId Receiver;

    public BlockExchange Exchange;

    /// <summary>Number of the operation that waits for the task to come so far.</summary>
    public int Sign;

    /// <summary>Sleeps next.</summary>
    public void SleepUntil(VirtualInstant instant) =>
        (Kind, Think, WakeAt) = (TaskStepKind.SleepUntil, default, instant);

    /// <summary>Allocates next.</summary>
    public void Allocate(AllocationRequest request)
    {
        Kind = TaskStepKind.Allocate;
        // Most tasks ask for the same again, and a reference costs more to store than to compare.
        if (!ReferenceEquals(Request, request)) Request = request;
    }
}

/// <summary>Number of a task in its simulation.</summary>
/// <remarks>Range: 0 and up, dense.</remarks>
public readonly record struct TaskId(int Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Something that tasks count of their own, for example packets dropped.</summary>
/// <param name="Name">As reports print it: <c>dropped, no page</c>.</param>
public readonly record struct TaskTally(string Name, long Count);

/// <summary>A program that runs on one CPU: a state machine that yields its next operation from the last
/// outcome.</summary>
/// <remarks>Owned by one side at a time: the workload's actor, then the CPU that runs it, then the actor again.
/// Deterministic: all randomness comes from the seed it was made with.</remarks>
public abstract class SimulatedTask(TaskId id, string workload, CpuId cpu)
{
    /// <summary>It was killed, and its memory is taken away.</summary>
    internal bool HasSurrendered { get; private set; }

    public TaskId Id { get; } = id;

    /// <summary>Name of the workload it belongs to.</summary>
    public string Workload { get; } = workload;

    public CpuId Cpu { get; } = cpu;

    /// <summary>Instant at which the task is given to its CPU.</summary>
    public VirtualInstant Start { get; init; }

    /// <summary>Tasks that must have exited before this one starts; empty for none. Set before the run.</summary>
    public IReadOnlyList<TaskId> After { get; set; } = [];

    /// <summary>Allocations and frees that its CPU began for it.</summary>
    public long Operations => Allocations + Frees;

    public long Allocations { get; internal set; }

    public long Frees { get; internal set; }

    /// <summary>Allocations that got no page.</summary>
    public long Failures { get; internal set; }

    /// <summary>Pages that went to an LRU list for it since it last unmapped, those since taken by reclaim
    /// included.</summary>
    public long AnonymousPages { get; private set; }

    /// <summary>The same of pages of files, which are there for everybody.</summary>
    public long FilePages { get; private set; }

    /// <summary>What the task counts of its own, by the words of its field; reports add them up.</summary>
    public virtual IReadOnlyList<TaskTally> Tallies => [];

    /// <summary>Where the task stands in interleaving, if its policy does that.</summary>
    public InterleaveTurns Interleaving => field ??= new();

    /// <summary>Every request that the task may ever make; null when it cannot tell.</summary>
    public virtual IReadOnlyList<AllocationRequest>? Requests => null;

    /// <summary>An allocation that could go on only by reclaim ends the task.</summary>
    public virtual bool EndsAtReclaim => true;

    /// <summary>Pages that its death would free, as far as it is the memory of a program.</summary>
    /// <remarks>Source: <c>get_mm_rss</c>, Linux include/linux/mm.h; swapped pages are in it.</remarks>
    public long ResidentPages => IsProgram ? HeldPages : 0;

    /// <summary>Its blocks, and its anonymous pages, swapped or not; none once it was killed. Pages of files are
    /// nobody's.</summary>
    public long HeldPages => HasSurrendered ? 0 : LivePages + AnonymousPages;

    /// <summary>Its requests are for a user's memory; else it is the kernel, which cannot be killed.</summary>
    protected internal virtual bool IsProgram => Requests is { Count: > 0 } requests
        && requests.All(request => (request.Gfp & GfpFlags.HardWall) != 0);

    /// <summary>Nodes that its memory policy or cpuset binds it to; empty for all.</summary>
    internal ImmutableArray<NodeId> BoundTo => Requests?.FirstOrDefault() switch
    {
        null => [],
        { Policy: { Mode: MempolicyMode.Bind } policy } => policy.Nodes,
        { AllowedNodes.IsDefaultOrEmpty: false } request => request.AllowedNodes,
        { MemsAllowed.IsDefaultOrEmpty: false } request => request.MemsAllowed,
        _ => [],
    };

    /// <summary>How much more, or less, than by its size the OOM killer wants it. Set before the run.</summary>
    /// <remarks>Range: −1000, never, to 1000. Source: <c>oom_score_adj</c>, proc(5).</remarks>
    public int OomAdjustment { get; set; }

    /// <summary>Pages of the blocks that the task holds now.</summary>
    public abstract long LivePages { get; }

    /// <summary>Says what to do next.</summary>
    public abstract void Next(ref TaskStep step);

    /// <summary>The allocation of the last step succeeded.</summary>
    public abstract void Allocated(LiveBlock block);

    /// <summary>The allocation of the last step succeeded, and its page is reclaim's to take from now on.</summary>
    public virtual void AllocatedToLru(LruType type)
    {
        if (type == LruType.Anonymous) AnonymousPages++;
        else FilePages++;
    }

    /// <summary>It has given its anonymous pages back.</summary>
    public virtual void ForgetAnonymous() => AnonymousPages = 0;

    /// <summary>The allocation of the last step failed; a failure that needs reclaim ends the task.</summary>
    public virtual void Failed(AllocationFailure failure)
    {
    }

    /// <summary>Another task handed blocks over.</summary>
    public virtual void Received(TaskId sender, LiveBlock[] blocks) =>
        throw new Diagnostics.InvariantBreachException($"task {Id} takes no blocks");

    /// <summary>The exchange of the last step was made, or was not possible.</summary>
    /// <param name="found">Where the wanted block was.</param>
    /// <param name="counterMoved">Pages by which a zone's counter was moved, because the wanted block was of another
    /// zone.</param>
    public virtual void Exchanged(FoundBlock found, int counterMoved) =>
        throw new Diagnostics.InvariantBreachException($"task {Id} exchanges no blocks");

    /// <summary>A killed task's blocks; from here on it holds none.</summary>
    internal IReadOnlyList<LiveBlock> Surrender()
    {
        var blocks = KeptBlocks().ToList();
        HasSurrendered = true;
        return blocks;
    }

    /// <summary>Its live blocks, none once it was killed.</summary>
    public IEnumerable<LiveBlock> KeptBlocks() => HasSurrendered ? [] : LiveBlocks();

    /// <summary>Every live block, in an order that depends on the history only.</summary>
    public abstract IEnumerable<LiveBlock> LiveBlocks();
}
