using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Reclaim by whoever needs it: a task in the slow path, or kswapd. Totals, targets and the rules to stop are
/// the kernel's; which pages come off the lists is the model of docs/reclaim-model.md. Source:
/// <c>do_try_to_free_pages</c>, <c>shrink_lruvec</c>, Linux mm/vmscan.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>How much of the lists to look at, and when enough is reclaimed.</summary>
    /// <param name="Priority">Each list is looked at by its size divided by 2 to this power.</param>
    /// <param name="Target">Pages that are enough.</param>
    private readonly record struct ShrinkOrder(int Priority, int HighestZone, long Target, bool MayWrite);

    /// <summary>What became of it.</summary>
    private record struct Shrunk(long Scanned, long Reclaimed, VirtualInstant CleanAt);

    private static readonly VirtualDuration LongestThrottle = new(Second);

    /// <summary>Reclaims for the allocation: node after node along its zonelist, harder and harder, until it has a
    /// batch. Sets the slow path's progress.</summary>
    private IEnumerable<Pause> ShrinkZonelist(KernelWork work)
    {
        work.Slow.Progress = 0;
        var wasDying = IsVictim;
        foreach (var pause in Throttle(work)) yield return pause;
        if (IsVictim && !wasDying)
        {
            // Killed while it waited: it is to use the reserves first.
            work.Slow.Progress = 1;
            yield break;
        }

        Counters.AllocStalls++;
        long reclaimed = 0;
        for (var priority = FirstPriority; priority >= 0 && reclaimed < LruScan.Most; priority--)
        {
            var (last, cleanAt) = (-1, VirtualInstant.Never);
            foreach (var slot in _walk.Slots)
            {
                if (!IsAllowed(slot)) continue;
                var lru = _machine.LruOf(slot);
                if (lru == last) continue;
                last = lru;
                var order = new ShrinkOrder(
                    priority, (int)_walk.Request.HighestZone(_machine.Release), LruScan.Most, MayWrite: true);
                foreach (var pause in ShrinkLru(work, lru, order)) yield return pause;
                reclaimed += work.Shrunk.Reclaimed;
                cleanAt = VirtualInstant.Min(cleanAt, work.Shrunk.CleanAt);
            }

            if (reclaimed == 0 && WaitsForDevice(work, cleanAt)) yield return Pause.Sleep;
        }

        Counters.DirectReclaimed += reclaimed;
        work.Slow.Progress = reclaimed;
    }

    /// <summary>What could be taken is being written: better wait for that than write more.</summary>
    /// <remarks>Source: <c>reclaim_throttle</c>, before 5.16 <c>congestion_wait</c>, Linux mm/vmscan.c.</remarks>
    private bool WaitsForDevice(KernelWork work, VirtualInstant cleanAt)
    {
        if (cleanAt == VirtualInstant.Never || IsVictim) return false;
        // Until a batch is written, not just the first page of it.
        var batch = cleanAt + new VirtualDuration((LruScan.Most - 1) * _costs.WritePerPage);
        SetTimer(work, VirtualInstant.Max(_now, VirtualInstant.Min(batch, _now + Doze)));
        return true;
    }

    /// <summary>Looks at the pages of one LRU as far as the priority says, in batches, and frees what comes off
    /// it.</summary>
    private IEnumerable<Pause> ShrinkLru(KernelWork work, int lru, ShrinkOrder order)
    {
        work.Shrunk = new(0, 0, VirtualInstant.Never);
        AskForSizes(lru, Continuation.Kernel);
        yield return Pause.Visit;
        var (files, anonymous) = (0L, 0L);
        foreach (var size in _visit.Sizes)
        {
            if ((int)_machine.Zones[size.Zone].Id.Kind > order.HighestZone) continue;
            files += size.File;
            anonymous += size.Swappable;
        }

        var shares = order.Priority == 0
            ? (File: files, Anonymous: anonymous)
            : ScanShares(files >> order.Priority, anonymous >> order.Priority);
        while ((shares.File > 0 || shares.Anonymous > 0) && work.Shrunk.Reclaimed < order.Target)
        {
            for (var type = LruType.Anonymous; type <= LruType.File; type++)
            {
                var left = type == LruType.File ? shares.File : shares.Anonymous;
                if (left == 0) continue;
                var count = (int)Math.Min(left, LruScan.Most);
                foreach (var pause in ScanLru(work, lru, new(type, count, (ZoneKind)order.HighestZone, order.MayWrite)))
                    yield return pause;
                if (type == LruType.File) shares.File -= count;
                else shares.Anonymous -= count;
            }
        }
    }

    /// <summary>With swap, both kinds are looked at in the proportion that vm.swappiness sets; without, files
    /// only.</summary>
    /// <remarks>Source: <c>get_scan_count</c>, Linux mm/vmscan.c, with both kinds equally often in use again.</remarks>
    private (long File, long Anonymous) ScanShares(long files, long anonymous)
    {
        const int even = 200;
        var swappiness = _machine.Image.Settings.Swappiness;
        return anonymous == 0
            ? (files, 0)
            : (files * (even - swappiness) / even, anonymous * swappiness / even);
    }

    private IEnumerable<Pause> ScanLru(KernelWork work, int lru, LruScan scan)
    {
        AskForScan(lru, scan, Continuation.Kernel);
        yield return Pause.Visit;
        var found = _visit.Scanned;
        Counters.LruScanned += found.Scanned;
        work.Shrunk = new(work.Shrunk.Scanned + found.Scanned, work.Shrunk.Reclaimed + _reclaimed.Count,
            VirtualInstant.Min(work.Shrunk.CleanAt, found.CleanAt));
        var waits = found.WrittenBack > 0 && _reclaimed.Count == 0 && WaitsForDevice(work, found.CleanAt);
        while (FreeReclaimed(Continuation.Kernel)) yield return Pause.Visit;
        yield return waits ? Pause.Sleep : Pause.Step;
    }

    /// <summary>A program gives its anonymous memory back and goes on.</summary>
    private IEnumerable<Pause> Unmap(KernelWork work)
    {
        foreach (var pause in ReleaseLru(work)) yield return pause;
        work.Task.ForgetAnonymous();
        LeaveKernel();
    }

    /// <summary>All that the task has on the LRU lists.</summary>
    private IEnumerable<Pause> ReleaseLru(KernelWork work)
    {
        if (work.Task.AnonymousPages == 0) yield break;
        if (FlushLruBatch(Continuation.Kernel)) yield return Pause.Visit;
        // Its pages came from zones that the CPU knows.
        foreach (var lru in _zones.OfType<CpuZone>().Select(zone => _machine.LruOf(zone.Slot)).Distinct().ToList())
        {
            do
            {
                AskForRelease(lru, work.Task.Id, LruScan.Most, Continuation.Kernel);
                yield return Pause.Visit;
                work.Answer = _reclaimed.Count > 0;
                while (FreeReclaimed(Continuation.Kernel)) yield return Pause.Visit;
                yield return Pause.Step;
            }
            while (work.Answer);
        }
    }

    /// <summary>Pages of a zone that reclaim could take, by the sizes that the last visit brought.</summary>
    private long Reclaimable(int slot)
    {
        foreach (var size in _visit.Sizes)
        {
            if (size.Zone == slot) return size.Reclaimable;
        }

        return 0;
    }

    /// <summary>While little more is free than what only those may take who free memory, direct reclaimers
    /// wait.</summary>
    /// <remarks>Source: <c>throttle_direct_reclaim</c>, <c>allow_direct_reclaim</c>, Linux mm/vmscan.c.</remarks>
    private IEnumerable<Pause> Throttle(KernelWork work)
    {
        var first = Array.FindIndex(_walk.Slots, slot => _machine.Zones[slot].Id.Kind <= ZoneKind.Normal);
        if (IsVictim || first < 0) yield break;
        var node = _machine.Zones[_walk.Slots[first]].Id.Node;
        var slots = SlotsOf(node, (int)ZoneKind.Normal);
        var (free, reserve, hopeless) = (0L, 0L, false);
        foreach (var slot in slots)
        {
            AskForSizes(_machine.LruOf(slot), Continuation.Kernel);
            yield return Pause.Visit;
            hopeless |= _visit.FutileRuns >= HopelessRuns;
            if (Reclaimable(slot) == 0) continue;
            Query(slot);
            yield return Pause.Visit;
            reserve += Zone(slot).Tuning.Marks.Min.Value + _visit.Record.Boost;
            free += _visit.Record.Folded;
        }

        if (hopeless || reserve == 0 || free > reserve / 2) yield break;
        Counters.Throttled++;
        SendSignal(_machine.HomeCpus[node.Value], SignalKind.Throttled, work.Task.Id, zone: slots[0]);
        SetTimer(work, _now + LongestThrottle);
        work.IsThrottled = true;
        yield return Pause.Sleep;
        work.IsThrottled = false;
    }

    private void WakeThrottled(KernelThread kswapd)
    {
        foreach (var (cpu, task) in kswapd.Throttled) SendSignal(cpu, SignalKind.EndThrottle, task);
        kswapd.Throttled.Clear();
    }
}
