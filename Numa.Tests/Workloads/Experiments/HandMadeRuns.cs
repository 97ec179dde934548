using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Workloads.Experiments;

/// <summary>Runs as the arithmetic would have them, with what a test plants.</summary>
internal static class HandMadeRuns
{
    private static readonly ContentionResult NoContention = new(0, 0, 0, [], [], [], []);

    /// <summary>A run of one task that takes pages zone by zone, in this order.</summary>
    public static RunRecord Run(BootedScenario booted, ulong seed, params (string Zone, long Pages)[] parts)
    {
        var machine = booted.Machine;
        var runs = new ZoneRuns[1] { Runs([.. parts.Select(part => (Slot(booted, part.Zone), part.Pages))]) };
        var total = Math.Max(1, parts.Sum(part => part.Pages));
        var free = booted.FreeAtStart;
        var zones = machine.Zones.Select((zone, slot) =>
        {
            var (name, marks) = (zone.Id.ToString(), zone.Tuning.Marks);
            var given = parts.Where(part => part.Zone == name).Sum(part => part.Pages);
            return new ZoneResult(name, zone.Managed.Value, free[slot], free[slot] - given, 0, given, 0,
                marks.Min.Value, marks.Low.Value, marks.High.Value, given, 1, 100, 100, 100, 10, true);
        });
        var local = parts.Where(part => part.Zone[0] == '0').Sum(part => part.Pages);
        var result = new RunResult(booted.Scenario.Name, seed, machine.Name, machine.Release.Name,
            machine.Zonelists.Order.ToString(), false, "virtual", "actors", 1, new('0', 64), total, total, 0, 1, total,
            1_000_000, (double)local / total, (10.0 * local + 21.0 * (total - local)) / total, 0, null, 0, true, [],
            new(1, 2, 3, 4, 1), [.. zones],
            [.. parts.Select(part => new PlacementResult(0, part.Zone, part.Pages, part.Pages))],
            [], [], [], []);
        var run = new RunRecord(machine, result, NoContention, [.. runs],
            [.. machine.Zones.Select(_ => new TimeBuckets(2048))]);
        return run with
        {
            Result = result with { FirstFallback = ComparisonPlacement.FirstFallback(booted.Scenario, run) },
        };
    }

    public static ComparisonArm Arm(
        string value, BootedScenario booted, int seeds, Func<int, (string, long)[]> parts) => new(
        value, booted.Scenario, [.. Enumerable.Range(1, seeds).Select(seed => Run(booted, (ulong)seed, parts(seed)))]);

    public static ComparisonResult Compare(string path, params ComparisonArm[] arms) =>
        Comparison.Build(arms[0].Scenario, path, [.. arms], "numa compare");

    /// <summary>A long run only remembers changes of zone, so a test may make one of millions.</summary>
    private static ZoneRuns Runs(ImmutableArray<(int Zone, long Count)> parts)
    {
        var runs = new ZoneRuns();
        foreach (var (zone, count) in parts)
        {
            runs.Add(zone, count);
        }

        return runs;
    }

    private static int Slot(BootedScenario booted, string zone) =>
        booted.Machine.Zones.Select((image, slot) => (image, slot)).Single(one => one.image.Id.ToString() == zone).slot;
}
