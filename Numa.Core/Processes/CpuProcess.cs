using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>A CPU running allocator code with preemption off: its tasks, its pagesets, its local clock.</summary>
/// <remarks>A sequential process: it runs until it needs a zone, sends one visit, and waits for it to come back, as the
/// kernel waits for the lock. The same under every host.</remarks>
public sealed partial class CpuProcess
{
    private readonly CostModel _costs;
    private readonly PageblockTagBoard[] _tags;
    private readonly CpuZone?[] _zones;
    private readonly int[] _cpuOfTask;
    private readonly VirtualInstant _horizon;
    private readonly VirtualDuration _pagesetHit;
    private readonly bool _thinkTakesTime;
    private readonly ReadyQueue _ready = new();
    private readonly Dictionary<TaskId, SimulatedTask> _asleep = [];

    // Of sleepers that wake by themselves: number of the signal that does it.
    private readonly Dictionary<TaskId, long> _alarms = [];
    private readonly PriorityQueue<Signal, Signal> _signals = new(Comparer<Signal>.Create(Signal.Compare));
    private readonly ZoneVisit _visit = new();
    private MachineFacts _machine;
    private Board? _board;
    private VirtualInstant _now;

    // Nothing is due before this: no signal, no timer, no event of the machine.
    private VirtualInstant _due;
    private VirtualInstant _sliceEnd;
    private SimulatedTask? _current;
    private ICpuEffects? _effects;
    private TaskStep _step;
    private bool _pagesetsTaken;
    private bool _waiting;
    private bool _replied;
    private bool _signalled;

    // The step that was taken may be followed by something else than the next step of the same task.
    private bool _interrupted;
    private Continuation _continuation;
    private long _sequence;

    /// <summary>What the reply that the CPU waits for belongs to.</summary>
    private enum Continuation : byte
    {
        None,
        Refill,
        Direct,
        FairReset,
        Free,
        Reserve,
        FoldDeltas,
        DrainRemote,
        JudgeKswapd,
        JudgeHopes,
        JudgeKcompactd,
        Exchange,
        MoveCounter,
        Operate,
        Kernel,
        NodeReclaim,
        LruAdded,
        EndTask,
    }

    /// <param name="ticks">When the vmstat worker runs, ascending; default for once a second.</param>
    public CpuProcess(int id, MachineFacts machine, CostModel costs, PageblockTagBoard[] tags, TaskDirectory tasks,
        VirtualInstant horizon, ImmutableArray<VirtualInstant> ticks = default)
    {
        Id = id;
        _machine = machine;
        _costs = costs;
        _perturbation = costs.PerturbationOfCpu(id);
        _tags = tags;
        _cpuOfTask = tasks.CpuOfTask;
        _dependents = tasks.Dependents;
        _predecessors = tasks.Predecessors;
        _horizon = horizon;
        _pagesetHit = new(costs.PagesetHit);
        _thinkTakesTime = costs.ThinkTakesTime;
        _zones = new CpuZone?[machine.Zones.Length];
        _full = new ZonelistCache?[machine.NodeCount];
        Node = machine.Image.Cpus.NodeOf(new(id));
        Counters = new(machine.Zones.Length);
        Reach = new(machine.Zones.Length);
        _ticks = ticks;
        _tick = ticks.IsDefault
            ? FirstTick(id, machine.Image.Cpus.CpuCount)
            : ticks.FirstOrDefault(VirtualInstant.Never);
    }

    public int Id { get; }

    public NodeId Node { get; }

    public Kernels.KernelRelease Release => _machine.Release;

    public CpuCounters Counters { get; }

    public VirtualInstant Now => _now;

    public ZoneReach Reach { get; }

    /// <summary>Instant of the last step; what it began may end later. −1 before the first.</summary>
    public VirtualInstant LastStep { get; private set; } = new(-1);

    /// <summary>Waiting for a zone.</summary>
    public bool IsWaiting => _waiting;

    /// <summary>Nothing to run, nothing under way: only another CPU can set it going again.</summary>
    public bool IsIdle => !_waiting && !_replied && _current is null && _ready.Count == 0 && _work.Count == 0
        && _signals.Count == 0;

    public SlowPathEntry? SlowPath { get; private set; }

    public IReadOnlyList<FailureTally> Failures => _failures;

    /// <summary>Zones that this CPU ever looked at, by slot; null for the others.</summary>
    public IReadOnlyList<CpuZone?> Zones => _zones;

    /// <summary>Tasks that sleep until something is handed over: at the end of a run they wait for ever.</summary>
    public IEnumerable<SimulatedTask> Sleeping =>
        _asleep.Values.Where(task => !_alarms.ContainsKey(task.Id)).OrderBy(task => task.Id.Value);

