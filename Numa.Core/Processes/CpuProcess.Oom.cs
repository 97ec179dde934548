using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Out of memory. Whoever finds nothing left to reclaim looks for a victim himself, under a lock that others
/// only try. Source: <c>__alloc_pages_may_oom</c>, Linux mm/page_alloc.c; <c>out_of_memory</c>,
/// mm/oom_kill.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>One tick of the scheduler at 250 Hz.</summary>
    private static readonly VirtualDuration Jiffy = new(4_000_000);

    private readonly HashSet<TaskId> _victims = [];
    private readonly List<OomKill> _kills = [];

    /// <summary>Strikes that were decided on this CPU, oldest first.</summary>
    public IReadOnlyList<OomKill> Kills => _kills;

    /// <summary>Sets the outcome of the round, unless the task may go on.</summary>
    private IEnumerable<Pause> RunOutOfMemory(KernelWork work)
    {
        foreach (var pause in TryLock(MachineLock.OutOfMemory)) yield return pause;
        if (_visit.Taken == 0)
        {
            // Somebody else is choosing: look again in a while.
            SetTimer(work, _now + Jiffy);
            yield return Pause.Sleep;
            if (IsDoneVictim) End(work, SlowPathOutcome.NoPage);
            else work.Slow.FutileRounds = 0;
            yield break;
        }

        // Somebody may have freed a lot meanwhile.
        var (level, flags, kept) = (_walk.Level, _walk.Flags, _walk.Attempt);
        (_walk.Level, _walk.Flags) = (WatermarkLevel.High, AllocationFlags.CpuSet);
        _walk.Attempt = kept with { Gfp = (kept.Gfp | GfpFlags.HardWall) & ~GfpFlags.DirectReclaim };
        _walk.HoldsOomLock = true;
        yield return Pause.Walk;
        (_walk.Level, _walk.Flags, _walk.Attempt) = (level, flags, kept);
        _walk.HoldsOomLock = false;
        work.Answer = false;
        if (MayKill()) foreach (var pause in Kill(work)) yield return pause;
        foreach (var pause in Unlock(MachineLock.OutOfMemory)) yield return pause;
        if (work.Slow.Outcome == SlowPathOutcome.NoPage) yield break;
        var mustNotFail = (_walk.Attempt.Gfp & GfpFlags.NoFail) != 0;
        if (IsDoneVictim || !(work.Answer || mustNotFail)) End(work, SlowPathOutcome.NoPage);
        else work.Slow.FutileRounds = 0;
        if (work.Slow.Outcome == SlowPathOutcome.NoPage || IsVictim) yield break;
        // The victim is to have the CPU, where it shares this one.
        SetTimer(work, _now + Jiffy);
        yield return Pause.Sleep;
    }

    /// <summary>The task is to die, and not even the reserves had a page: it is not to go round for ever, and others
    /// wait for its end.</summary>
    private bool IsDoneVictim => IsVictim
        && ((_walk.Flags & (AllocationFlags.Oom | AllocationFlags.NoWatermarks)) != 0
            || (_walk.Attempt.Gfp & GfpFlags.NoMemAlloc) != 0);

    /// <summary>Killing helps only who will surely get memory by it.</summary>
    private bool MayKill()
    {
        const GfpFlags gentle = GfpFlags.RetryMayFail | GfpFlags.ThisNode;
        if ((_walk.Attempt.Gfp & GfpFlags.NoFail) != 0) return true;
        return _walk.Request.Order.Value <= CostlyOrder && (_walk.Attempt.Gfp & gentle) == 0
            && _walk.Request.HighestZone(_machine.Release) >= ZoneKind.Normal;
    }

    /// <summary>Sets the work's answer: memory will come.</summary>
    private IEnumerable<Pause> Kill(KernelWork work)
    {
        work.Answer = true;
        if (IsVictim || (_walk.Attempt.Gfp & GfpFlags.Fs) == 0) yield break;
        foreach (var pause in AskEveryOther(work, SignalKind.CountTasks)) yield return pause;
        var (constraint, nodes) = Constraint();
        var candidates = work.TakeAnswers().SelectMany(answer => answer.Candidates ?? []).Concat(Candidates())
            .OrderBy(candidate => candidate.Task.Value).ToImmutableArray();
        var eligible = candidates.Where(candidate => nodes.IsEmpty || candidate.Nodes.IsDefaultOrEmpty
            || candidate.Nodes.Any(nodes.Contains)).ToList();
        // A victim that has not exited yet is enough.
        if (eligible.Any(candidate => candidate.IsDying)) yield break;
        foreach (var pause in TakeSnapshot(work)) yield return pause;
        var total = TotalPages(nodes);
        var (victim, points) = OomBadness.Choose(_machine.Release, eligible, total);
        Counters.OomKills += victim is null ? 0 : 1;
        _kills.Add(new(
            _now, Id, work.Task.Id, _walk.Request, constraint, nodes, [.. _tried], candidates, victim, points)
        {
            Memory = work.Snapshot!,
        });
        if (victim is null) End(work, SlowPathOutcome.NoPage, FailureKind.Deadlocked);
        else if (victim.Cpu == Id) Die(victim.Task);
        else SendSignal(victim.Cpu, SignalKind.Kill, victim.Task);
    }

    private (OomConstraint Constraint, ImmutableArray<NodeId> Nodes) Constraint()
    {
        if ((_walk.Attempt.Gfp & GfpFlags.ThisNode) != 0) return (OomConstraint.None, []);
        var mask = _walk.Attempt.Mask;
        var withMemory = _machine.Zones.Where(zone => zone.Present > PageCount.Zero)
            .Select(zone => zone.Id.Node).Distinct();
        if (!mask.IsDefaultOrEmpty && withMemory.Any(node => !mask.Contains(node)))
            return (OomConstraint.MemoryPolicy, mask);
        var mems = _walk.Request.MemsAllowed;
        if (!mems.IsDefaultOrEmpty && _walk.Slots.Any(slot => !mems.Contains(_machine.Zones[slot].Id.Node)))
            return (OomConstraint.CpuSet, mems);
        return (OomConstraint.None, []);
    }

    /// <summary>Memory that the constraint leaves, swap included: what adjustments are shares of.</summary>
    private long TotalPages(ImmutableArray<NodeId> nodes) => Reclaim!.Swap.Value + (nodes.IsEmpty
        ? _machine.Zones.Sum(zone => zone.Managed.Value)
        : _machine.Zones.Where(zone => nodes.Contains(zone.Id.Node)).Sum(zone => zone.Present.Value));

    // Who has not begun has no memory of its own yet, even where something waits for it.
    private IEnumerable<OomCandidate> Candidates() =>
        Tasks().Where(task => task.ResidentPages > 0 && !_parked.ContainsKey(task.Id))
            .Select(task => new OomCandidate(task.Id, Id, task.Workload, task.ResidentPages, task.OomAdjustment,
                _victims.Contains(task.Id), task.BoundTo));

    /// <summary>A task of this CPU is to exit at its next boundary.</summary>
    private void Die(TaskId id)
    {
        var task = Tasks().FirstOrDefault(task => task.Id == id);
        // It may have exited while the signal was under way.
        if (task is null || !_victims.Add(id)) return;
        if (_kernel.TryGetValue(id, out var inKernel))
        {
            Wake(inKernel);
            return;
        }

        var work = BeginKernel(task, Exit, isExit: true);
        if (task == _current)
        {
            foreach (var block in Intended()) work.Held.Enqueue(block);
            _notBefore = _now;
            EnterKernel(work);
        }
        else if (_asleep.Remove(id))
        {
            _alarms.Remove(id);
            _ready.Enqueue(task);
        }
    }

    /// <summary>A killed task gives all its memory back.</summary>
    private IEnumerable<Pause> Exit(KernelWork work)
    {
        foreach (var block in work.Task.Surrender()) work.Held.Enqueue(block);
        foreach (var pause in FreeHeld(work)) yield return pause;
        foreach (var pause in ReleaseLru(work)) yield return pause;
        // What others sent meanwhile is its too.
        while (work.Held.Count > 0)
        {
            foreach (var pause in FreeHeld(work)) yield return pause;
        }

        _victims.Remove(work.Task.Id);
        _kernel.Remove(work.Task.Id);
        _inKernel = null;
        _thought = false;
        End(work.Task, TaskEnd.Killed);
    }

    private IEnumerable<Pause> TryLock(MachineLock wanted)
    {
        _visit.HasCheck = false;
        _visit.Count = (int)wanted;
        Ask(Zone(0), ZoneVisitKind.TryLock, Continuation.Kernel);
        yield return Pause.Visit;
    }

    private IEnumerable<Pause> Unlock(MachineLock held)
    {
        _visit.HasCheck = false;
        _visit.Count = (int)held;
        Ask(Zone(0), ZoneVisitKind.Unlock, Continuation.Kernel);
        yield return Pause.Visit;
    }

    private void Answer(
        Signal asked, DetachedList[]? lists = null, OomCandidate[]? candidates = null)
    {
        var at = SignalArrival(asked.Sender);
        _interrupted = _signalled = true;
        _effects!.Send(new Signal(at, Id, ++_signalSequence, asked.Sender, SignalKind.Answer, asked.Task)
        {
            Lists = lists,
            Candidates = candidates,
        });
    }
}
