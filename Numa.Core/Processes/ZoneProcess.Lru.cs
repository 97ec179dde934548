using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Beside its zone, the process keeps the LRU of the zone's pages, or of all its node's. That has a lock of
/// its own: who waits for the one does not wait for the other. Visits of either kind come in one order of
/// keys.</remarks>
public sealed partial class ZoneProcess
{
    /// <summary>When the services that may still wait for the LRU lock, or hold it, end.</summary>
    private readonly Queue<VirtualInstant> _lruEnds = new();
    private VirtualInstant _lruFree;
    private int _futileRuns;

    /// <summary>Pages that reclaim may take; null where another process of the node keeps them.</summary>
    public Lru? Lru { get; }

    /// <summary>Visits to the LRU; null before the first.</summary>
    public ZoneLedger? LruLedger { get; private set; }

    private void ServeLru(ZoneVisit visit)
    {
        BeginLru(visit);
        if (visit.Kind == ZoneVisitKind.LruSizes)
        {
            CountLru(visit, visit.Arrival);
            visit.Stamp = visit.Arrival + new VirtualDuration(_perturbation.Grow(_costs.Refusal) + visit.Way);
        }
        else
        {
            while (_lruEnds.TryPeek(out var end) && end <= visit.Arrival) _lruEnds.Dequeue();
            var start = VirtualInstant.Max(visit.Arrival, _lruFree);
            var pages = WorkOnLru(visit, start);
            visit.Wait = (start - visit.Arrival).Nanoseconds;
            visit.Hold = _perturbation.Grow(
                _costs.LruHold(pages, visit.CpuNode == Node, _lruEnds.Count, Zone.Release.LockHandOver));
            _lruFree = start + new VirtualDuration(visit.Hold);
            _lruEnds.Enqueue(_lruFree);
            visit.Stamp = _lruFree + new VirtualDuration(visit.Way);
        }

        LruLedger!.Record(visit, visit.Pages.Count);
    }

    private void ServeLruNow(ZoneVisit visit, VirtualInstant now, Func<VirtualInstant> clock)
    {
        BeginLru(visit);
        if (visit.Kind == ZoneVisitKind.LruSizes) CountLru(visit, now);
        else WorkOnLru(visit, now);
        var end = VirtualInstant.Max(clock(), now);
        visit.Wait = Math.Max(0, (now - visit.Arrival).Nanoseconds);
        visit.Hold = (end - now).Nanoseconds;
        visit.Stamp = end + new VirtualDuration(visit.Way);
        LruLedger!.Record(visit, visit.Pages.Count);
    }

    private void BeginLru(ZoneVisit visit)
    {
        Invariant.Holds(Lru is not null, "a visit to an LRU comes to the process that keeps it");
        LruLedger ??= new(_machine.Image.Cpus.CpuCount);
        visit.Verdict = new(ZoneVerdict.Passed, 0, 0);
        (visit.Wait, visit.Hold, visit.Taken) = (0, 0, 0);
    }

    /// <summary>Does under the LRU lock what the visit came for.</summary>
    /// <returns>Pages linked, unlinked or looked at.</returns>
    private int WorkOnLru(ZoneVisit visit, VirtualInstant now)
    {
        switch (visit.Kind)
        {
            case ZoneVisitKind.LruAdd:
                foreach (var page in visit.Pages) Lru!.Add(page);
                return visit.Pages.Count;
            case ZoneVisitKind.LruScan:
                Invariant.Holds(visit.Scan.Count is > 0 and <= LruScan.Most);
                visit.Scanned = Lru!.Scan(visit.Scan, now, visit.Pages);
                if (visit.Pages.Count > 0) _futileRuns = 0;
                return visit.Scanned.Scanned;
            case ZoneVisitKind.LruIsolate:
                Invariant.Holds(visit.Count is > 0 and <= LruScan.Most);
                Lru!.Isolate(visit.Vacated, visit.Range, visit.Count, now, visit.Pages);
                return visit.Pages.Count;
            case ZoneVisitKind.LruPutBack:
                var count = visit.Pages.Count;
                Lru!.PutBack(visit.Pages);
                return count;
            default:
                Invariant.Holds(visit.Count is > 0 and <= LruScan.Most);
                Lru!.Release(visit.Owner, visit.Count, now, visit.Pages);
                return visit.Pages.Count;
        }
    }

    private void CountLru(ZoneVisit visit, VirtualInstant now)
    {
        // A counting visit of kswapd says that its run was futile.
        _futileRuns += visit.Count;
        visit.FutileRuns = _futileRuns;
        visit.Sizes.Clear();
        Lru!.Settle(now);
        Lru.Sizes(visit.Sizes);
    }
}