    /// <summary>Tasks that were cut off by the horizon, those included that slept until a later instant.</summary>
    public IEnumerable<SimulatedTask> Unfinished => Running.Concat(
        _asleep.Values.Where(task => _alarms.ContainsKey(task.Id)).OrderBy(task => task.Id.Value));

    private IEnumerable<SimulatedTask> Running =>
        (_current is null ? _ready : _ready.Prepend(_current)).Where(task => task is not KernelThread);

    public IAllocationObserver? Observer { get; set; }

    /// <summary>What is assumed of reclaim; null: there is none.</summary>
    internal ReclaimSettings? Reclaim { get; init; }

    /// <summary>Latency of allocations that were not plain hits is reported here. Unit: virtual nanoseconds.</summary>
    public Action<long>? Latency { get; set; }

    /// <summary>Every visit that came back is shown here before its reply is used; valid during the call
    /// only.</summary>
    public Action<ZoneVisit>? Visited { get; set; }

    /// <summary>Every signal that the CPU takes is shown here first.</summary>
    public Action<Signal>? Signalled { get; set; }

    /// <summary>Where the zones of every task's allocations are noted; null where nobody compares.</summary>
    public ZoneRuns[]? Placement { get; set; }

    /// <summary>Instant of the CPU's next step, Never while it waits for a zone or has nothing to do.</summary>
    public VirtualInstant Next
    {
        get
        {
            if (_waiting) return VirtualInstant.Never;
            // What was begun before the horizon is finished after it.
            if (_replied) return _now;
            if (_now >= _horizon) return VirtualInstant.Never;
            var waits = _current is not null && _notBefore > _now;
            if ((!waits && (_current is not null || _ready.Count > 0)) || _work.Count > 0) return _now;
            var next = _signals.TryPeek(out _, out var signal) ? signal.At : VirtualInstant.Never;
            if (_tick < next && HasTickWork()) next = _tick;
            if (waits) next = VirtualInstant.Min(next, _notBefore);
            next = VirtualInstant.Max(next, _now);
            return next >= _horizon ? VirtualInstant.Never : next;
        }
    }

    /// <summary>A signal has arrived; it is taken at the first boundary at or after its instant.</summary>
    public void Accept(Signal signal)
    {
        _signals.Enqueue(signal, signal);
        Foresee(signal);
        _due = VirtualInstant.Min(_due, signal.At);
    }

    /// <summary>Runs until the CPU waits for a zone, has nothing to do, or reaches the limit.</summary>
    /// <remarks>Returns after a signal to another CPU too: its answer may be nearer than the limit.</remarks>
    /// <param name="limit">The CPU starts no step at or after this instant.</param>
    /// <param name="steps">Most steps of tasks to run.</param>
    /// <returns>Steps of tasks that were run.</returns>
    public int Run(VirtualInstant limit, Board? board, ICpuEffects effects, int steps = int.MaxValue)
    {
        var left = steps;
        _board = board;
        if (!_pagesetsTaken) TakePagesets();
        _effects = effects;
        _signalled = false;
        while (!_waiting && !_signalled && left > 0)
        {
            var next = Next;
            if (next >= limit) break;
            if (next > _now) _now = next;
            LastStep = _now;
            if (_replied)
            {
                ApplyReply();
                continue;
            }

            if (_due <= _now) TakeDue();
            // What was answered to a signal may be answered in turn.
            if (_waiting || _signalled) break;
            if (_work.Count > 0)
            {
                Work();
                continue;
            }

            if (_current is null && !PickTask()) continue;
            if (_notBefore > _now) continue;
            left -= RunTask(limit, left);
        }

        return steps - left;
    }

    /// <summary>Takes steps of the current task, as long as nothing but its next step can follow.</summary>
    private int RunTask(VirtualInstant limit, int most)
    {
        var until = VirtualInstant.Min(VirtualInstant.Min(limit, _due), _horizon);
        _interrupted = false;
        var taken = 0;
        do
        {
            LastStep = _now;
            Step();
            taken++;
        }
        while (!_interrupted && taken < most && _now < until && _now >= _notBefore);
        CountHits();
        return taken;
    }

    /// <summary>Under the wall clock the host's time is the CPU's time.</summary>
    public void CatchUp(VirtualInstant wall) => _now = VirtualInstant.Max(_now, wall);

    /// <summary>The visit that this CPU waits for is back. Its reply is applied by the next step, at its
    /// stamp.</summary>
    public void Complete(ZoneVisit visit)
    {
        Invariant.Holds(_waiting && ReferenceEquals(visit, _visit) && visit.Sequence == _sequence,
            "a reply answers the request that is outstanding");
        _waiting = false;
        _replied = true;
        _now = VirtualInstant.Max(_now, visit.Stamp);
    }

