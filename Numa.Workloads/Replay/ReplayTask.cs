using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>A block that an allocation of the phase got in the model; all CPUs' tasks look here for what they
/// free.</summary>
/// <param name="allocations">Allocations of the phase.</param>
internal sealed class ReplayBlocks(int allocations)
{
    private readonly LiveBlock?[] _blocks = new LiveBlock?[allocations];
    private readonly Dictionary<long, LiveBlock> _held = [];

    /// <summary>What an allocation got; null for nothing.</summary>
    public LiveBlock? this[int allocation]
    {
        get => _blocks[allocation];
        set
        {
            _blocks[allocation] = value;
            if (value is { } block) _held[block.Frame] = block;
        }
    }

    /// <summary>Notes that a block is given back.</summary>
    public void Free(LiveBlock block) => _held.Remove(block.Frame);

    /// <summary>The block that begins with a frame and is held; null when there is none of this order.</summary>
    public LiveBlock? Holds(long frame, int order) =>
        _held.TryGetValue(frame, out var block) && block.Order == order ? block : null;
}

/// <summary>The requests of one CPU of a trace, each at its time.</summary>
/// <remarks>It knows what was asked, never what the kernel answered.</remarks>
/// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
/// <param name="start">Time of the phase's start by the trace's clock. Unit: nanoseconds.</param>
internal sealed class ReplayTask(
    TaskId id, CpuId cpu, IReadOnlyList<ReplayRequest> requests, ReplayBlocks blocks, Func<long, int> slotOf,
    long start)
    : SimulatedTask(id, "trace", cpu)
{
    private int _next;

    /// <summary>Index of the request that was begun last; −1 before the first.</summary>
    public int Current => _next - 1;

    /// <summary>Frees of blocks that the model never handed out.</summary>
    public long FreesOfNothing { get; private set; }

    public override bool EndsAtReclaim => false;

    public override long LivePages => LiveBlocks().Sum(block => block.Pages);

    public override void Next(ref TaskStep step)
    {
        while (_next < requests.Count)
        {
            var request = requests[_next++];
            step.NotBefore = new(request.Nanoseconds - start);
            if (request.Allocate is { } wanted)
            {
                step.Kind = TaskStepKind.Allocate;
                step.Request = wanted;
                return;
            }

            if (Freed(request) is { } block)
            {
                step.Kind = TaskStepKind.Free;
                blocks.Free(block);
                step.Block = block;
                return;
            }

            FreesOfNothing++;
        }

        _next++;
        step.Kind = TaskStepKind.Exit;
    }

    public override void Allocated(LiveBlock block) => blocks[requests[Current].Allocation] = block;

    // Who frees a block is not known beforehand, and it may be another CPU: the phase's blocks are counted as one.
    public override IEnumerable<LiveBlock> LiveBlocks() => [];

    private LiveBlock? Freed(in ReplayRequest request)
    {
        if (request.Allocation >= 0)
        {
            return blocks[request.Allocation] is { } held
                ? new(held.Frame + request.Frame, request.Order, held.Zone)
                : null;
        }

        if (request.Allocation == ReplayRequest.Unseen) return blocks.Holds(request.Frame, request.Order);
        var slot = slotOf(request.Frame);
        return slot < 0 ? null : new(request.Frame, request.Order, slot);
    }
}
