using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <remarks>An exchange puts right what an allocation got, so that one wrong page does not make the next ones wrong. It
/// is no operation: no check is made, and counters stand as if the wanted block had been taken at once.</remarks>
public sealed partial class CpuProcess
{
    private BlockExchange _exchange;

    /// <summary>What the CPU holds unfolded once the counter is moved.</summary>
    private (int Free, int Fair) _unfolded;

    private void StartExchange(BlockExchange exchange)
    {
        _exchange = exchange;
        RecallWalk();
        if (exchange.Wanted is not { } wanted)
        {
            FinishExchange(default);
            return;
        }

        var zone = Zone(wanted.Zone);
        if (Pageset.Holds(_machine.Release, wanted.Order)
            && zone.Pageset.Find(wanted.Order, wanted.Frame, out var type) is var position and >= 0)
        {
            if (HeldInWantedZone is { } held) zone.Pageset.Replace(wanted.Order, type, position, held.Frame);
            else zone.Pageset.Remove(wanted.Order, type, position);
            FinishExchange(new(BlockPlace.OwnPageset, type, wanted.Order, position));
            return;
        }

        _visit.HasCheck = false;
        _visit.Order = wanted.Order;
        _visit.Type = exchange.Type;
        _visit.Wanted = wanted.Frame;
        _visit.Drained.Clear();
        // The kernel has the one page where the model has the other, so the two change places.
        if (HeldInWantedZone is { } back)
            _visit.Drained.Add(new(back.Frame, (byte)back.Order, exchange.Type));
        Ask(zone, ZoneVisitKind.Exchange, Continuation.Exchange);
    }

    private LiveBlock? HeldInWantedZone =>
        _exchange.Held is { } held && _exchange.Wanted is { } wanted && held.Zone == wanted.Zone ? held : null;

    private void ExchangeReplied()
    {
        if (_visit.Found.Place == BlockPlace.Elsewhere) _current!.Exchanged(default, 0);
        else FinishExchange(_visit.Found);
    }

    /// <summary>A block of another zone than the wanted one goes back to where it was taken.</summary>
    private void FinishExchange(FoundBlock found)
    {
        if (_exchange.Wanted is { } taken) Charge(Zone(taken.Zone), taken.Pages);
        if (_exchange.Held is { } given) Charge(Zone(given.Zone), -given.Pages);
        var moved = 0;
        if (HeldInWantedZone is null && _exchange.Held is { } back)
        {
            var zone = Zone(back.Zone);
            if (Pageset.Holds(_machine.Release, back.Order))
            {
                zone.Pageset.PutBack(back.Order, _exchange.Type, back.Frame);
                if (_exchange.Wanted is { } other) moved = MoveCounter(back.Zone, other.Zone);
            }
            else
            {
                _visit.HasCheck = false;
                _visit.Drained.Clear();
                _visit.Drained.Add(new(back.Frame, (byte)back.Order, _exchange.Type));
                Ask(zone, ZoneVisitKind.DirectFree, Continuation.Free);
            }
        }

        _current!.Exchanged(found, moved);
    }

    /// <summary>Where the kernel passed over a zone that the model found good, or the other way round, a counter
    /// differs by what some CPU has not folded. As far as this CPU may hide it, it is taken to be this one.</summary>
    /// <returns>Pages by which the folded counter changes.</returns>
    private int MoveCounter(int held, int wanted)
    {
        if ((_walk.Flags & AllocationFlags.Fair) != 0) return DepleteFairBatch(Zone(held));
        var tooHigh = Array.IndexOf(_walk.Slots, held) < Array.IndexOf(_walk.Slots, wanted);
        var zone = Zone(tooHigh ? held : wanted);
        var check = new WatermarkCheck(_walk.Level, _walk.Flags, _walk.ReserveIndex, _walk.Request.Order.Value);
        var (verdict, available, required) = check.Evaluate(_machine.Release, zone.Tuning, zone.View);
        if (verdict == ZoneVerdict.NoBlockOfOrder || (verdict == ZoneVerdict.Passed) != tooHigh) return 0;
        var change = required - available + (tooHigh ? 0 : 1);
        if (Math.Abs(zone.FreeDelta - change) > zone.Tuning.StatThreshold) return 0;
        _unfolded = (zone.FreeDelta - (int)change, zone.FairDelta);
        (zone.FreeDelta, zone.FairDelta) = ((int)change, 0);
        _visit.HasCheck = false;
        Ask(zone, ZoneVisitKind.Fold, Continuation.MoveCounter);
        return (int)change;
    }

    /// <summary>In the kernel the batch of the zone has run out, or all ran out and are full again.</summary>
    private static int DepleteFairBatch(CpuZone zone)
    {
        var batch = zone.View.FairBatch + zone.FairFolded;
        if (zone.FairDepleted || Math.Abs(zone.FairDelta + batch) > zone.Tuning.StatThreshold) return 0;
        zone.FairFolded -= batch;
        zone.FairDelta += (int)batch;
        // The kernel passed the zone over, so an allocation had noted it.
        zone.FoundFairSpent = true;
        return -(int)batch;
    }

    private void Charge(CpuZone zone, long pages)
    {
        zone.Touched = true;
        Counters.PagesFrom[zone.Slot] += pages;
        Counters.FirstChoicePages[_walk.Preferred] += pages;
        if (_machine.Release.FairZonePolicy) ChargeFairBatch(zone, (int)pages);
    }
}
