using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <remarks>What a task does inside the kernel and that takes more than one step: the slow path of an allocation, the
/// exit of a killed task, kswapd. Each is a sequence of steps that pauses where the kernel waits or could be
/// interrupted; between two steps the CPU takes signals, and at a sleep it runs another task.</remarks>
public sealed partial class CpuProcess
{
    private readonly Dictionary<TaskId, KernelWork> _kernel = [];
    private KernelWork? _inKernel;

    // The walk that the kernel work asked for has failed; it goes on where the walk was begun.
    private bool _walkFailed;
    private bool _resuming;

    /// <summary>Why kernel work pauses.</summary>
    private enum Pause : byte
    {
        /// <summary>A visit is under way.</summary>
        Visit,

        /// <summary>The walk along the zonelist is to be made; the work goes on only if it fails.</summary>
        Walk,

        /// <summary>Others on the CPU may have their turn.</summary>
        Step,

        /// <summary>The task sleeps until it is woken.</summary>
        Sleep,
    }

    /// <summary>Work of one task inside the kernel, with what it keeps from step to step.</summary>
    private sealed class KernelWork(SimulatedTask task)
    {
        public SimulatedTask Task { get; } = task;

        public IEnumerator<Pause> Steps { get; set; } = Enumerable.Empty<Pause>().GetEnumerator();

        /// <summary>The allocation that it is for, while another task runs.</summary>
        public Walk Walk;

        public List<ZoneRefusal> Tried { get; set; } = [];

        /// <summary>Blocks in the kernel's hands, to be freed. Shape: the order in which they are freed.</summary>
        public Queue<LiveBlock> Held { get; } = [];

        /// <summary>Lists that other CPUs detached from their pagesets, to be freed.</summary>
        public Queue<(int Cpu, DetachedList List)> Detached { get; } = [];

        /// <summary>What other CPUs answered to a question to all.</summary>
        public List<Signal> Answers { get; } = [];

        /// <summary>CPUs that have not answered yet.</summary>
        public int Missing { get; set; }

        public bool IsAsleep { get; set; }

        /// <summary>It waits for kswapd.</summary>
        public bool IsThrottled { get; set; }

        /// <summary>Number of the timer that ends the sleep; 0 for none.</summary>
        public long Timer { get; set; }

        /// <summary>What the last question came to.</summary>
        public bool Answer { get; set; }

        /// <summary>Pages that reclaim could take from the zone that was looked at.</summary>
        public long Reclaimable { get; set; }

        /// <summary>It is an allocation's slow path, which ends with a page or with its failure.</summary>
        public bool IsSlowPath { get; init; }

        /// <summary>It is the exit of a killed task: what the task is sent from then on is freed too.</summary>
        public bool IsExit { get; init; }

        public SlowPathState Slow;

        public Shrunk Shrunk;

        /// <summary>What the last zone's compaction came to.</summary>
        public CompactionResult Compacted { get; set; }

        public CompactionScanners Scanners { get; set; }

        /// <summary>Free pages in the kernel's hands, for others to move to. Shape: the order in which they are
        /// used.</summary>
        public Queue<LiveBlock> Targets { get; } = [];

        public MemorySnapshot? Snapshot { get; set; }

        /// <summary>The answers in the order of their CPUs; they are the caller's now.</summary>
        public List<Signal> TakeAnswers()
        {
            var answers = Answers.OrderBy(answer => answer.Sender).ToList();
            Answers.Clear();
            return answers;
        }
    }

    /// <summary>Has the current task go on inside the kernel, from its next step on.</summary>
    private void EnterKernel(KernelWork work)
    {
        _inKernel = work;
        _thought = true;
        _step.Kind = TaskStepKind.InKernel;
        _interrupted = true;
    }

    private KernelWork BeginKernel(
        SimulatedTask task, Func<KernelWork, IEnumerable<Pause>> steps, bool isSlowPath = false, bool isExit = false)
    {
        var work = new KernelWork(task) { IsSlowPath = isSlowPath, IsExit = isExit };
        work.Steps = steps(work).GetEnumerator();
        _kernel.Add(task.Id, work);
        return work;
    }

    /// <summary>The task is back in its program.</summary>
    private void LeaveKernel()
    {
        if (_inKernel is not { } work) return;
        Invariant.Holds(work.Held.Count + work.Targets.Count + work.Detached.Count == 0,
            "kernel work ends with all its pages freed");
        // Who got his page while he looked for a victim still holds the lock.
        if (_walk.HoldsOomLock) _work.Enqueue(new(WorkKind.UnlockOutOfMemory));
        _walk.HoldsOomLock = false;
        _kernel.Remove(work.Task.Id);
        _inKernel = null;
        _thought = false;
        if (_victims.Contains(work.Task.Id)) EnterKernel(BeginKernel(work.Task, Exit, isExit: true));
    }

