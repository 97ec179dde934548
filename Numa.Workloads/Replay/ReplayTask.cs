using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>The requests of one CPU of a trace, each at its time.</summary>
/// <remarks>It knows what was asked, never what the kernel answered. Only when a prediction is written down does it
/// hear from the <see cref="Adopter"/> whether the model is to be put right.</remarks>
/// <param name="adopter">Null where the kernel's answers mean nothing.</param>
/// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
/// <param name="start">Time of the phase's start by the trace's clock. Unit: nanoseconds.</param>
internal sealed class ReplayTask(
    TaskId id, CpuId cpu, IReadOnlyList<ReplayRequest> requests, IReadOnlyList<int> cpuOfAllocation,
    Prediction.Sheet predictions, HeldBlocks held, Adopter? adopter, Func<long, int> slotOf, long start)
    : SimulatedTask(id, "trace", cpu)
{
    /// <summary>How long a free waits for another CPU whose allocation is late.</summary>
    private static readonly VirtualDuration Patience = new(5000);
    private static readonly VirtualDuration Wait = new(1000);

    private int _next;
    private LiveBlock? _got;
    private bool _hasGot;
    private BlockExchange? _exchange;

    /// <summary>Index of the request that was begun last; −1 before the first.</summary>
    public int Current => _next - 1;

    /// <summary>Frees of blocks that the model never handed out.</summary>
    public long FreesOfNothing { get; private set; }

    public override bool EndsAtReclaim => false;

    public override long LivePages => LiveBlocks().Sum(block => block.Pages);

    public override void Next(ref TaskStep step)
    {
        var now = step.NotBefore;
        if (_exchange is { } exchange)
        {
            _exchange = null;
            step.Kind = TaskStepKind.Exchange;
            step.Exchange = exchange;
            return;
        }

        if (_hasGot) Settle(now);
        for (; _next < requests.Count; _next++)
        {
            var request = requests[_next];
            var at = new VirtualInstant(request.Nanoseconds - start);
            if (request.Allocate is { } wanted)
            {
                _next++;
                step.NotBefore = at;
                step.Kind = TaskStepKind.Allocate;
                step.Request = wanted;
                return;
            }

            if (now < at && IsOthers(request))
            {
                // What another CPU holds by then can be told then only.
                step.NotBefore = at;
                step.Kind = TaskStepKind.Think;
                return;
            }

            if (Freed(request, VirtualInstant.Max(now, at)) is { } block)
            {
                _next++;
                step.NotBefore = at;
                step.Kind = TaskStepKind.Free;
                step.Block = block;
                step.IsPagesetLocked = request.IsPagesetLocked;
                return;
            }

            if (request.Allocation >= 0 && IsOthers(request) && now < at + Patience)
            {
                step.NotBefore = now + Wait;
                step.Kind = TaskStepKind.Think;
                return;
            }

            FreesOfNothing++;
        }

        _next = requests.Count + 1;
        step.Kind = TaskStepKind.Exit;
    }

    public override void Allocated(LiveBlock block) => Predict(block);

    public override void Failed(AllocationFailure failure) => Predict(null);

    public override void Exchanged(FoundBlock found, int counterMoved) =>
        _got = adopter!.Adopt(found, counterMoved);

    // Who frees a block is not known beforehand, and it may be another CPU: the phase's blocks are counted as one.
    public override IEnumerable<LiveBlock> LiveBlocks() => [];

    private void Predict(LiveBlock? block)
    {
        var prediction = predictions.Write(requests[Current].Allocation, block);
        _got = block;
        _hasGot = true;
        _exchange = adopter?.Correction(prediction);
    }

    private void Settle(VirtualInstant now)
    {
        _hasGot = false;
        if (_got is { } block) held.Hold(requests[Current].Allocation, block, Cpu.Value, now);
    }

    private bool IsOthers(in ReplayRequest request) => request.Allocation == ReplayRequest.Unseen
        || (request.Allocation >= 0 && cpuOfAllocation[request.Allocation] != Cpu.Value);

    private LiveBlock? Freed(in ReplayRequest request, VirtualInstant now)
    {
        if (request.Allocation == ReplayRequest.Older)
        {
            var slot = slotOf(request.Frame);
            return slot < 0 ? null : new(request.Frame, request.Order, slot);
        }

        var holding = request.Allocation == ReplayRequest.Unseen
            ? held.At(request.Frame, Cpu.Value, now)
            : held.Of(request.Allocation, Cpu.Value, now);
        if (holding?.Block is not { } block) return null;
        if (request.Allocation == ReplayRequest.Unseen && block.Order != request.Order) return null;
        if (!holding.TryRelease(1L << request.Order, now)) return null;
        var within = request.Allocation == ReplayRequest.Unseen ? 0 : request.Frame;
        return new(block.Frame + within, request.Order, block.Zone);
    }
}
