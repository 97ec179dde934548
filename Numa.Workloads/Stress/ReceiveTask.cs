using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Network receive on one CPU: bursts of packets, a buffer for each, freed when the packet was
/// handled.</summary>
/// <remarks>The next burst is due by the clock, however long this one takes. At its end it waits for its buffers, and
/// holds none.</remarks>
/// <param name="consumer">Task that frees the buffers; null: this one.</param>
internal sealed class ReceiveTask(
    TaskId id, string workload, CpuId cpu, NetworkReceiveWorkload receive, ThinkTime think, SeedTree seed,
    TaskId? consumer) : StressTask(id, workload, cpu)
{
    private readonly AllocationRequest _request = receive.Basis.Request;
    private readonly Draws _arrivals = new(receive.Arrivals, seed.Child("arrivals"));
    private readonly Draws _burst = new(receive.Burst, seed.Child("burst"));
    private readonly Draws _processing = new(receive.Processing, seed.Child("processing"));
    private readonly DueQueue<LiveBlock> _buffers = new();
    private readonly BlockQueue _done = new();
    private ThinkTime _think = think;
    private long _burstsLeft = receive.Bursts ?? long.MaxValue;
    private VirtualInstant _nextBurst = new(-1);
    private VirtualInstant _now;
    private long _waiting;
    private int _underWay;
    private bool _saidGoodbye;
    private long _bursts;
    private long _packets;
    private long _withoutBuffer;
    private long _withoutDescriptor;

    public override IReadOnlyList<AllocationRequest> Requests => [_request];

    public override long LivePages => (long)_buffers.Count << _request.Order.Value;

    public override IReadOnlyList<TaskTally> Tallies =>
    [
        new("bursts", _bursts), new("packets", _packets), new("dropped: no page", _withoutBuffer),
        new("dropped: ring full", _withoutDescriptor),
    ];

    public override void Next(ref TaskStep step)
    {
        _now = step.NotBefore;
        step.Think = default;
        if (_nextBurst.Nanoseconds < 0) _nextBurst = _now + new VirtualDuration(_arrivals.Next());
        if (_buffers.First <= _now)
        {
            Release(ref step);
            return;
        }

        while (_waiting == 0 && _burstsLeft > 0 && _nextBurst <= _now) BeginBurst();
        if (_waiting > 0)
        {
            _waiting--;
            step.Allocate(_request);
            step.Think = _think.Next();
            return;
        }

        var next = VirtualInstant.Min(_buffers.First, _burstsLeft > 0 ? _nextBurst : VirtualInstant.Never);
        if (next < VirtualInstant.Never) step.SleepUntil(next);
        else End(ref step);
    }

    private void BeginBurst()
    {
        var packets = _burst.Next();
        // The card has descriptors for so many; what comes beyond finds none.
        var taken = Math.Min(packets, receive.Ring - _buffers.Count);
        _waiting = taken;
        _withoutDescriptor += packets - taken;
        _packets += packets;
        _bursts++;
        _burstsLeft--;
        // Even where nothing lies between, time goes on.
        _nextBurst += new VirtualDuration(Math.Max(1, _arrivals.Next()));
    }

    private void Release(ref TaskStep step)
    {
        if (consumer is not { } receiver)
        {
            step.Kind = TaskStepKind.Free;
            step.Block = _buffers.RemoveFirst();
            return;
        }

        while (_buffers.First <= _now) _done.Add(_buffers.RemoveFirst());
        HandOver(ref step, receiver);
    }

    private void HandOver(ref TaskStep step, TaskId receiver)
    {
        _underWay++;
        step.Kind = TaskStepKind.HandOver;
        step.Receiver = receiver;
        step.Blocks = _done.RemoveAll();
    }

    private void End(ref TaskStep step)
    {
        if (consumer is { } receiver && !_saidGoodbye)
        {
            // No blocks: the last there is.
            _saidGoodbye = true;
            HandOver(ref step, receiver);
            return;
        }

        step.Kind = _underWay > 0 ? TaskStepKind.Sleep : TaskStepKind.Exit;
    }

    public override void Allocated(LiveBlock block) =>
        _buffers.Add(_now + new VirtualDuration(_processing.Next()), block);

    public override void Failed(AllocationFailure failure) => _withoutBuffer++;

    public override void Skipped() => _withoutBuffer++;

    /// <summary>The consumer has freed what it was given.</summary>
    public override void Received(TaskId sender, LiveBlock[] blocks) => _underWay--;

    public override bool Stop()
    {
        (_burstsLeft, _waiting) = (0, 0);
        return true;
    }

    public override bool TryGiveBack(out LiveBlock block)
    {
        block = default;
        if (_buffers.Count == 0) return false;
        block = _buffers.RemoveFirst();
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _buffers.All();
}
