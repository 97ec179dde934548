using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Where pages come from, by arithmetic: marks, reserves and zonelists, nothing of the simulator.</summary>
/// <remarks>
/// Assumes: one workload at a time, on CPUs of one node; nothing is freed; every free page can serve any request, so
/// neither fragmentation nor migratetypes matter; no pagesets, so that a zone stops exactly at its limit, where a real
/// one stops up to a refill below it and up to a batch per CPU stays behind in pagesets; counters without drift,
/// except that a turn of the fair zone policy lasts until one CPU's counter is folded; nothing is reclaimed.
/// </remarks>
/// <param name="Zones">Shape: index = slot of the zone.</param>
/// <param name="Workloads">In the order in which they run.</param>
/// <param name="FirstFallback">Number of the first allocation not served by its walk's first zone, from 0.</param>
/// <param name="FirstSlowPath">Number of the first allocation that found every zone at low, from 0.</param>
public sealed record PlacementPrediction(
    ImmutableArray<ZonePrediction> Zones,
    ImmutableArray<WorkloadPrediction> Workloads,
    double LocalShare,
    double MeanDistance,
    long? FirstFallback,
    long? FirstSlowPath)
{
    public long TotalPages => Zones.Sum(zone => zone.Pages);

    /// <summary>Allocations that fail: a task that keeps its pages ends at its first.</summary>
    public long Failures => Workloads.Sum(workload => workload.Failures);

    public ZonePrediction? Of(string zone) => Zones.FirstOrDefault(known => known.Zone == zone);

    /// <param name="freeAtStart">Free pages when the first workload begins. Shape: index = slot of the zone.</param>
    /// <returns>Null when the scenario is more than this arithmetic can follow.</returns>
    public static PlacementPrediction? Of(Scenario scenario, MachineImage machine, IReadOnlyList<long> freeAtStart)
    {
        // What ends, or is written, by the clock depends on the cost model.
        if (scenario.Duration is not null || !scenario.Events.IsEmpty) return null;
        if (WorkloadChain.Of(scenario) is not { } chain) return null;
        var fluid = new PlacementFluid(machine, freeAtStart);
        var parts = new List<(WorkloadPrediction Outcome, NodeId Node, FluidStream Stream)>();
        foreach (var workload in chain)
        {
            if (StreamDemand.Of(workload, machine) is not { } demand) return null;
            if (!RequestWalk.IsOne(workload.Basis.Request)) return null;
            var walk = RequestWalk.Of(machine, demand.Node, workload.Basis.Request);
            if (walk.Slots.IsEmpty || !CanFollow(machine.Release, workload)) return null;
            var stream = fluid.Serve(walk, demand.Blocks);
            // With several CPUs a turn lasts until enough of their counters are folded: the share is no fixed one.
            if (stream.EndedInTurns && demand.Tasks > 1) return null;
            parts.Add((new(workload.Name, stream.Served, stream.Left > 0 ? demand.Tasks : 0), demand.Node, stream));
        }

        return Sum(machine, fluid, parts);
    }

    /// <summary>Before 4.4 a check of a larger block counts the free blocks below it: only buddy lists know.</summary>
    private static bool CanFollow(KernelRelease release, Workload workload) =>
        workload.Basis.Request.Order.Value == 0 || release.HighOrderCheck == HighOrderCheckRule.AnySuitableBlock;

    private static PlacementPrediction Sum(
        MachineImage machine, PlacementFluid fluid, List<(WorkloadPrediction, NodeId, FluidStream)> parts)
    {
        var pages = new long[machine.Zones.Length];
        var (total, local, distance, before) = (0L, 0L, 0.0, 0L);
        long? fallback = null;
        long? slowPath = null;
        foreach (var (_, node, stream) in parts)
        {
            for (var slot = 0; slot < pages.Length; slot++)
            {
                var given = stream.PagesFrom(slot);
                var home = machine.Zones[slot].Id.Node;
                pages[slot] += given;
                total += given;
                if (home == node) local += given;
                distance += (double)given * machine.Distances[node, home];
            }

            fallback ??= before + stream.FirstFallback;
            slowPath ??= before + stream.FirstSlowPath;
            before += stream.Served;
        }

        return new(
            [.. machine.Zones.Select((zone, slot) =>
                new ZonePrediction(zone.Id.ToString(), pages[slot], fluid.Free[slot],
                    parts.Any(part => part.Item3.LastSlot == slot)))],
            [.. parts.Select(part => part.Item1)],
            (double)local / total, distance / total, fallback, slowPath);
    }
}

/// <summary>Pages predicted to come from a zone, and free pages left there.</summary>
/// <param name="TakesRest">A workload's demand was met here: what other zones give less or more, this one gives more
/// or less.</param>
public sealed record ZonePrediction(string Zone, long Pages, long FreeAtEnd, bool TakesRest);

/// <summary>How a workload is predicted to end.</summary>
/// <param name="Blocks">Blocks that it gets.</param>
public sealed record WorkloadPrediction(string Name, long Blocks, long Failures);
