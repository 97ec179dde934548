using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    private List<ZoneRefusal> _tried = [];
    private readonly List<FailureTally> _failures = [];
    private Walk _walk;

    private void StartAllocation(AllocationRequest request)
    {
        if (TryHit(request)) return;
        CountHits();
        _lastHit = null;
        Counters.Allocations++;
        _current!.Allocations++;
        _tried.Clear();
        _walk = default;
        _walk.Request = request;
        _walk.Begin = _now;
        _watched = null;
        _walk.Attempt = new(request.Gfp, request.PreferredNode ?? Node, request.AllowedNodes);
        if (request.Policy is { } policy && !request.ThisNodeOnly) ApplyPolicy(policy);
        if (!request.MemsAllowed.IsDefaultOrEmpty) EnterCpuset();
        BeginAttempt();
    }

    private void BeginAttempt()
    {
        var attempt = _walk.Attempt;
        _walk.Slots = _machine.Walk(
            attempt.Node, _walk.Request.HighestZone(_machine.Release), (attempt.Gfp & GfpFlags.ThisNode) != 0);
        _walk.Level = WatermarkLevel.Low;
        _walk.FairReset = -1;
        _walk.CacheSetUp = false;
        Watch();
        if (!FindPreferred())
        {
            Fail(FailureKind.NoZone);
            return;
        }

        _walk.Flags |= FastPathFlags();
        BeginPass();
        Scan();
    }

    private bool FindPreferred()
    {
        _walk.Position = 0;
        while (_walk.Position < _walk.Slots.Length && !IsInMask(_walk.Slots[_walk.Position])) _walk.Position++;
        if (_walk.Position == _walk.Slots.Length) return false;
        _walk.Preferred = _walk.Slots[_walk.Position];
        _walk.ReserveIndex = _machine.Release.ReserveIndex == ReserveIndexRule.PreferredZone
            ? (int)_machine.Zones[_walk.Preferred].Id.Kind
            : (int)_walk.Request.HighestZone(_machine.Release);
        return true;
    }

    private AllocationFlags FastPathFlags()
    {
        var flags = AllocationFlags.None;
        var preferred = _machine.Zones[_walk.Preferred].Id;
        if (_machine.Release.FairZonePolicy) flags |= AllocationFlags.Fair;
        if (_machine.Release.AvoidsFragmentation && preferred.Kind == ZoneKind.Normal
            && (!_machine.IsNuma || _machine.HasDMA32(preferred.Node)))
            flags |= AllocationFlags.NoFragment;
        if ((_walk.Attempt.Gfp & GfpFlags.KswapdReclaim) != 0) flags |= AllocationFlags.Kswapd;
        return flags;
    }

    /// <summary>Another pass at the same mark: its refusals are the ones that count.</summary>
    private void BeginPass()
    {
        if (_tried.Count > 0) _tried.RemoveAll(refusal => refusal.Level == _walk.Level);
        _walk.Position = 0;
        _walk.AvoidedFragmentation = (_walk.Flags & AllocationFlags.NoFragment) != 0;
        _walk.FairSkipped = 0;
        _walk.SkipsFull = false;
        _watched?.BeginPass(_walk.Level, _walk.Flags);
    }

    /// <summary>Goes along the list until a page is found, a zone has to be asked, or every pass has failed.</summary>
    private void Scan()
    {
        do
        {
            while (_walk.Position < _walk.Slots.Length)
            {
                if (TryZone(_walk.Slots[_walk.Position])) return;
                _walk.Position++;
            }
        }
        while (NextPass());
    }

    /// <summary>Tries one zone.</summary>
    /// <returns>True when the walk is over or waits for the zone.</returns>
    private bool TryZone(int slot)
    {
        if (!IsAllowed(slot)) return Skip(slot, ZoneSkip.NodeNotAllowed);
        if (IsKnownAsFull(slot)) return Skip(slot, ZoneSkip.KnownAsFull);
        var zone = Zone(slot);
        Refresh(zone);
        if ((_walk.Flags & AllocationFlags.Fair) != 0)
        {
            if (zone.Id.Node != _machine.Zones[_walk.Preferred].Id.Node)
            {
                // The fair pass ends at the first zone of another node.
                _walk.Position = _walk.Slots.Length;
                return Skip(slot, ZoneSkip.RemoteInFairPass);
            }

            if (zone.FairDepleted)
            {
                _walk.FairSkipped++;
                var batch = zone.View.FairBatch + zone.FairFolded;
                _tried.Add(new(zone.Id, _walk.Level, new(ZoneVerdict.FairBatchDepleted, batch, 0)));
                return Skip(slot, ZoneSkip.FairBatchDepleted, batch);
            }
        }

        if ((_walk.Flags & AllocationFlags.NoFragment) != 0 && _machine.IsNuma && slot != _walk.Preferred
            && zone.Id.Node != _machine.Zones[_walk.Preferred].Id.Node)
        {
            Skip(slot, ZoneSkip.RemoteWhileAvoidingFragmentation);
            _walk.Flags &= ~AllocationFlags.NoFragment;
            BeginPass();
            _walk.Position = -1;
            return false;
        }

        return TryView(zone);
    }

    /// <summary>Checks the zone by what the CPU knows of it; pages beyond the CPU's own list need the zone
    /// itself.</summary>
    private bool TryView(CpuZone zone)
    {
        var request = _walk.Request;
        var order = request.Order.Value;
        if (_machine.Release.PagesetSizing == PagesetSizingRule.AutoTuned && !zone.BelowHigh)
        {
            var high = new WatermarkCheck(WatermarkLevel.High, _walk.Flags, _walk.ReserveIndex, order);
            zone.FoundBelowHigh = !high.Evaluate(_machine.Release, zone.Tuning, zone.View).Passes;
        }

        var check = new WatermarkCheck(_walk.Level, _walk.Flags, _walk.ReserveIndex, order);
        var verdict = check.Evaluate(_machine.Release, zone.Tuning, zone.View);
        if (!verdict.Passes && _board is not null)
        {
            // Refused by a view: at worst the zone got pages back less than two board instants ago. No mark is overrun.
            // Without a board (wall clock) a view may be older than that, and the zone is asked.
            _tried.Add(new(zone.Id, _walk.Level, verdict));
            NoteFull(slot: zone.Slot, failedMark: true);
            _watched?.Check(zone.Id, check.Explain(_machine.Release, zone.Tuning, zone.View));
            return ReclaimsNodes && BeginNodeReclaim(zone, check);
        }

        return TryPagesOf(zone, check, verdict.Passes);
    }

    private bool TryPagesOf(CpuZone zone, WatermarkCheck check, bool passes)
    {
        var request = _walk.Request;
        var order = request.Order.Value;

        if (zone.Pageset.Holds(order))
        {
            if (passes && !zone.Pageset.IsEmpty(order, request.Type))
            {
                _watched?.Check(zone.Id, check.Explain(_machine.Release, zone.Tuning, zone.View));
                _watched?.FindOnList(zone.Pageset, order, request.Type);
                if (!request.InBulk) zone.Pageset.BeginAllocation();
                NoteHit(zone);
                HandOut(zone, zone.Pageset.TakeHead(order, request.Type));
                return true;
            }

            _visit.Count = zone.Pageset.NextRefill(order, zone.BelowHigh);
            AskForBlocks(zone, check, ZoneVisitKind.Refill, Continuation.Refill);
            return true;
        }

        _visit.Count = 1;
        AskForBlocks(zone, check, ZoneVisitKind.Direct, Continuation.Direct);
        return true;
    }

    private void AskForBlocks(CpuZone zone, WatermarkCheck? check, ZoneVisitKind kind, Continuation continuation)
    {
        _walk.Visited = true;
        _visit.Recorder = _watched;
        _visit.HasCheck = check is not null;
        _visit.Check = check ?? default;
        _visit.Order = _walk.Request.Order.Value;
        _visit.Type = _walk.Request.Type;
        // A refill is for whoever comes; only a direct allocation may touch the reserve of atomic ones.
        _visit.Flags = kind == ZoneVisitKind.Refill ? _walk.Flags & ~AllocationFlags.Reserves : _walk.Flags;
        Ask(zone, kind, continuation);
    }

    private void AllocationReplied(CpuZone zone, bool refill)
    {
        var order = _walk.Request.Order.Value;
        _walk.LockWait += _visit.Wait;
        if (_visit.BoostRaised) WakeForBoost(zone);
        _visit.Recorder = null;
        if (_visit.Served && _visit.Taken > 0)
        {
            if (!refill)
            {
                Succeed(zone, _visit.Frames[0]);
                return;
            }

            if (!_walk.Request.InBulk) zone.Pageset.BeginAllocation();
            zone.Pageset.Append(order, _walk.Request.Type, _visit.Frames[.._visit.Taken]);
            HandOut(zone, zone.Pageset.TakeHead(order, _walk.Request.Type));
            return;
        }

        if (_visit.Served && refill && (_walk.Flags & AllocationFlags.Reserves) != 0
            && _machine.Release.Pagesets == PagesetShape.OrdersToThreeAndHuge)
        {
            // What the pageset could not get may still come from the reserve of atomic allocations.
            _visit.Count = 1;
            AskForBlocks(zone, null, ZoneVisitKind.Direct, Continuation.Direct);
            return;
        }

        var verdict = _visit.Served ? _visit.Verdict with { Verdict = ZoneVerdict.NothingFound } : _visit.Verdict;
        _tried.Add(new(zone.Id, _walk.Level, verdict));
        NoteFull(zone.Slot, failedMark: !_visit.Served);
        if (!_visit.Served && ReclaimsNodes && BeginNodeReclaim(zone, _visit.Check)) return;
        _walk.Position++;
        Scan();
    }

    private void Succeed(CpuZone zone, long frame)
    {
        var request = _walk.Request;
        Spend(_pagesetHit);
        zone.Touched = true;
        Count(zone, _walk.Preferred, request, 1);
        if (_machine.Release.FairZonePolicy) ChargeFairBatch(zone, 1 << request.Order.Value);
        if (zone.Slot != _walk.Preferred) CountFallback(zone);
        if (_walk.AfterCompaction) CompactionPaidOff(zone);
        if (_walk.Interleaves) CountInterleaved(zone);
        if (_walk.Visited || _perturbation.IsOn) Latency?.Invoke((_now - _walk.Begin).Nanoseconds);
        if (!_walk.Visited) Counters.PagesetHits++;
        var task = _current!;
        _watched?.Succeed(zone.Id, frame, _now, _walk.LockWait);
        if (Observer is not null && (_walk.Visited || zone.Slot != _walk.Preferred || _tried.Count > 0))
        {
            Observer.Allocated(Id, task, request, Counters.Allocations, _walk.Begin, _now, zone.Slot,
                zone.Slot != _walk.Preferred, _walk.LockWait, _tried);
        }

        // The page is there: zeroing it is the program's time, and no part of the allocation's latency.
        Zero(zone, request);
        if (request.Lru is { } lru) GiveToLru(lru, frame, zone.Slot);
        else task.Allocated(new(frame, request.Order.Value, zone.Slot));
        LeaveKernel();
    }

    private void Zero(CpuZone zone, AllocationRequest request)
    {
        if (request.IsZeroed) Spend(Zeroing(zone, request));
    }

    private static VirtualDuration Zeroing(CpuZone zone, AllocationRequest request) =>
        new(request.IsZeroed ? zone.ZeroPerPage << request.Order.Value : 0);

    private void Count(CpuZone zone, int preferred, AllocationRequest request, long allocations)
    {
        var pages = allocations << request.Order.Value;
        Counters.PagesFrom[zone.Slot] += pages;
        Counters.FirstChoicePages[preferred] += pages;
        Counters.HandOuts[zone.Slot] += allocations;
        Placement?[_current!.Id.Value].Add(zone.Slot, allocations);
    }

    /// <summary>The list is exhausted: the fair pass, the pass that avoids fragmentation, and the slow path
    /// follow.</summary>
    /// <returns>True when another pass begins now.</returns>
    private bool NextPass()
    {
        if (_walk.SkipsFull)
        {
            // Nothing found without the zones known as full: once more, with all of them.
            BeginPass();
            return true;
        }

        if ((_walk.Flags & AllocationFlags.Fair) != 0)
        {
            _walk.Flags &= ~AllocationFlags.Fair;
            if (_walk.FairSkipped > 0)
            {
                _walk.FairReset = FirstSlotOf(_machine.Zones[_walk.Preferred].Id.Node);
                ResetNextFairBatch();
                return false;
            }

            if (_machine.IsNuma)
            {
                BeginPass();
                return true;
            }
        }

        if (_walk.AvoidedFragmentation)
        {
            _walk.Flags &= ~AllocationFlags.NoFragment;
            BeginPass();
            return true;
        }

        if (_walk.IsSlow) WalkFailed();
        else EnterSlowPath();
        return false;
    }

    private void Fail(FailureKind kind)
    {
        LeaveKernel();
        var dies = _inKernel is not null;
        if (!dies && TrySecondAttempt()) return;
        var failure = new AllocationFailure(_walk.Request, kind, [.. _tried]) { Memory = _walk.Snapshot };
        var task = _current!;
        Counters.Failures++;
        task.Failures++;
        if (KnownFailure(kind) is not { } tally) _failures.Add(new(task.Workload, failure, Counters.Operations));
        else tally.Count++;
        Observer?.Allocated(
            Id, task, _walk.Request, Counters.Allocations, _walk.Begin, _now, -1, false, _walk.LockWait, _tried);
        _watched?.Fail(kind, _now, _walk.LockWait);
        task.Failed(failure);
        if (!dies && EndAfter(kind, task) is { } end) End(task, end);
    }

    private static TaskEnd? EndAfter(FailureKind kind, SimulatedTask task) => kind switch
    {
        FailureKind.Deadlocked => TaskEnd.Deadlocked,
        FailureKind.Hung => TaskEnd.Hung,
        FailureKind.NeedsReclaim when task.EndsAtReclaim => TaskEnd.NeedsReclaim,
        _ => null,
    };
}
