using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>A zone as a server: its lock, its counters, and the order in which CPUs are served.</summary>
/// <remarks>A visit and its arrival in, a reply out; the same under every host.</remarks>
public sealed partial class ZoneProcess
{
    /// <summary>The check by which a drain finds the zone above its high mark again.</summary>
    private static readonly WatermarkCheck AboveHigh =
        new(WatermarkLevel.High, AllocationFlags.None, (int)ZoneKind.Movable, 0);

    private readonly CostModel _costs;
    private readonly RecordHistory _history;
    private readonly BoardWriter _board;
    private readonly PageblockTagBoard _tags;
    private CostPerturbation _perturbation;
    private MachineFacts _machine;
    private VirtualInstant _marksSince = new(-1);
    private ZoneVisitKey _lastKey;
    private VirtualInstant _lockFree;
    private ZoneRecord _latest;
    private WatermarkLevel? _below;
    private long _served;

    /// <param name="lru">Pages that reclaim may take; null where another process of the node keeps them.</param>
    public ZoneProcess(int slot, MachineFacts machine, Zone zone, CostModel costs, PageblockTagBoard tags,
        IReadOnlyList<LiveBlock> occupied, Lru? lru = null)
    {
        Slot = slot;
        Node = zone.Id.Node.Value;
        Zone = zone;
        _machine = machine;
        _costs = costs;
        _perturbation = costs.PerturbationOfZone(slot);
        Ledger = new(machine.Image.Cpus.CpuCount);
        Occupied = occupied;
        Lru = lru;
        _tags = tags;
        zone.Describe(ref _latest);
        _latest.Folded = _latest.Free;
        _latest.FairBatch = zone.Tuning.FairBatch.Value;
        if (zone.Image.State is { } state)
        {
            _latest.Folded = state.Folded;
            _latest.FairBatch = state.FairBatch;
            _latest.FairDepleted = state.FairDepleted;
            _latest.BelowHigh = state.BelowHigh;
        }

        FreeAtStart = _latest.Free;
        _history = new(_latest);
        _board = new(costs.SignalLatency, _latest);
        _isGone = zone.Image.Present == PageCount.Zero;
        _below = _isGone ? null : LevelOf(_latest.Free);
        _neverSpare = NeverSpare();
        _ampleSince = Spare > 0 ? VirtualInstant.BeforeAll : VirtualInstant.Never;
    }

    public int Slot { get; }

    public int Node { get; }

    public Zone Zone { get; }

    public ZoneLedger Ledger { get; }

    /// <summary>Pages on the free lists when the run began.</summary>
    public long FreeAtStart { get; }

    /// <summary>Visits served or refused so far.</summary>
    public long Served => _served;

    /// <summary>The record after the last service.</summary>
    public ref readonly ZoneRecord Latest => ref _latest;

    /// <summary>Records for the board since the host last took them.</summary>
    public BoardWriter Board => _board;

    /// <summary>Blocks that were taken before the run.</summary>
    public IReadOnlyList<LiveBlock> Occupied { get; }

    /// <summary>Crossings since the host last took them.</summary>
    public List<WatermarkCrossing> Crossings { get; } = [];

    /// <summary>Every visit is shown here before it is served; valid during the call only.</summary>
    public Action<ZoneVisit>? Asked { get; set; }

    /// <summary>Serves one visit in virtual time; visits come in ascending order of their keys.</summary>
    public void Serve(ZoneVisit visit)
    {
        Asked?.Invoke(visit);
        var key = new ZoneVisitKey(visit);
        Invariant.Holds(_served == 0 || _lastKey.CompareTo(key) < 0, "a zone's keys ascend strictly");
        _lastKey = key;
        _served++;
        TakeEvents(visit, visit.Arrival);
        if (visit.IsForLru)
        {
            ServeLru(visit);
            return;
        }

        // The check reads the counter as of the arrival: what is queued or under the lock is not seen yet.
        ref readonly var seen = ref _history.AsOf(visit.Arrival, out var ahead);
        if (!Passes(visit, seen))
        {
            Fold(visit, VirtualInstant.Max(visit.Arrival, _lockFree), visit.Arrival);
            return;
        }

        var start = VirtualInstant.Max(visit.Arrival, _lockFree);
        var work = Work(visit, out var pages);
        visit.Wait = (start - visit.Arrival).Nanoseconds;
        visit.Hold = _perturbation.Grow(
            _costs.Hold(work, visit.CpuNode == Node, ahead, Zone.Release.LockHandOver));
        Finish(visit, start + new VirtualDuration(visit.Hold), pages);
    }

