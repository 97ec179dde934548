using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Settings written in mid-run. A CPU takes note of them between two operations, as it takes signals: a walk
/// that is under way ends on the zonelist it began with.</remarks>
public sealed partial class CpuProcess
{
    private readonly List<PagesTaken> _beforeEvents = [];
    private VirtualInstant _marksSince = new(-1);

    /// <summary>The zone that was asked last, and when the visit came there.</summary>
    private (int Zone, VirtualInstant Arrival) _lastAsked;

    /// <summary>Pages taken until the CPU took note of each event. Shape: index = event; those it lived to
    /// see.</summary>
    public IReadOnlyList<PagesTaken> BeforeEvents => _beforeEvents;

    private void TakeMachineEvents()
    {
        while (_machine.Next is { } next && next.From <= _now)
        {
            _beforeEvents.Add(Counters.PagesTaken);
            Adopt(next);
        }
    }

    private void Adopt(MachineFacts machine)
    {
        _machine = machine;
        if (machine.RecomputesMarks) _marksSince = machine.From;
        if (machine.RebuildsZonelists)
        {
            Array.Clear(_full);
            _rebuilds++;
        }

        foreach (var zone in _zones)
        {
            if (zone is not null) Retune(zone);
        }
    }

    private void Retune(CpuZone zone)
    {
        zone.Tuning = _machine.Zones[zone.Slot].Tuning;
        zone.Seen++;
        // Pages beyond a smaller high mark stay until a free drains them.
        zone.Pageset.Size = zone.Tuning.Pageset;
        if (!_machine.RecomputesMarks) return;
        zone.FairFolded = 0;
        // A reply may end after the event, and still be of a visit that arrived before it.
        var isOwn = zone.Slot == _lastAsked.Zone && _lastAsked.Arrival < _marksSince;
        if (isOwn || zone.View.Effect <= _marksSince) Renew(zone);
    }

    private void See(CpuZone zone, in ZoneRecord record)
    {
        if (record.UnderPressure) NotePressure();
        zone.View = record;
        zone.Seen++;
        if (record.Effect <= _marksSince) Renew(zone);
    }

    /// <summary>A record from before the marks were computed anew: boost and fair batch are others since.</summary>
    private static void Renew(CpuZone zone)
    {
        zone.View.Boost = 0;
        zone.View.FairBatch = zone.Tuning.FairBatch.Value;
    }
}
