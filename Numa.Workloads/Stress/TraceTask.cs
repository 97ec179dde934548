using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Makes the requests of some CPUs of a trace, each at its time or as soon after as it can.</summary>
/// <remarks>A block that another CPU of the trace frees goes to that CPU's task at once, which waits for it if it must:
/// who frees what is the trace's, whenever it was had here.</remarks>
/// <param name="place">Position of the task among those that share the trace's CPUs in turn.</param>
/// <param name="first">Number of the first of them.</param>
internal sealed class TraceTask(
    TaskId id, string workload, CpuId cpu, TraceWorkload trace, int place, int count, int first)
    : StressTask(id, workload, cpu)
{
    private readonly RequestLog _log = trace.Log!;
    private readonly List<LoggedRequest> _own = [.. trace.Log!.Requests.Where(one => one.Cpu % count == place)];
    private readonly Dictionary<int, LiveBlock?> _held = [];

    // By sender: allocations that it hands over, in the order in which it makes them.
    private readonly Dictionary<int, Queue<int>> _expected = Expected(trace.Log!, place, count);
    private int _next;
    private VirtualInstant _start = new(-1);
    private int _asked = -1;
    private (int Receiver, LiveBlock? Block)? _toHand;
    private long _livePages;
    private long _late;

    public override IReadOnlyList<AllocationRequest> Requests => [.. _log.Kinds];

    public override long LivePages => _livePages + (_toHand?.Block?.Pages ?? 0);

    public override IReadOnlyList<TaskTally> Tallies =>
    [
        new("requests of the trace", _next), new("later than in the trace", _late),
        new("frees of older blocks left out", place == 0 ? _log.OlderFrees : 0),
    ];

    public override void Next(ref TaskStep step)
    {
        var now = step.NotBefore;
        step.Think = default;
        if (_start.Nanoseconds < 0) _start = now;
        if (_toHand is { } hand)
        {
            _toHand = null;
            step.Kind = TaskStepKind.HandOver;
            step.Receiver = new(first + hand.Receiver);
            step.Blocks = hand.Block is { } block ? [block] : [];
            return;
        }

        while (_next < _own.Count)
        {
            var request = _own[_next];
            var at = trace.Speed is { } speed
                ? _start + new VirtualDuration((long)Math.Round(request.Nanoseconds / speed)) : now;
            if (now < at)
            {
                step.SleepUntil(at);
                return;
            }

            if (request.Request is { } wanted)
            {
                Begin(now, at);
                _asked = request.Allocation;
                step.Allocate(wanted);
                return;
            }

            if (!_held.Remove(request.Allocation, out var held))
            {
                step.Kind = TaskStepKind.Sleep;
                return;
            }

            Begin(now, at);
            if (held is not { } freed) continue;
            _livePages -= freed.Pages;
            step.Kind = TaskStepKind.Free;
            step.Block = freed;
            return;
        }

        step.Kind = TaskStepKind.Exit;
    }

    private void Begin(VirtualInstant now, VirtualInstant at)
    {
        _next++;
        if (now > at) _late++;
    }

    public override void Allocated(LiveBlock block) => Answer(block);

    public override void Failed(AllocationFailure failure) => Answer(null);

    public override void Skipped() => Answer(null);

    private void Answer(LiveBlock? block)
    {
        var receiver = _log.FreedBy(_asked);
        if (receiver >= 0 && receiver % count != place)
        {
            _toHand = (receiver % count, block);
            return;
        }

        Keep(_asked, block);
    }

    private void Keep(int allocation, LiveBlock? block)
    {
        _held.Add(allocation, block);
        _livePages += block?.Pages ?? 0;
    }

    public override void Received(TaskId sender, LiveBlock[] blocks) =>
        Keep(_expected[sender.Value - first].Dequeue(), blocks is [var block] ? block : null);

    public override IEnumerable<LiveBlock> LiveBlocks()
    {
        foreach (var block in _held.OrderBy(held => held.Key).Select(held => held.Value))
        {
            if (block is { } live) yield return live;
        }

        if (_toHand?.Block is { } underWay) yield return underWay;
    }

    private static Dictionary<int, Queue<int>> Expected(RequestLog log, int place, int count)
    {
        var expected = new Dictionary<int, Queue<int>>();
        foreach (var request in log.Requests)
        {
            var freedBy = log.FreedBy(request.Allocation);
            var sender = request.Cpu % count;
            if (request.Request is null || freedBy < 0 || freedBy % count != place || sender == place) continue;
            if (!expected.TryGetValue(sender, out var queue)) expected.Add(sender, queue = new());
            queue.Enqueue(request.Allocation);
        }

        return expected;
    }
}
