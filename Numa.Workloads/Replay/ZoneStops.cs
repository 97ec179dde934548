using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>In which order zones are used, and where each stops: kernel beside model.</summary>
/// <param name="pressed">All allocations of the phase, by number.</param>
internal sealed class ZoneStops(MachineImage machine, IReadOnlyList<PressedAllocation> pressed)
{
    private readonly AllocationRequest? _kind = pressed.GroupBy(one => one.Kind)
        .OrderByDescending(same => same.Count()).Select(same => same.Key).FirstOrDefault();

    /// <summary>The commonest kind of request; null when there is no allocation.</summary>
    public AllocationRequest? Kind => _kind;

    public ImmutableArray<ZoneTurn> Turns()
    {
        var turns = new List<ZoneTurn>();
        var same = pressed.Where(one => one.Kind == _kind).ToList();
        for (var slot = 0; slot < machine.Zones.Length; slot++)
        {
            var kernel = same.FindAll(one => one.Kernel == slot);
            var model = same.FindAll(one => one.Model == slot);
            if (kernel.Count + model.Count == 0) continue;
            turns.Add(new(Name(slot), kernel.Count > 0 ? kernel[0].Number : null,
                model.Count > 0 ? model[0].Number : null, kernel.Count, model.Count));
        }

        return [.. turns.OrderBy(turn => turn.Kernel ?? int.MaxValue).ThenBy(turn => turn.Model)];
    }

    public ImmutableArray<ZoneStop> Stops()
    {
        var stops = new List<(int Order, ZoneStop Stop)>();
        var same = pressed.Where(one => one.Kind == _kind).ToList();
        foreach (var level in (WatermarkLevel[])[WatermarkLevel.Low, WatermarkLevel.Min])
        {
            for (var slot = 0; slot < machine.Zones.Length; slot++)
            {
                var refused = same.FindAll(one => one.Walk is { } walk && Refusal(walk, slot, level) is not null);
                if (refused.Count > 0) stops.Add((refused[0].Number, Stop(same, refused, slot, level)));
            }
        }

        return [.. stops.OrderBy(one => one.Order).Select(one => one.Stop)];
    }

    private ZoneStop Stop(
        List<PressedAllocation> same, List<PressedAllocation> refused, int slot, WatermarkLevel level)
    {
        var first = refused[0];
        var (_, free, needed) = Refusal(first.Walk!, slot, level)!.Value.Verdict;
        var tuning = machine.Zones[slot].Tuning;
        var index = ReserveIndex(machine, first.Kind, first.Walk!.Tried[0]);
        var plain = tuning.Marks[level].Value + tuning.LowmemReserve[index].Value;
        // Zones that the walk comes to no later than this one: whoever is served by another has left it.
        var upTo = first.Walk.Tried.Where(one => one.Level == level).Select(one => machine.SlotOf(one.Zone))
            .TakeWhile(other => other != slot).Append(slot).ToHashSet();
        var slow = (same.Find(IsSeenSlow) ?? same.Find(one => one.EntersSlowPath))?.Number ?? int.MaxValue;
        var left = same.Find(one => level == WatermarkLevel.Low ? HasLeft(one) : one.Number >= slow
            && (one.Reclaims || HasLeft(one)));
        var told = refused.Select(one => Told(one, slot, level)).OfType<bool>().ToList();
        var (read, had) = level == WatermarkLevel.Min ? Read(refused, slot) : default;
        return new(Name(slot), level == WatermarkLevel.Low ? "low" : "min", first.Number, free, needed,
            Math.Max(0, needed - plain), Lag(machine, slot), left?.Number, read, had, told.Count,
            told.Count(agreed => agreed));

        bool HasLeft(PressedAllocation one) => one.Reclaims
            || (one.Kernel >= 0 ? !upTo.Contains(one.Kernel) : one.Model < 0)
            || (level == WatermarkLevel.Low && IsSeenSlow(one));
    }

    /// <summary>The trace shows the allocation on the slow path. A kswapd woken for a boost shows nothing.</summary>
    private static bool IsSeenSlow(PressedAllocation one) => one.Reclaims
        || (one.Path is { } path && one.Boosted < 0 && path.Wakes.Exists(woken => !woken.Woken.HasNoRequest));

    /// <summary>Free pages of a zone as the kernel read them after its first reclaim for an allocation, and as the
    /// model did.</summary>
    private (long? Kernel, long? Model) Read(List<PressedAllocation> refused, int slot)
    {
        var id = machine.Zones[slot].Id;
        foreach (var one in refused)
        {
            var judged = one.Path?.Retries.Find(retry => retry.Reclaims == 1 && id.Node == retry.Judged.Node
                && id.Kind == retry.Judged.Zone).Judged;
            if (judged is null) continue;
            return (judged.Available - judged.Reclaimable,
                Refusal(one.Walk!, slot, WatermarkLevel.Min)!.Value.Verdict.Available);
        }

        return default;
    }

    /// <summary>What the CPUs may hold of a zone's counter unfolded. Unit: pages.</summary>
    public static long Lag(MachineImage machine, int slot) =>
        (long)machine.Zones[slot].Tuning.StatThreshold * machine.Cpus.CpuCount;

    /// <summary>Whether the zone refused the allocation in the kernel too; null when the answer does not say.</summary>
    private static bool? Told(PressedAllocation one, int slot, WatermarkLevel level)
    {
        // On the slow path the zone may have served at min what it refused at low.
        if (level == WatermarkLevel.Low) return one.EntersSlowPath ? null : one.Kernel != slot;
        if (one.Walk!.Zone >= 0) return one.Kernel != slot;
        return one.MustReclaim ? one.Reclaims : one.Kernel < 0;
    }

    private ZoneRefusal? Refusal(ModelWalk walk, int slot, WatermarkLevel level)
    {
        foreach (var one in walk.Tried)
        {
            if (one.Level == level && one.Verdict.Verdict == ZoneVerdict.BelowWatermark
                && one.Zone == machine.Zones[slot].Id) return one;
        }

        return null;
    }

    /// <summary>Column of the lowmem reserve that counts for a request.</summary>
    /// <param name="first">Of the zones that refused it.</param>
    public static int ReserveIndex(MachineImage machine, AllocationRequest request, in ZoneRefusal first) =>
        machine.Release.ReserveIndex == Numa.Core.Kernels.ReserveIndexRule.PreferredZone
            ? (int)first.Zone.Kind : (int)request.HighestZone(machine.Release);

    private string Name(int slot) => machine.Zones[slot].Id.ToString();
}
