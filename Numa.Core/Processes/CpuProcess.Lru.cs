using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Pages that reclaim may take go to an LRU list in batches, as the kernel's per-CPU pagevec does; what a CPU
/// has taken off a list lies with it until it is freed.</remarks>
public sealed partial class CpuProcess
{
    private readonly List<LruPage> _lruBatch = [];
    private readonly Queue<LruPage> _reclaimed = new();
    private Continuation _afterFlush;

    /// <summary>Pages that are on no LRU list yet, or no more: collected for one, taken off and not freed yet, or
    /// about to move.</summary>
    public IEnumerable<LruPage> OffLru => _lruBatch.Concat(_reclaimed).Concat(_isolated);

    /// <summary>Gives a page to the current task, whose it is until reclaim takes it.</summary>
    private void GiveToLru(LruType type, long frame, int zone)
    {
        var task = _current!;
        task.AllocatedToLru(type);
        _lruBatch.Add(new(frame, zone, type, task.Id));
        Reach.Add(_machine.LruOf(zone));
        if (_lruBatch.Count >= _machine.Release.LruBatchPages) FlushLruBatch(Continuation.None);
    }

    /// <summary>Puts the collected pages on their lists: a visit for each run of pages of one LRU.</summary>
    /// <param name="then">Goes on after the last visit.</param>
    /// <returns>False when there is nothing to put, so that no visit was sent.</returns>
    /// <remarks>Source: <c>pagevec_lru_move_fn</c>, Linux mm/swap.c, which changes the lock as it meets a page of
    /// another list.</remarks>
    private bool FlushLruBatch(Continuation then)
    {
        if (_lruBatch.Count == 0) return false;
        var lru = _machine.LruOf(_lruBatch[0].Zone);
        var run = 1;
        while (run < _lruBatch.Count && _machine.LruOf(_lruBatch[run].Zone) == lru) run++;
        _visit.Pages.Clear();
        _visit.Pages.AddRange(_lruBatch[..run]);
        _lruBatch.RemoveRange(0, run);
        _afterFlush = then;
        AskLru(lru, ZoneVisitKind.LruAdd, Continuation.LruAdded);
        return true;
    }

    private void LruReplied(ZoneVisit visit)
    {
        Visited?.Invoke(visit);
        if (visit.Kind == ZoneVisitKind.LruAdd) return;
        if (visit.Kind == ZoneVisitKind.LruIsolate) _isolated.AddRange(visit.Pages);
        else foreach (var page in visit.Pages) _reclaimed.Enqueue(page);
        visit.Pages.Clear();
    }

    private void LruAdded()
    {
        if (!FlushLruBatch(_afterFlush)) Resume(_afterFlush);
    }

    /// <summary>Has pages looked at; those taken are among the reclaimed ones when the reply is there.</summary>
    private void AskForScan(int lru, LruScan scan, Continuation then)
    {
        _visit.Scan = scan;
        _visit.Pages.Clear();
        AskLru(lru, ZoneVisitKind.LruScan, then);
    }

    /// <summary>Has pages of a task taken off; they are among the reclaimed ones when the reply is there.</summary>
    /// <param name="count">Range: 1 to <see cref="LruScan.Most"/>.</param>
    private void AskForRelease(int lru, TaskId owner, int count, Continuation then)
    {
        (_visit.Owner, _visit.Count) = (owner, count);
        _visit.Pages.Clear();
        AskLru(lru, ZoneVisitKind.LruRelease, then);
    }

    /// <param name="wasFutile">kswapd went through everything and freed nothing.</param>
    private void AskForSizes(int lru, Continuation then, bool wasFutile = false)
    {
        _visit.Count = wasFutile ? 1 : 0;
        _visit.Pages.Clear();
        AskLru(lru, ZoneVisitKind.LruSizes, then);
    }

    /// <summary>Frees reclaimed pages to the CPU's pagesets, as far as no zone has to be asked.</summary>
    /// <param name="then">Goes on when the zone has taken a batch; the rest is freed from there.</param>
    /// <returns>True when a visit was sent; false when all are freed.</returns>
    private bool FreeReclaimed(Continuation then)
    {
        while (_reclaimed.TryDequeue(out var page))
        {
            var zone = Zone(page.Zone);
            zone.Touched = true;
            Refresh(zone);
            Spend(_pagesetHit);
            if (GiveBack(zone, new(page.Frame, 0, page.Zone), false, then)) return true;
        }

        return false;
    }

    private void AskLru(int lru, ZoneVisitKind kind, Continuation continuation)
    {
        _visit.HasCheck = false;
        Send(Zone(lru), kind, continuation);
    }
}