    /// <summary>Serves one visit as it comes, under the wall clock: the mailbox is the lock.</summary>
    /// <param name="now">Wall time at which the zone takes the visit up.</param>
    public void ServeNow(ZoneVisit visit, VirtualInstant now, Func<VirtualInstant> clock)
    {
        _served++;
        TakeEvents(visit, now);
        if (visit.IsForLru)
        {
            ServeLruNow(visit, now, clock);
            return;
        }

        if (!Passes(visit, _latest))
        {
            var at = VirtualInstant.Max(now, _latest.Effect);
            Fold(visit, at, at);
            return;
        }

        var work = Work(visit, out var pages);
        var end = VirtualInstant.Max(clock(), now);
        visit.Wait = Math.Max(0, (now - visit.Arrival).Nanoseconds);
        visit.Hold = (end - now).Nanoseconds;
        Finish(visit, VirtualInstant.Max(end, _latest.Effect), pages);
        _history.Forget();
    }

    /// <summary>Settings written by now are in force for this visit and those behind it.</summary>
    /// <remarks>The marks' side effects, an end of the boost and a full fair batch, wait for the lock as in the
    /// kernel.</remarks>
    private void TakeEvents(ZoneVisit visit, VirtualInstant now)
    {
        var before = (_latest.Boost, _latest.FairBatch);
        while (_machine.Next is { } next && next.From <= now)
        {
            Follow(next, next.From);
        }

        if (visit.Facts is { } told) Follow(told, now);

        // What its CPU folded before belonged to the batch that is gone.
        if (visit.Arrival.Nanoseconds - visit.Way < _marksSince.Nanoseconds) visit.FairFolded = 0;
        if (before == (_latest.Boost, _latest.FairBatch)) return;
        _latest.Effect = VirtualInstant.Max(now, _latest.Effect);
        Publish();
    }

    private bool Passes(ZoneVisit visit, in ZoneRecord seen)
    {
        visit.Verdict = !visit.HasCheck ? new(ZoneVerdict.Passed, 0, 0)
            : _isGone ? new(ZoneVerdict.Gone, 0, 0)
            : visit.Check.Evaluate(Zone.Release, Zone.Tuning, seen);
        if (visit.HasCheck)
            visit.Recorder?.Check(Zone.Id, visit.Check.Explain(Zone.Release, Zone.Tuning, seen));
        visit.Record = seen;
        return visit.Served && visit.Kind is not (ZoneVisitKind.Fold or ZoneVisitKind.FairReset or ZoneVisitKind.Query
            or ZoneVisitKind.Describe or ZoneVisitKind.BeginCompaction or ZoneVisitKind.EndCompaction
            or ZoneVisitKind.TryLock or ZoneVisitKind.Unlock or ZoneVisitKind.Retune);
    }

