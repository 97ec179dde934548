using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>The model's free counters over a phase.</summary>
/// <param name="levels">As visits to zones found them, ascending in time.</param>
/// <param name="start">Of the phase, by the trace's clock.</param>
internal sealed class ModelCounters(
    MachineImage machine, IReadOnlyList<(int Zone, ZoneRecord Record)> levels, long start)
{
    /// <summary>Some zone of the node has its high mark.</summary>
    /// <remarks>Asked when a pass of kswapd has ended, which took the boost away.</remarks>
    /// <param name="at">By the trace's clock.</param>
    public bool IsBalanced(int node, long at)
    {
        var highest = (int)machine.Zones.Where(zone => zone.Id.Node.Value == node && zone.Managed.Value > 0)
            .Max(zone => zone.Id.Kind);
        for (var slot = 0; slot < machine.Zones.Length; slot++)
        {
            var zone = machine.Zones[slot];
            if (zone.Id.Node != new NodeId(node) || zone.Managed.Value == 0) continue;
            if (At(slot, at).Folded > zone.Tuning.Marks.High.Value + zone.Tuning.LowmemReserve[highest].Value)
                return true;
        }

        return false;
    }

    /// <summary>What CPUs may hold unfolded of a zone that passed or failed its mark by no more than that.</summary>
    /// <returns>0 when no zone did. Unit: pages.</returns>
    private long Lag(PressedAllocation one, WatermarkLevel level)
    {
        foreach (var refusal in one.Walk?.Tried ?? [])
        {
            var (verdict, available, required) = refusal.Verdict;
            var lag = ZoneStops.Lag(machine, machine.SlotOf(refusal.Zone));
            if (refusal.Level == level && verdict == ZoneVerdict.BelowWatermark && required - available < lag)
                return lag;
        }

        if (one.Model < 0) return 0;
        var tuning = machine.Zones[one.Model].Tuning;
        var record = At(one.Model, one.Request.Nanoseconds);
        var index = machine.Release.ReserveIndex == Numa.Core.Kernels.ReserveIndexRule.PreferredZone
            ? (int)machine.Zones[one.Model].Id.Kind : (int)one.Kind.HighestZone(machine.Release);
        var needed = tuning.Marks[level].Value + record.Boost + tuning.LowmemReserve[index].Value;
        return record.Folded - needed <= ZoneStops.Lag(machine, one.Model) ? ZoneStops.Lag(machine, one.Model) : 0;
    }

    /// <summary>Only one side has something at an allocation, and the other has it so few allocations away that
    /// unfolded counters may be why.</summary>
    /// <param name="pressed">All allocations of the phase, by number.</param>
    public bool IsByLag(IReadOnlyList<PressedAllocation> pressed, PressedAllocation one, WatermarkLevel level,
        Func<PressedAllocation, bool> other)
    {
        var lag = (int)Lag(one, level);
        for (var near = Math.Max(0, one.Number - lag); near <= one.Number + lag && near < pressed.Count; near++)
        {
            if (lag > 0 && other(pressed[near])) return true;
        }

        return false;
    }

    private ZoneRecord At(int slot, long at)
    {
        var zone = machine.Zones[slot];
        var found = new ZoneRecord
        {
            Folded = zone.State?.Folded ?? zone.Freed.Value, Boost = zone.State?.Boost ?? 0,
        };
        foreach (var (other, record) in levels)
        {
            if (record.Effect.Nanoseconds > at - start) break;
            if (other == slot) found = record;
        }

        return found;
    }
}
