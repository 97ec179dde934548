using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Zones;

namespace Numa.Workloads.Experiments;

/// <summary>The zones that one request walks from one node, and how far each lets it go.</summary>
/// <remarks>Made from zonelists and marks alone. No part of the simulator's allocation path takes part in it, as it is
/// what that path is held against.</remarks>
/// <param name="Slots">Permitted zones in the order of the zonelist, as positions in the machine image.</param>
/// <param name="ReserveIndex">Column of the lowmem reserve that checks of this request read.</param>
internal sealed record RequestWalk(
    MachineImage Machine, AllocationRequest Request, ImmutableArray<int> Slots, int ReserveIndex)
{
    /// <summary>Whether the request walks along one list, with the same nodes at every mark.</summary>
    public static bool IsOne(AllocationRequest request) => request.MemsAllowed.IsDefaultOrEmpty
        && request.Policy is null or { Mode: MempolicyMode.Preferred or MempolicyMode.Bind };

    /// <param name="node">Node of the asking CPU.</param>
    public static RequestWalk Of(MachineImage machine, NodeId node, AllocationRequest request)
    {
        var lists = machine.Zonelists[request.PreferredNode ?? node];
        var list = request.ThisNodeOnly ? lists.ThisNode : lists.Fallback;
        var highest = request.HighestZone(machine.Release);
        // A policy is for the zones that ordinary requests can use.
        var anyNode = request.Policy is { Mode: MempolicyMode.Bind }
            && highest < machine.Zonelists.PolicyZone;
        ImmutableArray<int> slots = [.. list.Permitted(highest)
            .Where(zone => anyNode || request.IsAllowed(zone.Node)).Select(machine.SlotOf)];
        var byPreferred = machine.Release.ReserveIndex == ReserveIndexRule.PreferredZone && !slots.IsEmpty;
        return new(machine, request, slots,
            (int)(byPreferred ? machine.Zones[slots[0]].Id.Kind : highest));
    }

    public IEnumerable<ZoneId> Zones => Slots.Select(slot => Machine.Zones[slot].Id);

    /// <summary>As tables print it: <c>0:Normal 0:DMA32 0:DMA 1:Normal</c>; with what a policy or a cpuset makes of
    /// it.</summary>
    public string Text => Request.Policy is { Interleaves: true } turns
        ? $"nodes {string.Join(',', turns.Nodes)} in turn, each by its own list"
        : (Request.Policy is { Mode: MempolicyMode.PreferredMany } many
            ? $"of nodes {string.Join(',', many.Nodes)} first, then of all: " : "")
            + string.Join(' ', Zones.Where(zone => Request.MemsAllowed.IsDefaultOrEmpty
                || Request.MemsAllowed.Contains(zone.Node)).Select(zone => zone.ToString()).DefaultIfEmpty("no zone"));

    public PageCount Reserve(int slot) => Machine.Zones[slot].Tuning.LowmemReserve[ReserveIndex];

    /// <summary>Free pages that the fast path leaves in a zone.</summary>
    public long LowLimit(int slot) => (Machine.Zones[slot].Tuning.Marks.Low + Reserve(slot)).Value;

    /// <summary>Free pages that the slow path leaves in a zone before the kernel would reclaim.</summary>
    public long MinLimit(int slot) =>
        Lowered(Machine.Zones[slot].Tuning.Marks.Min.Value) + Reserve(slot).Value;

    /// <summary>The min mark, less what urgency takes off: HIGH half, who cannot wait a quarter of the rest.</summary>
    private long Lowered(long min)
    {
        var high = (Request.Gfp & GfpFlags.High) != 0;
        var cannotWait = (Request.Gfp & GfpFlags.NoMemAlloc) == 0 && (Machine.Release.HarderNeedsAtomic
            ? (Request.Gfp & GfpFlags.Atomic) != 0
            : (Request.Gfp & GfpFlags.DirectReclaim) == 0);
        if (high) min -= min / 2;
        // From 6.1 on, not waiting only deepens what HIGH permits; before, it counts by itself.
        return cannotWait && (high || Machine.Release.ReserveFlags == ReserveFlagRule.HighAndHarder)
            ? min - min / 4
            : min;
    }
}
