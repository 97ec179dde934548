using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <remarks>An exchange puts right what an allocation got, so that one wrong page does not make the next ones wrong. It
/// is no operation: no check is made, and counters stand as if the wanted block had been taken at once.</remarks>
public sealed partial class CpuProcess
{
    private BlockExchange _exchange;

    private void StartExchange(BlockExchange exchange)
    {
        _exchange = exchange;
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
        if (_visit.Found.Place == BlockPlace.Elsewhere) _current!.Exchanged(default);
        else FinishExchange(_visit.Found);
    }

    /// <summary>A block of another zone than the wanted one goes back to where it was taken.</summary>
    private void FinishExchange(FoundBlock found)
    {
        if (_exchange.Wanted is { } wanted) Charge(Zone(wanted.Zone), wanted.Pages);
        var returned = HeldInWantedZone is null ? _exchange.Held : null;
        if (_exchange.Held is { } held) Charge(Zone(held.Zone), -held.Pages);
        _current!.Exchanged(found);
        if (returned is not { } block) return;
        var zone = Zone(block.Zone);
        if (Pageset.Holds(_machine.Release, block.Order))
        {
            zone.Pageset.PutBack(block.Order, _exchange.Type, block.Frame);
            return;
        }

        _visit.HasCheck = false;
        _visit.Drained.Clear();
        _visit.Drained.Add(new(block.Frame, (byte)block.Order, _exchange.Type));
        Ask(zone, ZoneVisitKind.DirectFree, Continuation.Free);
    }

    private void Charge(CpuZone zone, long pages)
    {
        zone.Touched = true;
        Counters.PagesFrom[zone.Slot] += pages;
        Counters.FirstChoicePages[_walk.Preferred] += pages;
        if (_machine.Release.FairZonePolicy) ChargeFairBatch(zone, (int)pages);
    }
}
