using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;
using CapturedBoot = Numa.Tests.Core.Boot.CapturedMachine;

namespace Numa.Tests.Workloads.Experiments;

/// <summary>A scenario of configs/ on its booted machine, before anything runs.</summary>
internal sealed record BootedScenario(Scenario Scenario, MachineImage Machine)
{
    public static BootedScenario Load(string name, params string[] settings)
    {
        var scenario = ScenarioLoader.Load(Path.Combine(ScenarioTexts.Configs, "scenarios", name + ".yaml"),
            [.. settings.Select(setting => Setting.Parse("--set", setting))]);
        return new(scenario, BootSequence.Run(LayOut(scenario), false, []).Image);
    }

    /// <summary>Free pages of each zone when the first workload begins, with what is occupied taken away.</summary>
    public ImmutableArray<long> FreeAtStart => [.. Machine.Zones.Select(zone =>
        Scenario.Occupied.FirstOrDefault(occupied => occupied.Zone.Value == zone.Id) is { } occupied
            ? occupied.Pages?.Value ?? zone.Tuning.Marks[occupied.Mark!.Value].Value
            : zone.Freed.Value)];

    public PlacementPrediction? Prediction => PlacementPrediction.Of(Scenario, Machine, FreeAtStart);

    public ZoneTuning Tuning(string zone) => Machine.Zones.Single(known => known.Id.ToString() == zone).Tuning;

    private static MemoryLayout LayOut(Scenario scenario)
    {
        if (scenario.Machine is DescribedMachine described) return EarlyBoot.Run(described.Machine);
        var machine = CapturedBoot.Describe(scenario.Machine.Name);
        return EarlyBoot.Run(machine with
        {
            Settings = scenario.Boot.ApplyTo(machine.Settings, machine.Release),
        });
    }
}