    /// <summary>Goes on with the kernel work of the current task until it pauses.</summary>
    private void ResumeKernel()
    {
        var work = _inKernel!;
        _resuming = true;
        while (true)
        {
            _walkFailed = false;
            if (!work.Steps.MoveNext())
            {
                _resuming = false;
                if (work.IsSlowPath) Fail(work.Slow.Failure);
                return;
            }

            switch (work.Steps.Current)
            {
                case Pause.Walk:
                    BeginPass();
                    Scan();
                    if (_walkFailed) continue;
                    break;
                case Pause.Step:
                    _thought = true;
                    if (_now >= _sliceEnd && _ready.Count > 0)
                    {
                        _ready.Enqueue(work.Task);
                        Suspend(work);
                    }

                    break;
                case Pause.Sleep:
                    work.IsAsleep = true;
                    Suspend(work);
                    break;
            }

            break;
        }

        _resuming = false;
    }

    /// <summary>A walk of kernel work came to the end of its list.</summary>
    private void WalkFailed()
    {
        _walkFailed = true;
        if (!_resuming) ResumeKernel();
    }

    private void Suspend(KernelWork work)
    {
        work.Walk = _walk;
        (work.Tried, _tried) = (_tried, work.Tried);
        _inKernel = null;
        _thought = false;
        Leave();
    }

    /// <summary>The CPU picked a task that is inside the kernel.</summary>
    private void ReenterKernel(KernelWork work)
    {
        _walk = work.Walk;
        (work.Tried, _tried) = (_tried, work.Tried);
        work.IsAsleep = false;
        EnterKernel(work);
    }

    private void Wake(KernelWork work)
    {
        if (!work.IsAsleep) return;
        work.IsAsleep = false;
        work.Timer = 0;
        _ready.Enqueue(work.Task);
        // A kernel thread that slept has the CPU at the next boundary, as schedulers favour who slept.
        if (work.Task is KernelThread) _sliceEnd = VirtualInstant.Min(_sliceEnd, _now);
    }

    /// <summary>Sets the timer that ends the sleep which the work begins now.</summary>
    private void SetTimer(KernelWork work, VirtualInstant at)
    {
        var timer = new Signal(at, Id, ++_signalSequence, Id, SignalKind.Timer, work.Task.Id);
        work.Timer = timer.Sequence;
        Accept(timer);
    }

    private void TakeKernelSignal(Signal signal)
    {
        switch (signal.Kind)
        {
            case SignalKind.Timer:
                TimerStruck(signal);
                break;
            case SignalKind.DetachPagesets:
                DetachPagesets(signal);
                break;
            case SignalKind.DrainPagesets:
                DrainPagesets(signal);
                break;
            case SignalKind.CountTasks:
                Answer(signal, candidates: [.. Candidates()]);
                break;
            case SignalKind.Answer:
                Answered(signal);
                break;
            case SignalKind.Kill:
                Die(signal.Task);
                break;
            case SignalKind.Throttled:
                KswapdOf(_machine.Zones[signal.Zone].Id.Node).Throttled.Add((signal.Sender, signal.Task));
                break;
            case SignalKind.EndThrottle:
                if (_kernel.TryGetValue(signal.Task, out var work) && work.IsThrottled) Wake(work);
                break;
            default:
                TakeMachineSignal(signal);
                break;
        }
    }

    private void TimerStruck(Signal signal)
    {
        if (_kernel.TryGetValue(signal.Task, out var work) && work.Timer == signal.Sequence) Wake(work);
    }

    /// <summary>Frees what the kernel work holds, through the CPU's pagesets.</summary>
    private IEnumerable<Pause> FreeHeld(KernelWork work)
    {
        for (var freed = 1; work.Held.TryDequeue(out var block); freed++)
        {
            var zone = Zone(block.Zone);
            zone.Touched = true;
            zone.PagesFreed += block.Pages;
            Refresh(zone);
            Spend(_pagesetHit);
            if (GiveBack(zone, block, isPagesetLocked: false, Continuation.Kernel)) yield return Pause.Visit;
            if (freed % LruScan.Most == 0) yield return Pause.Step;
        }
    }

    /// <summary>Blocks that kernel work of the CPU holds.</summary>
    private IEnumerable<LiveBlock> InKernel()
    {
        foreach (var work in _kernel.Values)
        {
            foreach (var block in work.Held) yield return block;
            foreach (var block in work.Targets) yield return block;
            foreach (var block in work.Answers.SelectMany(answer => answer.BlocksInside())) yield return block;
            foreach (var (_, list) in work.Detached)
            {
                foreach (var block in list.Blocks) yield return new(block.Frame, block.Order, list.Zone);
            }
        }
    }
}
