using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>What cannot depend on the seed, by rule.</summary>
internal enum SeedRule
{
    /// <summary>Nothing is known: seeds may agree, but need not.</summary>
    None,

    /// <summary>Where pages come from: one task allocates at a time and draws nothing but how long it computes, and
    /// nothing happens by the clock.</summary>
    Placement,

    /// <summary>The whole run: nothing is drawn at all.</summary>
    Run,
}

/// <summary>Finds the rule that holds for a scenario.</summary>
internal static class SeedRules
{
    /// <summary>Computing shorter than this has no jitter. Unit: virtual nanoseconds.</summary>
    private const long LeastJittered = 10;

    public static SeedRule Of(Scenario scenario, MachineImage machine)
    {
        if (scenario.Workloads.Any(workload => workload.IsDrawn)) return SeedRule.None;
        if (scenario.Workloads.All(workload => workload.Basis.Think.Nanoseconds < LeastJittered)) return SeedRule.Run;
        return PlacementFollowsRules(scenario, machine) ? SeedRule.Placement : SeedRule.None;
    }

    /// <summary>One task allocates at a time and nothing happens by the clock: what each allocation finds does not
    /// depend on how long anything takes.</summary>
    public static bool PlacementFollowsRules(Scenario scenario, MachineImage machine) =>
        scenario.Duration is null && scenario.Events.IsEmpty
        && scenario.Workloads.All(workload => !workload.GoesByTime && workload.Basis.Life.Duration is null)
        && ComparisonPlacement.RunsSingly(scenario, TaskTable.Of(scenario, machine));

    /// <summary>The weakest of several scenarios' rules.</summary>
    public static SeedRule Of(IEnumerable<(Scenario Scenario, MachineImage Machine)> cells) =>
        cells.Select(cell => Of(cell.Scenario, cell.Machine)).Min();
}