    private void ApplyReply()
    {
        _replied = false;
        var visit = _visit;
        if (visit.IsForLru) LruReplied(visit);
        else Learn(_zones[visit.Zone]!, visit);
        var continuation = _continuation;
        _continuation = Continuation.None;
        Resume(continuation);
    }

    /// <summary>A zone's reply says how it stands, and what is left of the CPU's deltas.</summary>
    private void Learn(CpuZone zone, ZoneVisit visit)
    {
        if (visit.Record.UnderPressure) NotePressure();
        zone.View = visit.Record;
        zone.Seen++;
        zone.FoundBelowHigh = false;
        zone.FoundFairSpent = false;
        zone.FreeDelta = visit.FreeDelta;
        zone.FairDelta = visit.FairDelta;
        Visited?.Invoke(visit);
        Invariant.Holds(visit.FairFolded == 0);
    }

    private void Resume(Continuation continuation)
    {
        var visit = _visit;
        var zone = _zones[visit.Zone]!;
        switch (continuation)
        {
            case Continuation.Refill or Continuation.Direct:
                AllocationReplied(zone, continuation == Continuation.Refill);
                break;
            case Continuation.FairReset:
                FairResetReplied();
                break;
            case Continuation.Free:
                FinishFree();
                break;
            case Continuation.Reserve:
                _walk.LockWait += visit.Wait;
                Succeed(zone, _walk.Frame);
                break;
            case Continuation.JudgeHopes:
                _hopeless = _visit.FutileRuns >= HopelessRuns;
                break;
            case Continuation.JudgeKswapd:
                KswapdJudged();
                break;
            case Continuation.JudgeKcompactd:
                KcompactdJudged(zone);
                break;
            case Continuation.Exchange:
                ExchangeReplied();
                break;
            case Continuation.MoveCounter:
                (zone.FreeDelta, zone.FairDelta) = _unfolded;
                break;
            case Continuation.Operate:
                OperatorReplied();
                break;
            case Continuation.LruAdded:
                LruAdded();
                break;
            case Continuation.EndTask:
                FinishEnd();
                break;
            case Continuation.Kernel:
                ResumeKernel();
                break;
            case Continuation.NodeReclaim:
                ContinueNodeReclaim();
                break;
        }
    }

    private void Ask(CpuZone zone, ZoneVisitKind kind, Continuation continuation)
    {
        var visit = _visit;
        visit.FoundBelowHigh = zone.FoundBelowHigh;
        visit.FreeDelta = zone.FreeDelta;
        visit.FairDelta = zone.FairDelta;
        visit.FairFolded = zone.FairFolded;
        visit.FoundFairSpent = zone.FoundFairSpent;
        zone.FairFolded = 0;
        Send(zone, kind, continuation);
        _lastAsked = (zone.Slot, visit.Arrival);
    }

    private void Send(CpuZone zone, ZoneVisitKind kind, Continuation continuation)
    {
        var visit = _visit;
        visit.Cpu = Id;
        visit.CpuNode = Node.Value;
        visit.Zone = zone.Slot;
        visit.Kind = kind;
        visit.Sequence = ++_sequence;
        visit.UnderPressure = BeforePressure is not null;
        visit.ByTimer = continuation is Continuation.FoldDeltas or Continuation.DrainRemote;
        visit.Way = _perturbation.Grow(zone.Way);
        visit.Arrival = _now + new VirtualDuration(visit.Way);
        visit.Tie = _costs.Tie(visit.Arrival.Nanoseconds, Id);
        Invariant.Holds(!_waiting && !_replied, "a CPU has one request outstanding");
        _waiting = true;
        _interrupted = true;
        _continuation = continuation;
        Counters.Visits++;
        _effects!.Send(visit);
    }

    private void SendSignal(int receiver, SignalKind kind, TaskId task, LiveBlock[]? blocks = null,
        int zone = 0, int highestZone = 0, int order = 0, MachineFacts? facts = null, bool cannotWait = false)
    {
        var at = receiver == Id ? _now : SignalArrival(receiver);
        var signal = new Signal(at, Id, ++_signalSequence, receiver, kind, task, _current?.Id ?? default, null, blocks,
            zone, highestZone, order)
        {
            UnderPressure = BeforePressure is not null, Facts = facts, CannotWait = cannotWait,
        };
        _interrupted = true;
        if (receiver == Id)
        {
            Accept(signal);
            return;
        }

        _signalled = true;
        _effects!.Send(signal);
    }
}
