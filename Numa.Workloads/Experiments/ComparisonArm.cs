using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>One combination of the varied settings' values, and the runs made with it.</summary>
/// <param name="Value">As written in <c>--vary</c>.</param>
/// <param name="Scenario">The scenario with the value in it.</param>
/// <param name="Runs">One per seed, ascending; the first with its placement.</param>
public sealed record ComparisonArm(string Value, Scenario Scenario, ImmutableArray<RunRecord> Runs)
{
    /// <summary>The run that everything which does not vary with the seed is read from.</summary>
    internal RunRecord First => Runs[0];

    /// <summary>One for each run, in their order.</summary>
    internal ImmutableArray<ulong> Seeds => [.. Runs.Select(run => run.Result.Seed)];

    internal MachineImage Machine => First.Machine;

    /// <summary>What its workloads ask for, each kind once.</summary>
    internal ImmutableArray<AllocationRequest> Requests =>
        [.. Scenario.Workloads.Select(workload => workload.Basis.Request).Distinct()];

    /// <summary>Free pages when the workloads begin. Shape: index = slot of the zone.</summary>
    internal ImmutableArray<long> FreeAtStart => [.. Machine.Zones.Select(zone =>
        First.Result.Zones.First(known => known.Zone == zone.Id.ToString()).FreeAtStartPages)];

    internal PlacementPrediction? Prediction => PlacementPrediction.Of(Scenario, Machine, FreeAtStart);

    /// <summary>What each zone yields to a walk before it stops at low. Shape: index = slot of the zone.</summary>
    internal bool HasRoom(RequestWalk walk, int slot) => FreeAtStart[slot] > walk.LowLimit(slot);
}
