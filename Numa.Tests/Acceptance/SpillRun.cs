using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Workloads;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Tests.Acceptance;

/// <summary>A spill scenario, simulated from the free pages at which a capture begins.</summary>
internal sealed class SpillRun
{
    /// <summary>A page table maps so many pages, and is a page itself.</summary>
    private const double PagesPerTable = 512;

    private const double PagesPerMiB = 256;

    public required SpillCurve Curve { get; init; }

    public required RoundLoop Loop { get; init; }

    public required BootedMachine Machine { get; init; }

    /// <summary>Zones of the program's pages, in order, as runs.</summary>
    public required ZoneRuns Placement { get; init; }

    /// <summary>Pages by which the counter of a zone may lag on one CPU.</summary>
    public int LagOf(string zone) => Loop.Zones[Curve.Zones.IndexOf(zone)].Zone.Tuning.StatThreshold;

    /// <param name="start">Free pages to begin with, and MiB touched by then: the capture's first sample. Null for
    /// the machine just after boot.</param>
    public static SpillRun Of(string scenario, SpillSample? start, params string[] settings)
    {
        var file = Path.Combine(ScenarioTexts.Configs, "scenarios", scenario + ".yaml");
        var loaded = ScenarioLoader.Load(file, [.. settings.Select(setting => Setting.Parse("--set", setting))]);
        var machine = MachineBoot.Boot(loaded.Machine, loaded.Boot, []);
        var image = machine.Image;
        var tasks = WorkloadPlan.Build(loaded, image.Cpus, new(loaded.Seed));
        var occupied = start is null ? [] : image.Zones
            .Select((zone, slot) => new Numa.Core.Processes.Occupation(zone.Id, new(start.Free[slot])));
        var plan = new SimulationPlan(image, tasks, CostModel.Default, VirtualInstant.Never, [.. occupied]);
        var loop = new RoundLoop(plan, GroupMap.Apart(plan.CpuCount, plan.ZoneCount));
        var placement = new ZoneRuns();
        foreach (var cpu in loop.Cpus) cpu.Placement = [placement];
        var samples = ImmutableArray.CreateBuilder<SpillSample>();
        samples.Add(Sample(loop, start?.TouchedMiB ?? 0));
        while (loop.Step())
        {
            // Tables fill as pages do; they come from the same zones and are no pages that were touched.
            var touched = tasks[0].LivePages * PagesPerTable / (PagesPerTable + 1) / PagesPerMiB;
            var sample = Sample(loop, (start?.TouchedMiB ?? 0) + touched);
            if (!sample.Free.SequenceEqual(samples[^1].Free)) samples.Add(sample);
        }

        return new()
        {
            Curve = new([.. image.Zones.Select(zone => zone.Id.ToString())], samples.ToImmutable()),
            Loop = loop,
            Machine = machine,
            Placement = placement,
        };
    }

    private static SpillSample Sample(RoundLoop loop, double touched) =>
        new(touched, [.. loop.Zones.Select(zone => zone.Latest.Folded)]);
}