    /// <summary>A visit without the lock: only the counters that it carries take effect.</summary>
    /// <remarks>It takes back what it read at its arrival with its own part added: what holds the lock or queues for it
    /// then is in the zone's record, and not yet in that of the visit.</remarks>
    private void Fold(ZoneVisit visit, VirtualInstant effect, VirtualInstant arrival)
    {
        visit.Taken = 0;
        visit.Fallbacks = 0;
        visit.BoostRaised = false;
        visit.Wait = 0;
        visit.Hold = 0;
        var before = (_latest.Folded, _latest.FairBatch, _latest.FairDepleted, _latest.BelowHigh);
        _latest.BelowHigh |= visit.FoundBelowHigh;
        visit.Record.BelowHigh |= visit.FoundBelowHigh;
        if (visit.Kind == ZoneVisitKind.Fold)
        {
            _latest.Folded += visit.FreeDelta;
            visit.Record.Folded += visit.FreeDelta;
            visit.FreeDelta = 0;
            visit.FairFolded += visit.FairDelta;
            visit.FairDelta = 0;
        }

        TakeFairBatch(ref visit.Record, visit);
        TakeFairBatch(ref _latest, visit);
        visit.FairFolded = 0;
        if (visit.Kind == ZoneVisitKind.FairReset) ResetFairBatch(visit);
        DoWithoutLock(visit);
        if (before != (_latest.Folded, _latest.FairBatch, _latest.FairDepleted, _latest.BelowHigh))
        {
            _latest.Effect = effect;
            _latest.UnderPressure |= visit.UnderPressure;
            Publish();
        }

        visit.Record.Effect = arrival;
        visit.Stamp = arrival + new VirtualDuration(_perturbation.Grow(_costs.Refusal) + visit.Way);
        Ledger.Record(visit, 0);
    }

    private BuddyWork Work(ZoneVisit visit, out long pages)
    {
        var work = new BuddyWork();
        pages = 0;
        visit.Taken = 0;
        switch (visit.Kind)
        {
            case ZoneVisitKind.Refill or ZoneVisitKind.Direct:
                visit.MakeRoom(visit.Count);
                visit.Recorder?.BeforeTaking(Zone);
                visit.Taken = Zone.Take(visit.Order, visit.Type, visit.Flags, visit.Count, visit.Frames, ref work);
                visit.Fallbacks = work.Fallbacks;
                visit.Recorder?.AfterTaking(visit);
                pages = (long)visit.Taken << visit.Order;
                if (Zone.Release.ChecksTails(visit.Kind == ZoneVisitKind.Refill))
                    work.TailsChecked = (int)pages - visit.Taken;
                ChargeTaken(visit);
                (visit.BoostRaised, Zone.BoostRaised) = (Zone.BoostRaised, false);
                if (visit.Taken > 0 && (visit.Flags & AllocationFlags.HighAtomic) != 0)
                    Zone.ReserveHighAtomic(visit.Frames[0], visit.Order, ref work);
                break;
            case ZoneVisitKind.Reserve:
                Zone.ReserveHighAtomic(visit.Frames[0], visit.Order, ref work);
                break;
            case ZoneVisitKind.Drain or ZoneVisitKind.DirectFree:
                foreach (var block in visit.Drained)
                {
                    var before = Zone.FreePages;
                    Zone.Give(block.Frame, block.Order, block.Type, ref work);
                    pages += 1L << block.Order;
                    // What comes back isolated does not count as free.
                    ChangeFree(visit, Zone.FreePages - before);
                }

                break;
            case ZoneVisitKind.Exchange:
                pages = Exchange(visit, ref work);
                break;
            case ZoneVisitKind.Unreserve:
                visit.Taken = Zone.UnreserveHighAtomic(visit.Type, visit.Count > 0, ref work);
                break;
            case ZoneVisitKind.EndBoost:
                Zone.Boost -= Math.Min(Zone.Boost, visit.Count);
                break;
            case ZoneVisitKind.TakeTargets:
                TakeTargets(visit, ref work);
                pages = visit.Taken;
                break;
            case >= ZoneVisitKind.Online and <= ZoneVisitKind.Offline:
                pages = ChangeMemory(visit, ref work);
                break;
        }

        return work;
    }

    /// <summary>The free counter changes by the difference only: the exchange never happened in the kernel.</summary>
    private long Exchange(ZoneVisit visit, ref BuddyWork work)
    {
        visit.Found = Zone.TakeGiven(visit.Wanted, visit.Order, visit.Type, ref work);
        if (visit.Found.Place == BlockPlace.Elsewhere) return 0;
        var change = -(1 << visit.Order);
        foreach (var block in visit.Drained)
        {
            Zone.Give(block.Frame, block.Order, block.Type, ref work);
            change += 1 << block.Order;
        }

        if (change != 0) ChangeFree(visit, change);
        return 1L << visit.Order;
    }

