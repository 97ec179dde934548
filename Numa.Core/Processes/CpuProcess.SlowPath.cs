using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Kernels;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>The slow path, entered when no zone is above its low mark. Source: <c>__alloc_pages_slowpath</c>, Linux
/// mm/page_alloc.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Largest order for which the kernel tries hard.</summary>
    /// <remarks>Source: PAGE_ALLOC_COSTLY_ORDER.</remarks>
    private const int CostlyOrder = 3;

    /// <summary>Rounds without progress before the kernel gives up reclaiming (4.7 and later).</summary>
    /// <remarks>Source: MAX_RECLAIM_RETRIES.</remarks>
    private const int MostFutileRounds = 16;

    /// <summary>A task that waits for memory so long hangs, as far as a run is concerned.</summary>
    /// <remarks>Source: kernel.hung_task_timeout_secs.</remarks>
    private static readonly VirtualDuration HungTask = new(120 * Second);

    private const GfpFlags Emergency = GfpFlags.MemAlloc | GfpFlags.NoMemAlloc;

    // Zonelists that were rebuilt so many times: a slow path begins anew on new ones.
    private int _rebuilds;

    private enum SlowPathOutcome : byte
    {
        Retry,
        Restart,
        NoPage,
    }

    /// <summary>What the slow path keeps from round to round.</summary>
    private struct SlowPathState
    {
        public SlowPathOutcome Outcome;
        public FailureKind Failure;
        public int Rebuilds;
        public int FutileRounds;

        /// <summary>What the last compaction came to.</summary>
        public CompactionResult Compacted;

        /// <summary>How hard the next one tries.</summary>
        public CompactionPriority Priority;

        /// <summary>Compactions at this priority that succeeded and led to no page.</summary>
        public int CompactionRetries;

        /// <summary>Pages that direct reclaim freed in this round, or its word for progress.</summary>
        public long Progress;

        /// <summary>Pages that it freed in all rounds.</summary>
        public long Reclaimed;
    }

    private bool MayReclaim => (_walk.Attempt.Gfp & GfpFlags.DirectReclaim) != 0;

    private bool IsVictim => _victims.Contains(_current!.Id);

    private void EnterSlowPath()
    {
        NotePressure();
        Counters.SlowPathEntries++;
        SlowPath ??= new(_now, Id, Counters.Operations, _current!.Id, [.. _tried]);
        // Who reclaims may have to do with any zone from here on.
        if (Reclaim is not null) Reach.Open();
        _walk.IsSlow = true;
        EnterKernel(BeginKernel(_current!, TakeSlowPath, isSlowPath: true));
        ResumeKernel();
    }

    private IEnumerable<Pause> TakeSlowPath(KernelWork work)
    {
        do
        {
            work.Slow = new()
            {
                Rebuilds = _rebuilds, Failure = FailureKind.NoPage,
                Priority = CompactsFirst ? CompactionPriority.Async : CompactionPriority.SyncLight,
            };
            BeginSlowWalk();
            if (!FindPreferred()) break;
            WakeAllKswapds();
            yield return Pause.Walk;
            foreach (var pause in CompactEarly(work)) yield return pause;
            while (work.Slow.Outcome == SlowPathOutcome.Retry)
            {
                foreach (var pause in Round(work)) yield return pause;
                yield return Pause.Step;
            }

            if (work.Slow.Outcome == SlowPathOutcome.NoPage && MayReclaim
                && (_walk.Attempt.Gfp & GfpFlags.NoFail) != 0)
            {
                foreach (var pause in NeverFail(work)) yield return pause;
            }
        }
        while (work.Slow.Outcome == SlowPathOutcome.Restart);
        foreach (var pause in ReportFailure(work)) yield return pause;
    }

    private void BeginSlowWalk()
    {
        _walk.Level = WatermarkLevel.Min;
        _walk.Flags = AllocationRequest.SlowPathFlags(
            _machine.Release, _walk.Attempt.Gfp, _walk.Request.Order);
        if (!_walk.Request.MemsAllowed.IsDefaultOrEmpty) LeaveFastPathMask();
        _walk.CacheSetUp = false;
    }

    private void WakeAllKswapds()
    {
        if ((_walk.Attempt.Gfp & GfpFlags.KswapdReclaim) != 0) SendKswapdWakes();
    }

    private static void End(KernelWork work, SlowPathOutcome outcome, FailureKind failure = FailureKind.NoPage) =>
        (work.Slow.Outcome, work.Slow.Failure) = (outcome, failure);

    /// <summary>One round: a walk with what reserves the task may use, reclaim, compaction, and whether another round
    /// makes sense.</summary>
    private IEnumerable<Pause> Round(KernelWork work)
    {
        if (ZonelistsChanged(work)) yield break;
        WakeAllKswapds();
        UseReserves();
        yield return Pause.Walk;
        if (!MayReclaim)
        {
            End(work, SlowPathOutcome.NoPage);
            yield break;
        }

        if (Reclaim is null)
        {
            End(work, SlowPathOutcome.NoPage, FailureKind.NeedsReclaim);
            yield break;
        }

        if (!CompactsFirst)
        {
            foreach (var pause in TryHard(work)) yield return pause;
            yield break;
        }

        foreach (var pause in CompactBeforeReclaim(work)) yield return pause;
        if (work.Slow.Outcome != SlowPathOutcome.Retry) yield break;
        foreach (var pause in TryHard(work)) yield return pause;
        if (work.Slow is not { Outcome: SlowPathOutcome.NoPage, Failure: FailureKind.NoPage }) yield break;
        foreach (var pause in Compact(work, work.Slow.Priority)) yield return pause;
    }

    private IEnumerable<Pause> TryHard(KernelWork work)
    {
        foreach (var pause in ReclaimDirectly(work)) yield return pause;
        if (!CompactsFirst)
        {
            foreach (var pause in Compact(work, work.Slow.Priority)) yield return pause;
        }

        foreach (var pause in JudgeRetry(work)) yield return pause;
        if (work.Slow.Outcome == SlowPathOutcome.Retry && !work.Answer && !CompactsFirst)
        {
            foreach (var pause in JudgeCompaction(work)) yield return pause;
        }

        if (!work.Answer && work.Slow.Outcome == SlowPathOutcome.Retry && !ZonelistsChanged(work))
        {
            foreach (var pause in RunOutOfMemory(work)) yield return pause;
        }

        if (work.Slow.Outcome == SlowPathOutcome.Retry && _now - _walk.Begin > HungTask)
            End(work, SlowPathOutcome.NoPage, FailureKind.Hung);
    }

    private bool ZonelistsChanged(KernelWork work)
    {
        if (work.Slow.Rebuilds == _rebuilds) return false;
        _walk.Slots = _machine.Walk(_walk.Attempt.Node, _walk.Request.HighestZone(_machine.Release),
            (_walk.Attempt.Gfp & GfpFlags.ThisNode) != 0);
        End(work, SlowPathOutcome.Restart);
        return true;
    }

    /// <summary>Who frees memory, or dies, may take what others must leave; the urgent leave their policy.</summary>
    /// <remarks>Source: <c>__gfp_pfmemalloc_flags</c>, Linux mm/page_alloc.c.</remarks>
    private void UseReserves()
    {
        var reserves = Reserves();
        if (reserves != AllocationFlags.None)
            _walk.Flags = reserves | (_walk.Flags & AllocationFlags.Kswapd);
        var leaves = reserves != AllocationFlags.None || (_walk.Flags & AllocationFlags.CpuSet) == 0;
        if (leaves && _machine.Release.UrgentRequestsLeavePolicy && !_walk.Attempt.Mask.IsDefaultOrEmpty)
            _walk.Attempt = _walk.Attempt with { Mask = [] };
        FindPreferred();
        _walk.CacheSetUp = false;
    }

    private AllocationFlags Reserves()
    {
        var gfp = _walk.Attempt.Gfp;
        return (gfp & GfpFlags.NoMemAlloc) != 0 ? AllocationFlags.None
            : (gfp & Emergency) == GfpFlags.MemAlloc ? AllocationFlags.NoWatermarks
            : !IsVictim ? AllocationFlags.None
            : _machine.Release.VictimsIgnoreMarks ? AllocationFlags.NoWatermarks
            : AllocationFlags.Oom;
    }

    /// <summary>Reclaims, and tries what that freed; the pages that others have cached are the last resort.</summary>
    private IEnumerable<Pause> ReclaimDirectly(KernelWork work)
    {
        foreach (var pause in ShrinkZonelist(work)) yield return pause;
        if (work.Slow.Progress == 0) yield break;
        work.Slow.Reclaimed += work.Slow.Progress;
        yield return Pause.Walk;
        foreach (var pause in UnreserveHighAtomic(work, forced: false)) yield return pause;
        foreach (var pause in DrainAll(work)) yield return pause;
        yield return Pause.Walk;
    }

    /// <summary>Whether reclaim may still lead to a page. Sets the work's answer, or ends the round.</summary>
    private IEnumerable<Pause> JudgeRetry(KernelWork work)
    {
        work.Answer = false;
        var gfp = _walk.Attempt.Gfp;
        var order = _walk.Request.Order.Value;
        if ((gfp & GfpFlags.NoRetry) != 0
            || (IsCostly && ((gfp & GfpFlags.RetryMayFail) == 0 || !CanCompact)
                && !_machine.Release.CountsReclaimedPages))
        {
            End(work, SlowPathOutcome.NoPage);
            yield break;
        }

        if (_machine.Release.CountsReclaimedPages)
        {
            work.Answer = (work.Slow.Progress > 0 && order <= CostlyOrder)
                || ((gfp & GfpFlags.RetryMayFail) != 0 && work.Slow.Reclaimed < 1L << order);
            yield break;
        }

        work.Slow.FutileRounds = work.Slow.Progress > 0 && order <= CostlyOrder ? 0 : work.Slow.FutileRounds + 1;
        if (work.Slow.FutileRounds <= MostFutileRounds)
        {
            foreach (var pause in JudgeZones(work)) yield return pause;
        }

        if (work.Answer) yield break;
        foreach (var pause in UnreserveHighAtomic(work, forced: true)) yield return pause;
    }

    /// <summary>Whether some zone would pass the min mark if all that is reclaimable were free.</summary>
    /// <remarks>Source: <c>should_reclaim_retry</c>, Linux mm/page_alloc.c.</remarks>
    private IEnumerable<Pause> JudgeZones(KernelWork work)
    {
        var check = new WatermarkCheck(
            WatermarkLevel.Min, _walk.Flags, _walk.ReserveIndex, _walk.Request.Order.Value);
        foreach (var slot in _walk.Slots)
        {
            if (!IsAllowed(slot)) continue;
            foreach (var pause in LookAt(work, slot)) yield return pause;
            var record = _visit.Record;
            record.Folded += work.Reclaimable;
            work.Answer = check.Evaluate(_machine.Release, Zone(slot).Tuning, record).Passes;
            if (work.Answer) yield break;
        }
    }

    /// <summary>How a zone stands, in the visit's record, and what reclaim could take there, in the work: where that is
    /// nothing, the kernel counts what is free.</summary>
    /// <remarks>Source: <c>zone_reclaimable_pages</c>, Linux mm/vmscan.c.</remarks>
    private IEnumerable<Pause> LookAt(KernelWork work, int slot)
    {
        AskForSizes(_machine.LruOf(slot), Continuation.Kernel);
        yield return Pause.Visit;
        var reclaimable = Reclaimable(slot);
        Query(slot);
        yield return Pause.Visit;
        work.Reclaimable = reclaimable > 0 ? reclaimable : Math.Max(0, _visit.Record.Folded);
    }

    /// <summary>A request that must not fail: a part of the reserve, first where its cpuset lets it, then
    /// anywhere.</summary>
    private IEnumerable<Pause> NeverFail(KernelWork work)
    {
        _walk.Flags = AllocationFlags.MinReserve | AllocationFlags.CpuSet;
        yield return Pause.Walk;
        _walk.Flags = AllocationFlags.MinReserve;
        yield return Pause.Walk;
        End(work, SlowPathOutcome.Restart);
    }

    private void Query(int slot)
    {
        _visit.HasCheck = false;
        Ask(Zone(slot), ZoneVisitKind.Query, Continuation.Kernel);
    }

    /// <summary>Gives pageblocks set apart for atomic allocations back, one of the first zone that has one. Sets the
    /// work's answer.</summary>
    private IEnumerable<Pause> UnreserveHighAtomic(KernelWork work, bool forced)
    {
        work.Answer = false;
        if (_machine.Release.HighAtomic == HighAtomicRule.ReservePageblocks) yield break;
        foreach (var slot in _walk.Slots)
        {
            if (!IsInMask(slot)) continue;
            var zone = Zone(slot);
            Refresh(zone);
            if (zone.View.HighAtomicPages == 0) continue;
            _visit.HasCheck = false;
            _visit.Type = _walk.Request.Type;
            _visit.Count = forced ? 1 : 0;
            Ask(zone, ZoneVisitKind.Unreserve, Continuation.Kernel);
            yield return Pause.Visit;
            work.Answer = _visit.Taken > 0;
            if (work.Answer) yield break;
        }
    }
}
