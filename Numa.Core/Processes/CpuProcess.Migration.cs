using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Kernels;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>One zone is compacted: pages on LRU lists move from its low pageblocks to free pages of its high ones. What
/// is left out stands in docs/reclaim-model.md. Source: <c>compact_zone</c>, Linux mm/compaction.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Pageblocks that one look for pages goes over.</summary>
    /// <remarks>The kernel lets others have the CPU as often. Source: COMPACT_CLUSTER_MAX.</remarks>
    private const int PageblocksAtOnce = 32;

    /// <summary>Pages that are off their lists to move, between two visits.</summary>
    private readonly List<LruPage> _isolated = [];

    /// <summary>What a zone is compacted for.</summary>
    /// <param name="Check">The check that is to pass, with its order.</param>
    /// <param name="HeedsDeferral">Left out, if others failed of late.</param>
    /// <param name="IsDirect">For an allocation that waits, not by kcompactd.</param>
    private readonly record struct CompactionAim(
        int Slot, WatermarkCheck Check, Migratetype Type, CompactionPriority Priority, bool HeedsDeferral,
        bool IsDirect);

    private void AskToCompact(int slot, ZoneVisitKind kind, CompactionStep step, Continuation then)
    {
        _visit.HasCheck = false;
        _visit.Compaction = step;
        Ask(Zone(slot), kind, then);
    }

    /// <summary>Sets the work's result of compaction.</summary>
    private IEnumerable<Pause> CompactZone(KernelWork work, CompactionAim aim)
    {
        work.Compacted = CompactionResult.Deferred;
        _visit.Order = aim.Check.Order;
        AskToCompact(aim.Slot, ZoneVisitKind.BeginCompaction, new(aim.Priority, aim.HeedsDeferral),
            Continuation.Kernel);
        yield return Pause.Visit;
        if (_visit.Taken == 0) yield break;
        work.Scanners = _visit.Scanners;
        work.Compacted = CompactionRules.Suitable(
            _machine.Release, Zone(aim.Slot).Tuning, _visit.Record, CompactionRules.Goal(_machine.Release, aim.Check));
        var scans = work.Compacted == CompactionResult.Continue;
        if (!scans && !(aim.IsDirect && work.Compacted == CompactionResult.Success)) yield break;
        if (scans)
        {
            if (FlushLruBatch(Continuation.Kernel)) yield return Pause.Visit;
            foreach (var pause in MovePages(work, aim)) yield return pause;
            foreach (var pause in GiveTargetsBack(work, aim.Slot)) yield return pause;
        }

        (_visit.Order, _visit.Scanners) = (aim.Check.Order, work.Scanners);
        AskToCompact(aim.Slot, ZoneVisitKind.EndCompaction,
            new(aim.Priority, Result: work.Compacted, HasScanned: scans), Continuation.Kernel);
        yield return Pause.Visit;
    }

    private IEnumerable<Pause> MovePages(KernelWork work, CompactionAim aim)
    {
        while (work.Compacted == CompactionResult.Continue)
        {
            if (work.Scanners.Met)
            {
                work.Compacted = work.Scanners.IsWhole
                    ? CompactionResult.Complete
                    : CompactionResult.PartialSkipped;
                yield break;
            }

            if (IsAtPageblock(work.Scanners.Migrate))
            {
                _visit.HasCheck = false;
                Ask(Zone(aim.Slot), ZoneVisitKind.Describe, Continuation.Kernel);
                yield return Pause.Visit;
                if (HasEnough(aim)) work.Compacted = CompactionResult.Success;
                else if (IsVictim) work.Compacted = CompactionResult.Contended;
                if (work.Compacted != CompactionResult.Continue) yield break;
            }

            foreach (var pause in MoveBatch(work, aim)) yield return pause;
            yield return Pause.Step;
        }
    }

    private bool HasEnough(CompactionAim aim)
    {
        var release = _machine.Release;
        return CompactionRules.HasBlock(_visit.TypesOfOrder.AsSpan(), aim.Check.Order, aim.Type)
            && (!release.CompactionHeedsMark || CompactionRules.Goal(release, aim.Check)
                .Evaluate(release, Zone(aim.Slot).Tuning, _visit.Record).Passes);
    }

    /// <summary>Up to 32 pages of one pageblock move.</summary>
    private IEnumerable<Pause> MoveBatch(KernelWork work, CompactionAim aim)
    {
        var (from, to) = NextToVacate(work.Scanners, aim);
        work.Scanners = work.Scanners with { Migrate = to };
        if (from == to) yield break;
        (_visit.Vacated, _visit.Range, _visit.Count) = (aim.Slot, new(new(from), new(to)), LruScan.Most);
        _visit.Pages.Clear();
        AskLru(_machine.LruOf(aim.Slot), ZoneVisitKind.LruIsolate, Continuation.Kernel);
        yield return Pause.Visit;
        if (_isolated.Count == 0) yield break;
        var next = _isolated[^1].Frame + 1;
        if (_isolated.Count < LruScan.Most) next = Math.Min(to, PageblockAbove(next - 1));
        work.Scanners = work.Scanners with { Migrate = next };
        if (_isolated.Count > work.Targets.Count)
        {
            (_visit.Order, _visit.Count, _visit.Scanners) =
                (0, _isolated.Count - work.Targets.Count, work.Scanners);
            AskToCompact(aim.Slot, ZoneVisitKind.TakeTargets, new(aim.Priority), Continuation.Kernel);
            yield return Pause.Visit;
            work.Scanners = _visit.Scanners;
            foreach (var frame in _visit.Frames[.._visit.Taken]) work.Targets.Enqueue(new(frame, 0, aim.Slot));
            // Without the scanners having met it is the mark that keeps the free pages.
            if (_isolated.Count > work.Targets.Count && !work.Scanners.Met)
                work.Compacted = CompactionResult.Contended;
        }

        CopyIsolated(work, Zone(aim.Slot));
        AskLru(_machine.LruOf(aim.Slot), ZoneVisitKind.LruPutBack, Continuation.Kernel);
        yield return Pause.Visit;
        // Whose task was killed meanwhile is wanted by nobody.
        while (FreeReclaimed(Continuation.Kernel)) yield return Pause.Visit;
        if (work.Held.Count == 0) yield break;
        FreeDirectly(Zone(aim.Slot), work.Held);
        yield return Pause.Visit;
    }

    /// <summary>The next frames to move pages out of: some pageblocks below the free scanner's.</summary>
    private (long From, long To) NextToVacate(CompactionScanners scanners, CompactionAim aim)
    {
        var end = scanners.Free & ~(Order.PageblockPages - 1);
        // A pageblock that was begun is finished first.
        var most = IsAtPageblock(scanners.Migrate) ? PageblocksAtOnce : 1;
        var from = scanners.Migrate;
        while (from < end && !IsSource(from, aim)) from = PageblockAbove(from);
        var to = Math.Min(from, end);
        for (; to < end && most > 0 && IsSource(to, aim); most--) to = Math.Min(end, PageblockAbove(to));
        return (Math.Min(from, end), to);
    }

    /// <summary>Who tries but a little takes only pages that are likely to move, and to be of use to it.</summary>
    private bool IsSource(long frame, CompactionAim aim)
    {
        if (aim.Priority != CompactionPriority.Async) return true;
        var zone = Zone(aim.Slot);
        var tag = zone.Tags.AsOf(frame, zone.View.Effect);
        return tag == (_machine.Release.CompactionMindsType ? aim.Type : Migratetype.Movable);
    }

    /// <summary>Copies as many pages as there are free ones for; the visit is to put them back at their new frames, and
    /// the others where they were.</summary>
    private void CopyIsolated(KernelWork work, CpuZone zone)
    {
        _visit.Pages.Clear();
        foreach (var page in _isolated)
        {
            if (!work.Targets.TryDequeue(out var target))
            {
                _visit.Pages.Add(page);
                continue;
            }

            _visit.Pages.Add(page with { Frame = target.Frame });
            work.Held.Enqueue(new(page.Frame, 0, page.Zone));
            Counters.PagesMigrated++;
            Spend(new(_costs.CopyPerPageAt(_machine.Image.Distances[Node, zone.Id.Node])));
        }

        _isolated.Clear();
    }

    /// <summary>Free pages that nothing moved to.</summary>
    private IEnumerable<Pause> GiveTargetsBack(KernelWork work, int slot)
    {
        if (work.Targets.Count == 0) yield break;
        if (!work.Scanners.Met)
        {
            var highest = work.Targets.Max(block => block.Frame) & ~(Order.PageblockPages - 1);
            work.Scanners = work.Scanners with { Free = Math.Max(work.Scanners.Free, highest) };
        }

        FreeDirectly(Zone(slot), work.Targets);
        yield return Pause.Visit;
    }

    /// <summary>Frees blocks past the CPU's pagesets, so that they merge at once.</summary>
    private void FreeDirectly(CpuZone zone, Queue<LiveBlock> blocks)
    {
        _visit.Drained.Clear();
        while (blocks.TryDequeue(out var block))
        {
            _visit.Drained.Add(
                new(block.Frame, (byte)block.Order, zone.Tags.AsOf(block.Frame, zone.View.Effect)));
        }

        _visit.HasCheck = false;
        Ask(zone, ZoneVisitKind.DirectFree, Continuation.Kernel);
    }

    private static bool IsAtPageblock(long frame) => (frame & (Order.PageblockPages - 1)) == 0;

    private static long PageblockAbove(long frame) => (frame | (Order.PageblockPages - 1)) + 1;
}
