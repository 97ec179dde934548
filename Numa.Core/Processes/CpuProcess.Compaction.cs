using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Compaction for an allocation of more than a page, by its own task. Source:
/// <c>__alloc_pages_direct_compact</c>, <c>should_compact_retry</c>, Linux mm/page_alloc.c;
/// <c>try_to_compact_pages</c>, mm/compaction.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Successful compactions that led to no page, before the kernel tries harder.</summary>
    /// <remarks>Source: MAX_COMPACT_RETRIES; a quarter of it for costly orders.</remarks>
    private const int MostCompactionRetries = 16;

    /// <summary>The kernel compacts before it reclaims, as up to 4.6.</summary>
    private bool CompactsFirst => _machine.Release.Compaction == CompactionRule.BeforeReclaim;

    private bool IsCostly => _walk.Request.Order.Value > CostlyOrder;

    private bool CanCompact
    {
        get
        {
            var needed = CompactsFirst ? GfpFlags.Io | GfpFlags.Fs : GfpFlags.Io;
            return Reclaim is not null && _machine.Release.Compaction != CompactionRule.None
                && (_walk.Attempt.Gfp & needed) == needed;
        }
    }

    /// <summary>Large blocks are asked of compaction before anything is reclaimed. May end the slow path.</summary>
    private IEnumerable<Pause> CompactEarly(KernelWork work)
    {
        var (request, gfp) = (_walk.Request, _walk.Attempt.Gfp);
        var wants = IsCostly
            || (request.Order.Value > 0 && request.Type != Migratetype.Movable
                && _machine.Release.CompactionMindsType);
        if (CompactsFirst || !CanCompact || !MayReclaim || !wants || Reserves() != AllocationFlags.None) yield break;
        foreach (var pause in Compact(work, CompactionPriority.Async)) yield return pause;
        if (!IsCostly || (gfp & GfpFlags.NoRetry) == 0) yield break;
        if (work.Slow.Compacted is CompactionResult.Skipped or CompactionResult.Deferred
            || (gfp & GfpFlags.ThisNode) != 0)
            End(work, SlowPathOutcome.NoPage);
        else
            work.Slow.Priority = CompactionPriority.Async;
    }

    /// <summary>Up to 4.6: before each reclaim, the first time asynchronously. A huge page is worth no more than
    /// that.</summary>
    private IEnumerable<Pause> CompactBeforeReclaim(KernelWork work)
    {
        const GfpFlags huge = GfpFlags.GfpTransHuge | GfpFlags.KswapdReclaim;
        foreach (var pause in Compact(work, work.Slow.Priority)) yield return pause;
        if ((_walk.Attempt.Gfp & huge) != GfpFlags.GfpTransHuge) work.Slow.Priority = CompactionPriority.SyncLight;
        else if (work.Slow.Compacted is CompactionResult.Deferred or CompactionResult.Contended)
            End(work, SlowPathOutcome.NoPage);
    }

    /// <summary>Compacts, and tries what that freed. Sets the slow path's result of compaction.</summary>
    private IEnumerable<Pause> Compact(KernelWork work, CompactionPriority priority)
    {
        work.Slow.Compacted = CompactionResult.Skipped;
        if (_walk.Request.Order.Value == 0 || !CanCompact) yield break;
        foreach (var pause in CompactZonelist(work, priority)) yield return pause;
        if (work.Slow.Compacted == CompactionResult.Skipped
            || (CompactsFirst && work.Slow.Compacted == CompactionResult.Deferred)) yield break;
        Counters.CompactionStalls++;
        _walk.AfterCompaction = true;
        yield return Pause.Walk;
        _walk.AfterCompaction = false;
        Counters.CompactionFailures++;
    }

    private IEnumerable<Pause> CompactZonelist(KernelWork work, CompactionPriority priority)
    {
        // Up to 4.6 it is Deferred only if all zones were.
        var best = CompactsFirst ? CompactionResult.Deferred : CompactionResult.Skipped;
        var isFirst = true;
        foreach (var slot in _walk.Slots)
        {
            if (!IsAllowed(slot)) continue;
            var check = new WatermarkCheck(
                _walk.Level, _walk.Flags, _walk.ReserveIndex, _walk.Request.Order.Value);
            var heeds = priority != CompactionPriority.SyncFull;
            foreach (var pause in CompactZone(work, new(slot, check, _walk.Request.Type, priority, heeds, true)))
                yield return pause;
            if (CompactsFirst && work.Compacted == CompactionResult.Deferred) continue;
            if (CompactsFirst && isFirst) best = work.Compacted;
            else if (work.Compacted > best) best = work.Compacted;
            isFirst = false;
            if (work.Compacted == CompactionResult.Success || IsVictim) break;
        }

        work.Slow.Compacted = best;
    }

    /// <summary>Whether compaction may still lead to a page. Sets the work's answer.</summary>
    private IEnumerable<Pause> JudgeCompaction(KernelWork work)
    {
        work.Answer = false;
        if (work.Slow.Progress == 0 || !CanCompact || _walk.Request.Order.Value == 0 || IsVictim) yield break;
        var result = work.Slow.Compacted;
        if (result == CompactionResult.Success)
        {
            var most = IsCostly ? MostCompactionRetries / 4 : MostCompactionRetries;
            work.Answer = ++work.Slow.CompactionRetries <= most;
        }
        else if (result == CompactionResult.Skipped
            || (result != CompactionResult.Complete && _machine.Release.WithdrawnCompactionAwaitsReclaim))
        {
            foreach (var pause in JudgeRoom(work)) yield return pause;
            yield break;
        }

        var hardest = IsCostly ? CompactionPriority.SyncLight : CompactionPriority.SyncFull;
        if (work.Answer || work.Slow.Priority <= hardest) yield break;
        work.Slow.Priority--;
        work.Slow.CompactionRetries = 0;
        work.Answer = true;
    }

    /// <summary>Whether some zone would have room to compact, if a part of what is reclaimable were free.</summary>
    /// <remarks>Source: <c>compaction_zonelist_suitable</c>, Linux mm/compaction.c.</remarks>
    private IEnumerable<Pause> JudgeRoom(KernelWork work)
    {
        var check = new WatermarkCheck(
            WatermarkLevel.Min, _walk.Flags, _walk.ReserveIndex, _walk.Request.Order.Value);
        foreach (var slot in _walk.Slots)
        {
            if (!IsAllowed(slot)) continue;
            foreach (var pause in LookAt(work, slot)) yield return pause;
            work.Answer = CompactionRules.CouldSuit(_machine.Release, Zone(slot).Tuning, _visit.Record, check,
                _visit.Record.Folded + work.Reclaimable / check.Order);
            if (work.Answer) yield break;
        }
    }

    /// <summary>The allocation got a page after its compaction: the zone is worth another one.</summary>
    private void CompactionPaidOff(CpuZone zone)
    {
        Counters.CompactionSuccesses++;
        _work.Enqueue(new(WorkKind.TrustCompaction, zone.Slot, Order: _walk.Request.Order.Value));
    }

    private void TrustCompaction(int slot, int order)
    {
        _visit.Order = order;
        AskToCompact(slot, ZoneVisitKind.EndCompaction,
            new(CompactionPriority.Async, Result: CompactionResult.Success, GotPage: true), Continuation.None);
    }
}
