using Numa.Core.Allocation;
using Numa.Workloads.Explaining;
using Numa.Workloads.Scenarios;
using Numa.Workloads.WhatIf;

namespace Numa.Tests.Workloads.WhatIf;

/// <summary>Shipped machines, booted.</summary>
internal static class Boots
{
    public static BootedMachine Machine(string name, string? kernel = null, int? boostFactor = null)
    {
        var path = Path.Combine(ScenarioTexts.Configs, "machines", name);
        var settings = new List<Setting>();
        if (kernel is not null) settings.Add(new("--kernel", "kernel", kernel));
        if (boostFactor is { } factor) settings.Add(new("--set", "vm.watermark_boost_factor", $"{factor}"));
        var file = ScenarioLoader.LoadMachine(path, settings);
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }

    /// <summary>One request from node 0 when so many pages are left in each zone.</summary>
    public static AllocationWalk Ask(BootedMachine booted, RequestKind kind, Dictionary<string, long> left) =>
        new AllocationQuestion(kind.Name, 0, 0, null, null, [.. left.Select(zone => (zone.Key, $"{zone.Value}"))])
            .Ask(booted);
}
