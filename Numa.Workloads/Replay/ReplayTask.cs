using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>The requests of one CPU of a trace, each at its time.</summary>
/// <remarks>It knows what was asked, never what the kernel answered. Only when a prediction is written down does it
/// hear from the <see cref="Adopter"/> whether the model is to be put right.</remarks>
/// <param name="untraced">What bulk allocations took, by the requests; null where frames mean nothing.</param>
/// <param name="adopter">Null where the kernel's answers mean nothing.</param>
/// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
/// <param name="start">Time of the phase's start by the trace's clock. Unit: nanoseconds.</param>
internal sealed class ReplayTask(
    TaskId id, CpuId cpu, IReadOnlyList<ReplayRequest> requests, IReadOnlyList<int> cpuOfAllocation,
    Prediction.Sheet predictions, HeldBlocks held, UntracedPages? untraced, Adopter? adopter, Func<long, int> slotOf,
    long start)
    : SimulatedTask(id, "trace", cpu)
{
    /// <summary>How long a free waits for another CPU whose allocation is late.</summary>
    private static readonly VirtualDuration Patience = new(5000);
    private static readonly VirtualDuration Wait = new(1000);

    private int _next;
    private LiveBlock? _got;
    private bool _hasGot;
    private BlockExchange? _exchange;

    // What a bulk allocation got, or is about to get.
    private LiveBlock? _untracedPage;
    private bool _isBulk;
    private bool _asksAgain;

    // Pages at the head of the last allocation's list that the kernel had taken before.
    private int _ahead;

    // Index of a free whose page is to be taken first, as a bulk allocation took it unseen; −1 for none.
    private int _taking = -1;

    /// <summary>Index of the request that was begun last; −1 before the first.</summary>
    public int Current => _next - 1;

    /// <summary>Pages that bulk allocations took, told by requests.</summary>
    public long UntracedByRequests { get; private set; }

    /// <summary>Pages ahead of the kernel's on a list, taken as a bulk allocation's: told by answers.</summary>
    public long UntracedByAnswers { get; private set; }

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

        if (_untracedPage is { } page) held.HoldUntraced(page, Cpu.Value, now);
        _untracedPage = null;
        if (_hasGot) Settle(now);
        if (_asksAgain || _ahead > 0)
        {
            _isBulk = !_asksAgain;
            _asksAgain = false;
            step.Kind = TaskStepKind.Allocate;
            step.Request = requests[Current].Allocate! with { InBulk = true };
            return;
        }

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

            if (request.Allocation == ReplayRequest.Unseen && request.Order == 0 && _taking != _next
                && untraced?.Are(request.Frame) == true && slotOf(request.Frame) is var slot and >= 0)
            {
                _taking = _next;
                step.NotBefore = at;
                step.Kind = TaskStepKind.Exchange;
                step.Exchange = new(null, new(request.Frame, 0, slot), Migratetype.Unmovable);
                return;
            }

            FreesOfNothing++;
        }

        _next = requests.Count + 1;
        step.Kind = TaskStepKind.Exit;
    }

    public override void Allocated(LiveBlock block)
    {
        var request = requests[Current];
        _isBulk |= request.Order == 0
            && untraced?.CannotGoTo(request.Allocation, block.Frame, request.Nanoseconds) == true;
        if (!_isBulk)
        {
            Predict(block);
            return;
        }

        _isBulk = false;
        _untracedPage = block;
        if (_ahead > 0)
        {
            _ahead--;
            UntracedByAnswers++;
            return;
        }

        // That was a bulk allocation's page; the request is served by a later one.
        _asksAgain = true;
        UntracedByRequests++;
    }

    public override void Failed(AllocationFailure failure)
    {
        if (!_isBulk)
        {
            Predict(null);
            return;
        }

        (_isBulk, _ahead) = (false, 0);
    }

    public override void Exchanged(FoundBlock found, int counterMoved)
    {
        if (_taking != _next)
        {
            _got = adopter!.Adopt(found, counterMoved);
            _ahead = adopter.TakenAhead;
            return;
        }

        if (found.Place == BlockPlace.Elsewhere) return;
        var free = requests[_next];
        _untracedPage = new(free.Frame, 0, slotOf(free.Frame));
        UntracedByRequests++;
    }

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
        var within = request.Allocation == ReplayRequest.Unseen ? 0 : request.Frame;
        if (!holding.TryRelease(within, 1L << request.Order, now)) return null;
        return new(block.Frame + within, request.Order, block.Zone);
    }
}
