using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>Which allocations wake the kswapd of a node, by the rules and in the trace.</summary>
/// <remarks>An event is traced only while kswapd waits. From its wake until the trace says that it sleeps again it may
/// work or doze, and no event tells which.</remarks>
internal sealed class KswapdWakes(
    MachineImage machine, TracedPhase phase, IReadOnlyList<PressedAllocation> pressed, ModelCounters counters)
{
    public ImmutableArray<KswapdResult> Results() =>
    [
        .. machine.Zones.Where(zone => zone.Managed.Value > 0).Select(zone => zone.Id.Node.Value).Distinct().Order()
            .Select(Result).OfType<KswapdResult>(),
    ];

    /// <returns>Null when nothing is foretold or seen of the node's kswapd.</returns>
    private KswapdResult? Result(int node)
    {
        var events = phase.Pressure.Kswapd.FindAll(one => one.Node == node);
        var isGivenUp = phase.Pressure.GivenUp.Contains(node);
        var (awake, givenUp, next, against) = (false, isGivenUp, 0, 0L);
        var rests = new List<KswapdRest>();
        var tally = new ForetoldTally();
        foreach (var one in pressed)
        {
            var seen = one.Wakes(node);
            var at = seen ? one.Path!.Wakes.Find(woken => woken.Woken.Node.Value == node).Nanoseconds
                : one.Request.Nanoseconds;
            for (; next < events.Count && events[next].Nanoseconds < at; next++) Pass(events[next]);
            var must = !givenUp && MustWake(one, node);
            var byLag = must != seen && counters.IsByLag(pressed, one, WatermarkLevel.Low,
                other => must ? other.Wakes(node) : MustWake(other, node));
            var isOpen = must ? awake : phase.FreesWithin(one.Path, one.Request.Nanoseconds);
            var isHeld = !tally.Add(one.Number, must, seen, isOpen, byLag);
            if (isHeld && !byLag && !(phase.Reclaim < at)) against++;
            awake |= seen;
            if (one.Path?.Reclaims.Exists(pages => pages > 0) == true) givenUp = false;
        }

        for (; next < events.Count; next++) Pass(events[next]);
        if (!tally.IsAny && events.Count == 0 && !isGivenUp) return null;
        return new(node, isGivenUp, tally.Result, against, events.Count(one => !one.Sleeps), [.. rests]);

        void Pass(in KswapdEvent told)
        {
            awake = !told.Sleeps;
            if (!told.Sleeps) return;
            var isBalanced = counters.IsBalanced(node, told.Nanoseconds);
            rests.Add(isBalanced ? KswapdRest.Balanced : KswapdRest.GivenUp);
            givenUp = !isBalanced && !machine.Release.KswapdWokenPerZone;
        }
    }

    /// <summary>The allocation comes to the slow path, or has raised a boost, and the node wants reclaim.</summary>
    private bool MustWake(PressedAllocation one, int node)
    {
        if (one.Boosted >= 0 && machine.Zones[one.Boosted].Id.Node.Value == node) return true;
        if (!one.EntersSlowPath || (one.Kind.Gfp & GfpFlags.KswapdReclaim) == 0) return false;
        var tried = one.Walk!.Tried.Where(refusal => refusal.Level == WatermarkLevel.Low
            && refusal.Zone.Node.Value == node && refusal.Verdict.Verdict != ZoneVerdict.FairBatchDepleted).ToList();
        if (tried.Count == 0) return false;
        // Where zones are judged one by one, each is by its own high mark alone.
        if (machine.Release.KswapdWokenPerZone) return tried.Exists(refusal => !HasHigh(refusal, one.Kind));
        return tried.TrueForAll(refusal => refusal.Verdict.Verdict != ZoneVerdict.NothingFound);
    }

    private bool HasHigh(in ZoneRefusal refusal, AllocationRequest kind)
    {
        var tuning = machine.Zones[machine.SlotOf(refusal.Zone)].Tuning;
        var (verdict, available, _) = refusal.Verdict;
        return verdict is ZoneVerdict.BelowWatermark or ZoneVerdict.NothingFound && kind.Order.Value == 0
            && available > tuning.Marks.High.Value + tuning.LowmemReserve[0].Value;
    }
}
