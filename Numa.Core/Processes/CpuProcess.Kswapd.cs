using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>kswapd of the nodes whose home this CPU is. Source: <c>kswapd</c>, <c>balance_pgdat</c>,
/// <c>wakeup_kswapd</c>, Linux mm/vmscan.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Source: DEF_PRIORITY.</summary>
    private const int FirstPriority = 12;

    /// <summary>Runs in a row that freed nothing before a node counts as hopeless.</summary>
    /// <remarks>Source: MAX_RECLAIM_RETRIES. Up to 4.7 a zone is hopeless when six times its reclaimable pages were
    /// looked at in vain; the same is taken for that.</remarks>
    private const int HopelessRuns = 16;

    /// <summary>How long kswapd dozes before it is sure that it may sleep: HZ/10.</summary>
    private static readonly VirtualDuration Doze = new(100_000_000);

    private readonly Dictionary<int, KernelThread> _kswapds = [];

    private KernelThread KswapdOf(NodeId node)
    {
        if (_kswapds.TryGetValue(node.Value, out var thread)) return thread;
        thread = new(new(-1 - node.Value), "kswapd", node, Id);
        _kswapds.Add(node.Value, thread);
        BeginKernel(thread, RunKswapd).IsAsleep = true;
        return thread;
    }

    /// <summary>Whether kswapd really wakes is judged where it runs, by asking the zones.</summary>
    private void WakeKswapd(Signal signal)
    {
        var node = _machine.Zones[signal.Zone].Id.Node;
        var thread = KswapdOf(node);
        thread.HighestZone = Math.Max(thread.HighestZone, signal.HighestZone);
        thread.Order = Math.Max(thread.Order, signal.Order);
        if (thread.IsAwake && !(Reclaim is not null && _kernel[thread.Id].IsAsleep)) return;
        _work.Enqueue(new(WorkKind.BeginJudging, signal.Zone));
        if (Reclaim is not null) _work.Enqueue(new(WorkKind.JudgeHopes, _machine.LruOf(signal.Zone)));
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            var zone = _machine.Zones[slot].Id;
            var judged = _machine.Release.KswapdWokenPerZone
                ? slot == signal.Zone
                : zone.Node == node && (int)zone.Kind <= signal.HighestZone;
            if (!judged || !_machine.IsPopulated(slot)) continue;
            _work.Enqueue(new(WorkKind.JudgeZone, slot, signal.HighestZone, signal.Order));
        }

        _work.Enqueue(new(WorkKind.EndJudging, signal.Zone, Asked: signal));
    }

    private void JudgeZone(int slot, int highest, int order)
    {
        AskAtHigh(slot, _machine.Release.KswapdWokenPerZone ? 0 : highest, order, Continuation.JudgeKswapd);
    }

    private void AskAtHigh(int slot, int index, int order, Continuation continuation)
    {
        _visit.HasCheck = true;
        _visit.Check = new(WatermarkLevel.High, AllocationFlags.None, index, order);
        Ask(Zone(slot), ZoneVisitKind.Query, continuation);
    }

    private void KswapdJudged()
    {
        _balanced |= _visit.Verdict.Passes;
        _boosted |= _visit.Record.Boost > 0;
    }

    private void EndJudging(int slot, Signal signal)
    {
        if (_hopeless || (_balanced && !_boosted))
        {
            // Nothing to reclaim: fragmentation may be what ails whoever cannot compact himself.
            if (signal.CannotWait) WakeKcompactd(_machine.Zones[slot].Id.Node, signal.Order, signal.HighestZone);
            return;
        }

        var thread = KswapdOf(_machine.Zones[slot].Id.Node);
        if (!thread.IsAwake) Counters.KswapdWakeUps++;
        thread.IsAwake = true;
        if (Reclaim is null) return;
        NotePressure();
        Wake(_kernel[thread.Id]);
    }

    private IEnumerable<Pause> RunKswapd(KernelWork work)
    {
        var thread = (KernelThread)work.Task;
        var highest = -1;
        while (true)
        {
            var order = thread.Order;
            if (thread.HighestZone >= 0) highest = thread.HighestZone;
            (thread.Order, thread.HighestZone) = (0, -1);
            foreach (var pause in Balance(work, thread, order, highest)) yield return pause;
            // Who gave up on larger blocks leaves them to kcompactd.
            var gaveUp = thread.Reclaimed < order;
            var (asked, reclaimed) = gaveUp ? (order, thread.Reclaimed) : (thread.Order, thread.Order);
            foreach (var pause in TryToSleep(work, thread, asked, reclaimed, highest)) yield return pause;
        }
    }

    /// <summary>Sleeps once the node is balanced or hopeless and stays so for a tenth of a second.</summary>
    private IEnumerable<Pause> TryToSleep(
        KernelWork work, KernelThread thread, int asked, int order, int highest)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            foreach (var pause in MaySleep(work, thread, order, highest)) yield return pause;
            WakeThrottled(thread);
            if (!work.Answer)
            {
                Counters.KswapdHighMarkHits++;
                yield break;
            }

            if (!isFirst) break;
            WakeKcompactd(thread.Node, asked, highest);
            SetTimer(work, _now + Doze);
            yield return Pause.Sleep;
            if (thread.HighestZone >= 0)
            {
                Counters.KswapdLowMarkHits++;
                yield break;
            }
        }

        thread.IsAwake = false;
        yield return Pause.Sleep;
    }

    private IEnumerable<Pause> MaySleep(KernelWork work, KernelThread thread, int order, int highest)
    {
        var slots = SlotsOf(thread.Node, highest);
        if (slots.Count > 0)
        {
            // Where its futile runs are counted: a zone before that may have lost all its memory.
            AskForSizes(_machine.LruOf(slots[0]), Continuation.Kernel);
            yield return Pause.Visit;
            work.Answer = _visit.FutileRuns >= HopelessRuns;
            if (work.Answer) yield break;
        }

        foreach (var pause in IsBalanced(work, thread.Node, order, highest)) yield return pause;
    }

    /// <summary>Whether the node's zones have what their high marks ask for. Sets the work's answer.</summary>
    private IEnumerable<Pause> IsBalanced(KernelWork work, NodeId node, int order, int highest)
    {
        var every = _machine.Release.KswapdBalancesEveryZone;
        work.Answer = true;
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            var zone = _machine.Zones[slot].Id;
            if (zone.Node != node || (int)zone.Kind > highest || _machine.Zones[slot].Managed.Value == 0) continue;
            if (every)
            {
                AskForSizes(_machine.LruOf(slot), Continuation.Kernel);
                yield return Pause.Visit;
                // A zone with nothing to reclaim counts as balanced.
                if (Reclaimable(slot) == 0) continue;
            }

            AskAtHigh(slot, every ? (int)zone.Kind : highest, order, Continuation.Kernel);
            yield return Pause.Visit;
            work.Answer = _visit.Verdict.Passes;
            if (work.Answer != every) yield break;
        }
    }

    /// <summary>Reclaims until the node is balanced, a little harder each time nothing came of it.</summary>
    private IEnumerable<Pause> Balance(KernelWork work, KernelThread thread, int order, int highest)
    {
        Counters.PageOutRuns++;
        var node = thread.Node;
        var slots = SlotsOf(node, highest);
        var boosts = new long[slots.Count];
        long boost = 0;
        for (var i = 0; i < slots.Count; i++)
        {
            Query(slots[i]);
            yield return Pause.Visit;
            boost += boosts[i] = _visit.Record.Boost;
        }

        var hadBoost = boost > 0;
        long reclaimed = 0;
        foreach (var slot in slots) SetReclaimActive(slot, true);
        var priority = FirstPriority;
        while (priority >= 1)
        {
            foreach (var pause in IsBalanced(work, node, order, highest)) yield return pause;
            if (!work.Answer && boost > 0)
            {
                (boost, priority) = (0, FirstPriority);
                continue;
            }

            if (work.Answer && boost == 0) break;
            var raises = !(boost > 0 && priority == FirstPriority - 2);
            var target = ShrinkTarget.Of(
                slots.Select((slot, i) => _machine.Zones[slot].Tuning.Marks.High.Value + boosts[i]));
            var (scanned, freed, cleanAt) = (0L, 0L, VirtualInstant.Never);
            foreach (var lru in slots.Select(_machine.LruOf).Distinct())
            {
                var shrink = new ShrinkOrder(priority, highest, target, MayWrite: !hadBoost);
                foreach (var pause in ShrinkLru(work, lru, shrink)) yield return pause;
                (scanned, freed) = (scanned + work.Shrunk.Scanned, freed + work.Shrunk.Reclaimed);
                cleanAt = VirtualInstant.Min(cleanAt, work.Shrunk.CleanAt);
            }

            if (freed == 0 && WaitsForDevice(work, cleanAt)) yield return Pause.Sleep;

            WakeThrottled(thread);
            Counters.KswapdReclaimed += freed;
            reclaimed += freed;
            if (order > 0 && reclaimed >= 2L << order) order = 0;
            if (scanned >= target) raises = false;
            boost -= Math.Min(boost, freed);
            if (hadBoost && boost > 0 && freed == 0) break;
            if (raises || freed == 0) priority--;
        }

        thread.Reclaimed = order;
        foreach (var slot in slots) SetReclaimActive(slot, false);
        if (reclaimed == 0 && priority < 1)
        {
            AskForSizes(_machine.LruOf(slots[0]), Continuation.Kernel, wasFutile: true);
            yield return Pause.Visit;
        }

        if (!hadBoost) yield break;
        for (var i = 0; i < slots.Count; i++)
        {
            if (boosts[i] == 0) continue;
            _visit.HasCheck = false;
            _visit.Count = (int)boosts[i];
            Ask(Zone(slots[i]), ZoneVisitKind.EndBoost, Continuation.Kernel);
            yield return Pause.Visit;
        }

        WakeKcompactd(node, Order.Pageblock, highest);
    }

    private List<int> SlotsOf(NodeId node, int highest)
    {
        List<int> slots = [];
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            var zone = _machine.Zones[slot];
            if (zone.Id.Node == node && (int)zone.Id.Kind <= highest && zone.Managed.Value > 0) slots.Add(slot);
        }

        return slots;
    }

    /// <summary>While kswapd is at work, the pagesets of the CPU that it runs on keep less.</summary>
    private void SetReclaimActive(int slot, bool isActive) => Zone(slot).Pageset.ReclaimActive = isActive;
}
