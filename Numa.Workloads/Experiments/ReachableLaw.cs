using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>
/// The law of reachable difference: what a low zone has free above reserve and low mark is all that can move.
/// </summary>
/// <remarks>Holds while arms differ in the order of zones only. Where marks or reserves of the zone differ as well it
/// says nothing, and nothing is stated.</remarks>
internal static class ReachableLaw
{
    public const string EveryWalkIsTheSame = "no difference is possible: every walk is the same";

    /// <param name="ordersOnly">The arms differ in the zonelist order and in nothing else.</param>
    /// <param name="freeAtStart">Of the first arm. Shape: index = slot of the zone.</param>
    public static ImmutableArray<ReachableDifference> Of(
        IReadOnlyList<MachineImage> machines, IReadOnlyList<AllocationRequest> requests,
        IReadOnlyList<long> freeAtStart, bool ordersOnly)
    {
        foreach (var node in ComparisonWalks.NodesWithCpus(machines))
        {
            foreach (var request in requests.Where(RequestWalk.IsOne))
            {
                var walks = machines.Select(machine => RequestWalk.Of(machine, node, request)).ToList();
                if (walks.All(walk => walk.Zones.SequenceEqual(walks[0].Zones))) continue;
                return Judge(walks, request.PreferredNode ?? node, freeAtStart);
            }
        }

        return ordersOnly ? [new("", 0, 0, 0, 0, 0, EveryWalkIsTheSame)] : [];
    }

    private static ImmutableArray<ReachableDifference> Judge(
        List<RequestWalk> walks, NodeId node, IReadOnlyList<long> freeAtStart)
    {
        var zones = walks[0].Zones.Where(zone => zone.Node == node && walks[0].Machine.Release.IsLow(zone.Kind)
            && walks.All(walk => walk.Zones.Contains(zone))
            && walks.Select(walk => Rank(walk, zone)).Distinct().Count() > 1).ToList();
        if (zones.Any(zone => !SameMarks(walks, zone))) return [];
        ImmutableArray<ReachableDifference> all =
            [.. zones.Select(zone => Of(walks.MinBy(walk => Rank(walk, zone))!, zone, freeAtStart))];
        // What rules a zone out matters only when nothing else can move.
        return all.Any(one => one.ResultPages > 0) ? [.. all.Where(one => one.ResultPages > 0)] : all;
    }

    private static ReachableDifference Of(RequestWalk walk, ZoneId zone, IReadOnlyList<long> freeAtStart)
    {
        var slot = walk.Machine.SlotOf(zone);
        var managed = walk.Machine.Zones[slot].Managed.Value;
        var low = walk.Machine.Zones[slot].Tuning.Marks.Low.Value;
        var reserve = walk.Reserve(slot).Value;
        var result = freeAtStart[slot] - reserve - low;
        return new(zone.ToString(), managed, managed - freeAtStart[slot], reserve, low, Math.Max(0, result),
            result > 0 ? null : Inequality());

        string Inequality()
        {
            var column = (ZoneKind)walk.ReserveIndex;
            if (reserve > managed)
                return Text($"reserve {reserve} > managed {managed}: {zone} is never usable by {column} requests");
            return Text($"reserve {reserve} + low {low} >= {freeAtStart[slot]} free at start of {managed} managed:")
                + Text($" {zone} has nothing for {column} requests");
        }
    }

    private static int Rank(RequestWalk walk, ZoneId zone) => walk.Zones.TakeWhile(other => other != zone).Count();

    private static bool SameMarks(List<RequestWalk> walks, ZoneId zone) => walks.Select(walk =>
    {
        var tuning = walk.Machine.Zones[walk.Machine.SlotOf(zone)].Tuning;
        return (tuning.Marks, Reserves: string.Join(' ', tuning.LowmemReserve));
    }).Distinct().Count() == 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
