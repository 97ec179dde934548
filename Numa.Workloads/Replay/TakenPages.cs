using System.Collections;
using Numa.Core.Boot;

namespace Numa.Workloads.Replay;

/// <summary>Which pages of a machine are on no list, as a trace tells it from the lists before the phase on.</summary>
internal sealed class TakenPages
{
    private readonly MachineImage _machine;
    private readonly BitArray[] _taken;

    // Not freed since the lists were read.
    private readonly BitArray[] _older;

    public TakenPages(MachineImage machine)
    {
        _machine = machine;
        _taken = [.. machine.Zones.Select(zone => new BitArray((int)zone.Spanned.Value, true))];
        foreach (var state in machine.Zones.Select(zone => zone.State).OfType<Core.Zones.ZoneState>())
        {
            foreach (var (order, _, frames) in state.FreeLists) MarkAll(frames, order);
            foreach (var ((order, _), frames) in state.Pagesets.SelectMany(pageset => pageset.Lists))
                MarkAll(frames, order);
        }

        _older = [.. _taken.Select(zone => new BitArray(zone))];
    }

    /// <summary>Every page of the block is taken.</summary>
    public bool Are(long frame, int order) => Are(_taken, frame, order);

    /// <summary>Every page of the block has been taken since before the phase.</summary>
    public bool AreOlder(long frame, int order) => Are(_older, frame, order);

    private bool Are(BitArray[] pages, long frame, int order)
    {
        if (SlotOf(frame, order) is not { } slot) return false;
        var first = (int)(frame - _machine.Zones[slot].Start.Value);
        for (var page = first; page < first + (1 << order); page++)
        {
            if (!pages[slot][page]) return false;
        }

        return true;
    }

    /// <summary>Notes that the pages of a block are taken, or free.</summary>
    public void Mark(long frame, int order, bool taken)
    {
        if (SlotOf(frame, order) is not { } slot) return;
        var first = (int)(frame - _machine.Zones[slot].Start.Value);
        for (var page = first; page < first + (1 << order); page++)
        {
            _taken[slot][page] = taken;
            if (!taken && _older is not null) _older[slot][page] = false;
        }
    }

    private void MarkAll(IEnumerable<long> frames, int order)
    {
        foreach (var frame in frames) Mark(frame, order, taken: false);
    }

    /// <summary>Slot of the zone that holds a block; null for none.</summary>
    public int? SlotOf(long frame, int order)
    {
        for (var slot = 0; slot < _taken.Length; slot++)
        {
            var zone = _machine.Zones[slot];
            if (frame >= zone.Start.Value && frame + (1L << order) <= zone.End.Value) return slot;
        }

        return null;
    }
}
