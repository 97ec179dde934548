using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Network receive on one CPU: bursts of packets, a buffer for each, freed when the packet was
/// handled.</summary>
/// <remarks>The card puts packets into descriptors by the clock, whatever the CPU does. Those that wait for the CPU and
/// those whose buffer is in use hold one each; what finds none free is dropped. At its end the task takes what waits in
/// the ring, waits for its buffers, and holds none.</remarks>
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
    private readonly Queue<(VirtualInstant At, long Packets)> _ring = new();
    private readonly Queue<int> _underWay = new();
    private ThinkTime _think = think;
    private long _burstsLeft = receive.Bursts ?? long.MaxValue;
    private VirtualInstant _nextBurst = new(-1);
    private VirtualInstant _now;

    // Packets that wait for the CPU, all of the ring or what is left of the burst in hand, which came at an instant.
    private long _waiting;
    private long _inHand;
    private VirtualInstant _cameAt;
    private bool _asks;

    // Buffers that the consumer was given and has not yet freed.
    private long _atConsumer;
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
        Receive(_now);
        if (_buffers.First <= _now)
        {
            Release(ref step);
            return;
        }

        if (_waiting > 0)
        {
            Take(ref step);
            return;
        }

        var next = VirtualInstant.Min(_buffers.First, _burstsLeft > 0 ? _nextBurst : VirtualInstant.Never);
        if (next < VirtualInstant.Never) step.SleepUntil(next);
        else End(ref step);
    }

    /// <summary>The bursts that were due until then go into the ring.</summary>
    private void Receive(VirtualInstant until)
    {
        while (_burstsLeft > 0 && _nextBurst <= until)
        {
            var packets = _burst.Next();
            // The card has descriptors for so many; what comes beyond finds none.
            var taken = Math.Min(packets, receive.Ring - _waiting - _buffers.Count - _atConsumer);
            if (taken > 0) _ring.Enqueue((_nextBurst, taken));
            _waiting += taken;
            _withoutDescriptor += packets - taken;
            _packets += packets;
            _bursts++;
            _burstsLeft--;
            // Even where nothing lies between, time goes on.
            _nextBurst += new VirtualDuration(Math.Max(1, _arrivals.Next()));
        }
    }

    /// <summary>The packet that has waited longest gets a buffer.</summary>
    private void Take(ref TaskStep step)
    {
        if (_inHand == 0) (_cameAt, _inHand) = _ring.Dequeue();
        _asks = true;
        step.Allocate(_request);
        step.Think = _think.Next();
    }

    private void Took()
    {
        _asks = false;
        _inHand--;
        _waiting--;
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
        step.Kind = TaskStepKind.HandOver;
        step.Receiver = receiver;
        step.Blocks = _done.RemoveAll();
        _underWay.Enqueue(step.Blocks.Length);
        _atConsumer += step.Blocks.Length;
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

        step.Kind = _underWay.Count > 0 ? TaskStepKind.Sleep : TaskStepKind.Exit;
    }

    public override void Allocated(LiveBlock block)
    {
        Took();
        _buffers.Add(_cameAt + new VirtualDuration(_processing.Next()), block);
    }

    public override void Failed(AllocationFailure failure) => Skipped();

    public override void Skipped()
    {
        Took();
        _withoutBuffer++;
    }

    /// <summary>The consumer has freed the oldest of what it was given.</summary>
    public override void Received(TaskId sender, LiveBlock[] blocks) => _atConsumer -= _underWay.Dequeue();

    /// <summary>No more bursts; what is in the ring is still taken.</summary>
    public override bool Stop(VirtualInstant at)
    {
        // Its work ends with an allocation that failed.
        if (_asks) Skipped();
        Receive(at);
        _burstsLeft = 0;
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
