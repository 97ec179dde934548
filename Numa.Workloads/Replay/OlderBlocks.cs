using System.Collections;
using Numa.Core.Allocation;
using Numa.Core.Boot;

namespace Numa.Workloads.Replay;

/// <summary>Pages that were taken before a phase began: what is on no list.</summary>
/// <remarks>A trace may free a page that was on a list and that no event allocated (bulk allocations have none). The
/// model still holds such a page, so that free is not for it.</remarks>
internal sealed class OlderBlocks
{
    private readonly MachineImage _machine;
    private readonly BitArray[] _taken;

    public OlderBlocks(MachineImage machine)
    {
        _machine = machine;
        _taken = [.. machine.Zones.Select(zone => new BitArray((int)zone.Spanned.Value, true))];
        for (var slot = 0; slot < _taken.Length; slot++)
        {
            if (machine.Zones[slot].State is not { } state) continue;
            foreach (var (order, _, frames) in state.FreeLists)
            {
                foreach (var frame in frames) Mark(slot, frame, order);
            }

            foreach (var ((order, _), frames) in state.Pagesets.SelectMany(pageset => pageset.Lists))
            {
                foreach (var frame in frames) Mark(slot, frame, order);
            }
        }
    }

    /// <summary>A block that is freed now.</summary>
    /// <returns>Null when not all of it was taken, or it was freed before.</returns>
    public LiveBlock? Free(long frame, int order)
    {
        for (var slot = 0; slot < _taken.Length; slot++)
        {
            var zone = _machine.Zones[slot];
            if (frame < zone.Start.Value || frame + (1L << order) > zone.End.Value) continue;
            for (var page = frame; page < frame + (1L << order); page++)
            {
                if (!_taken[slot][(int)(page - zone.Start.Value)]) return null;
            }

            Mark(slot, frame, order);
            return new(frame, order, slot);
        }

        return null;
    }

    private void Mark(int slot, long frame, int order)
    {
        var first = (int)(frame - _machine.Zones[slot].Start.Value);
        for (var page = first; page < first + (1 << order); page++) _taken[slot][page] = false;
    }
}
