using System.Runtime.CompilerServices;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    private readonly TaskId[][] _dependents;
    private readonly int[] _predecessors;
    private readonly Dictionary<TaskId, (SimulatedTask Task, int Missing)> _parked = [];
    private long _signalSequence;
    private bool _thought;

    // How the current task ends, while pages are put on their lists first.
    private TaskEnd _end;

    // The current task's next operation is not before this; until then the CPU is free for timers and signals.
    private VirtualInstant _notBefore;

    /// <summary>Everything due by now, in the order (instant; timers before signals; sender; sequence).</summary>
    private void TakeDue()
    {
        if (_machine.Next is { } changed && changed.From <= _now) TakeMachineEvents();
        TakeTimersAndSignals();
        _due = VirtualInstant.Min(_tick, _machine.Next?.From ?? VirtualInstant.Never);
        if (_signals.TryPeek(out _, out var first)) _due = VirtualInstant.Min(_due, first.At);
    }

    private void TakeTimersAndSignals()
    {
        while (true)
        {
            var signalDue = _signals.TryPeek(out _, out var signal) && signal.At <= _now;
            if (_tick <= _now && (!signalDue || _tick <= signal!.At))
            {
                Tick();
                continue;
            }

            if (!signalDue) return;
            _signals.Dequeue();
            Counters.SignalsTaken++;
            Signalled?.Invoke(signal!);
            Take(signal!);
        }
    }

    private void Take(Signal signal)
    {
        if (signal.UnderPressure) NotePressure();
        switch (signal.Kind)
        {
            case SignalKind.StartTask:
                var missing = _predecessors[signal.Task.Value];
                if (missing == 0) _ready.Enqueue(signal.Program!);
                else _parked.Add(signal.Task, (signal.Program!, missing));
                break;
            case SignalKind.PredecessorExited:
                var parked = _parked[signal.Task];
                if (parked.Missing > 1)
                {
                    _parked[signal.Task] = (parked.Task, parked.Missing - 1);
                    break;
                }

                _parked.Remove(signal.Task);
                _ready.Enqueue(parked.Task);
                break;
            case SignalKind.HandOver:
                Receive(signal);
                break;
            case SignalKind.WakeTask:
                WakeTask(signal);
                break;
            case SignalKind.WakeKswapd:
                WakeKswapd(signal);
                break;
            default:
                TakeKernelSignal(signal);
                break;
        }
    }

    private void Receive(Signal signal)
    {
        if (_kernel.TryGetValue(signal.Task, out var dying) && dying.IsExit)
        {
            // A killed task gives back what comes now, too.
            foreach (var block in signal.Blocks ?? []) dying.Held.Enqueue(block);
            return;
        }

        if (_asleep.Remove(signal.Task, out var sleeper))
        {
            _alarms.Remove(signal.Task);
            sleeper.Received(signal.From, signal.Blocks ?? []);
            _ready.Enqueue(sleeper);
            return;
        }

        var task = _parked.TryGetValue(signal.Task, out var parked)
            ? parked.Task
            : Tasks().FirstOrDefault(candidate => candidate.Id == signal.Task) ?? Unstarted(signal.Task);
        if (task is { HasSurrendered: false })
        {
            task.Received(signal.From, signal.Blocks ?? []);
            return;
        }

        // The receiver has exited: what it was given stays accounted for, with nobody to use it.
        if (signal.Blocks is { } blocks) _orphans.AddRange(blocks);
    }

    /// <summary>The task sleeps, and its CPU wakes it at an instant, if nobody did before.</summary>
    private void SleepUntil(SimulatedTask task, VirtualInstant at)
    {
        var alarm = new Signal(
            VirtualInstant.Max(at, _now), Id, ++_signalSequence, Id, SignalKind.WakeTask, task.Id, task.Id);
        _asleep.Add(task.Id, task);
        _alarms[task.Id] = alarm.Sequence;
        Accept(alarm);
        Leave();
    }

    private void WakeTask(Signal alarm)
    {
        // Who was woken before may sleep again, until another time.
        if (_alarms.GetValueOrDefault(alarm.Task) != alarm.Sequence) return;
        _alarms.Remove(alarm.Task);
        if (!_asleep.Remove(alarm.Task, out var sleeper)) return;
        _ready.EnqueueFirst(sleeper);
        // Who slept has the CPU at the next boundary, as schedulers favour who slept, and interrupts do not wait.
        _sliceEnd = VirtualInstant.Min(_sliceEnd, _now);
    }

    private SimulatedTask? Unstarted(TaskId task) => _signals.UnorderedItems
        .FirstOrDefault(item => item.Element.Kind == SignalKind.StartTask && item.Element.Task == task)
        .Element?.Program;

    private bool PickTask()
    {
        if (!_ready.TryDequeue(out _current)) return false;
        _sliceEnd = _costs.Slice == long.MaxValue ? VirtualInstant.Never : _now + new VirtualDuration(_costs.Slice);
        if (_kernel.TryGetValue(_current!.Id, out var work)) ReenterKernel(work);
        return true;
    }

    private void Step()
    {
        if (_thought) _thought = false;
        else if (Think()) return;
        var task = _current!;
        switch (_step.Kind)
        {
            case TaskStepKind.Allocate:
                StartAllocation(_step.Request!);
                break;
            case TaskStepKind.Free:
                StartFree(_step.Block, _step.IsPagesetLocked);
                break;
            case TaskStepKind.Think:
                break;
            case TaskStepKind.HandOver:
                SendSignal(_cpuOfTask[_step.Receiver.Value], SignalKind.HandOver, _step.Receiver, _step.Blocks);
                _step.Blocks = null;
                break;
            case TaskStepKind.Sleep:
                _asleep.Add(task.Id, task);
                Leave();
                break;
            case TaskStepKind.SleepUntil:
                SleepUntil(task, _step.WakeAt);
                break;
            case TaskStepKind.GiveSign:
                SendSignal(MachineOperator.HomeCpu, SignalKind.Operate, default, zone: _step.Sign);
                break;
            case TaskStepKind.Exchange:
                StartExchange(_step.Exchange);
                break;
            case TaskStepKind.Unmap:
                EnterKernel(BeginKernel(task, Unmap));
                break;
            case TaskStepKind.Exit:
                End(task, TaskEnd.Exited);
                break;
            case TaskStepKind.InKernel:
                ResumeKernel();
                break;
            default:
                RefuseStep(task);
                break;
        }
    }

    // Apart, as the text that it makes would cost every step.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RefuseStep(SimulatedTask task) =>
        Invariant.Holds(false, $"task {task.Id} yields a known step");

    /// <summary>Has the task say what it does next.</summary>
    /// <returns>True when it computes first: the operation itself is a step of its own, after that.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Think()
    {
        if (_now >= _sliceEnd && _ready.Count > 0 && RotatesIntoKernel()) return true;

        _step.Think = VirtualDuration.Zero;
        _step.NotBefore = _now;
        _step.IsPagesetLocked = false;
        _current!.Next(ref _step);
        if (!_thinkTakesTime) return false;
        _notBefore = _step.NotBefore;
        var begin = _now + (_perturbation.IsOn ? Perturbed(_step.Think) : _step.Think);
        if (begin == _now && _notBefore <= _now) return false;
        _now = begin;
        _thought = true;
        return true;
    }

    /// <summary>The next ready task has its turn.</summary>
    /// <returns>Whether it is inside the kernel, and goes on there.</returns>
    private bool RotatesIntoKernel()
    {
        _ready.Enqueue(_current!);
        Leave();
        PickTask();
        return _inKernel is not null;
    }

    /// <summary>Ends the current task once the pages that its CPU collected are on their lists.</summary>
    /// <remarks>Source: <c>exit_mmap</c>, Linux mm/mmap.c, begins with <c>lru_add_drain</c>.</remarks>
    private void End(SimulatedTask task, TaskEnd end)
    {
        Invariant.Holds(ReferenceEquals(task, _current));
        _end = end;
        if (!FlushLruBatch(Continuation.EndTask)) FinishEnd();
    }

    private void FinishEnd()
    {
        var (task, end) = (_current!, _end);
        foreach (var dependent in _dependents[task.Id.Value])
            SendSignal(_cpuOfTask[dependent.Value], SignalKind.PredecessorExited, dependent);
        Leave();
        _effects!.Ended(task, end, _now);
    }

    /// <summary>The current task has no more steps for now.</summary>
    private void Leave()
    {
        CountHits();
        _current = null;
        _interrupted = true;
    }
}