    private void ChargeTaken(ZoneVisit visit)
    {
        if (Zone.Release.RefillAccounting == Kernels.RefillAccounting.Once)
        {
            if (visit.Taken > 0) ChangeFree(visit, -(visit.Taken << visit.Order));
            return;
        }

        for (var i = 0; i < visit.Taken; i++) ChangeFree(visit, -(1 << visit.Order));
    }

    /// <summary>A CPU's delta is folded once it exceeds the threshold, as a whole.</summary>
    private void ChangeFree(ZoneVisit visit, long pages)
    {
        var delta = visit.FreeDelta + pages;
        if (Math.Abs(delta) > Zone.Tuning.StatThreshold)
        {
            _latest.Folded += delta;
            delta = 0;
        }

        visit.FreeDelta = (int)delta;
    }

    private static void TakeFairBatch(ref ZoneRecord record, ZoneVisit visit)
    {
        record.FairBatch += visit.FairFolded;
        record.FairDepleted |= visit.FoundFairSpent && record.FairBatch <= 0;
    }

    private void ResetFairBatch(ZoneVisit visit)
    {
        // The reset goes through the CPU's delta like any change of the counter: a small one stays there.
        var delta = visit.FairDelta + Zone.Tuning.FairBatch.Value - visit.Record.FairBatch;
        if (Math.Abs(delta) > Zone.Tuning.StatThreshold)
        {
            visit.Record.FairBatch += delta;
            _latest.FairBatch += delta;
            delta = 0;
        }

        visit.FairDelta = (int)delta;
        visit.Record.FairDepleted = false;
        _latest.FairDepleted = false;
    }

    private void Finish(ZoneVisit visit, VirtualInstant end, long pages)
    {
        TakeFairBatch(ref _latest, visit);
        visit.FairFolded = 0;
        Zone.Describe(ref _latest);
        Invariant.Holds(_latest.Free == Zone.FreePages);
        _latest.BelowHigh |= visit.FoundBelowHigh;
        if (_latest.BelowHigh && visit.Kind == ZoneVisitKind.Drain && !visit.ByTimer)
            _latest.BelowHigh = !AboveHigh.Evaluate(Zone.Release, Zone.Tuning, _latest).Passes;
        _latest.Effect = end;
        _latest.UnderPressure |= visit.UnderPressure;
        _lockFree = end;
        Publish();
        if (Zone.Retagged.Count > 0)
        {
            _tags.Publish(Zone.Retagged, end);
            Zone.Retagged.Clear();
        }

        visit.Record = _latest;
        visit.Stamp = end + new VirtualDuration(visit.Way);
        Ledger.Record(visit, pages);
        NoteCrossing(end);
    }

    private void Publish()
    {
        _history.Add(_latest);
        _board.Add(_latest);
        if (Spare <= 0) _ampleSince = VirtualInstant.Never;
        else if (_ampleSince == VirtualInstant.Never) _ampleSince = _latest.Effect;
    }

    private void NoteCrossing(VirtualInstant at)
    {
        if (_isGone)
        {
            _below = null;
            return;
        }

        var level = LevelOf(_latest.Free);
        // Between low and high nothing is noted on the way up: a zone is well again only above its high mark.
        if (level == _below || (level is not null && _below is { } now && level > now)) return;
        _below = level;
        Crossings.Add(new(Slot, level ?? WatermarkLevel.High, level is not null, at, _latest.Free));
    }

    /// <summary>The lowest mark that the free pages do not exceed; null above high. High itself is noted on the way
    /// up.</summary>
    private WatermarkLevel? LevelOf(long free)
    {
        var marks = Zone.Tuning.Marks;
        if (free <= marks.Min.Value) return WatermarkLevel.Min;
        if (free <= marks.Low.Value) return WatermarkLevel.Low;
        return free <= marks.High.Value ? _below : null;
    }
}
