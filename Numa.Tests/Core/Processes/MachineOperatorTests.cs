using Numa.Core.Addressing;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Core.Processes;

// A machine of two nodes with 8 GiB each that gets 256 MiB behind node 1 as Movable and loses them again.
public class MachineOperatorTests
{
    private const string Plug = "{at: 1us, hotAdd: {node: 1, start: 20GiB, size: 256MiB}}";
    private const string Online = "{at: 2us, online: {start: 20GiB, size: 256MiB, type: movable}}";
    private const string Offline = "{at: 3ms, offline: {start: 20GiB, size: 256MiB}}";

    // Spec 11, section 7, example 3: the zone leaves all lists, and has neither start nor pages.
    [Fact]
    public void A_zone_that_loses_its_last_block_leaves_the_lists()
    {
        var (plan, loop) = Run([Plug, Online, Offline]);
        Assert.All(plan.Operator!.Results, result => Assert.Empty(result.Refusals));
        Assert.Equal([0, 1, 1], plan.Operator.Results.Select(result => result.Rebuilds));
        var facts = loop.Cpus[0].Machine;
        var slot = facts.Image.SlotOf(new(new(1), ZoneKind.Movable));
        var (online, gone) = (plan.Operator.Results[1].After.Zones[slot], facts.Zones[slot]);
        Assert.Equal((0x500000L, 65536L, 65536L, 65536L),
            (online.Start.Value, online.Spanned.Value, online.Present.Value, online.Managed.Value));
        Assert.Equal((0L, 0L, 0L, 0L),
            (gone.Start.Value, gone.Spanned.Value, gone.Present.Value, gone.Managed.Value));
        Assert.Equal(0, loop.Zones[slot].Zone.FreePages);
        Assert.Equal(0, loop.Zones[slot].Gained);
        Assert.All(loop.Cpus, cpu => Assert.DoesNotContain(slot, cpu.Machine.Walk(new(1), ZoneKind.Movable, false)));
    }

    [Fact]
    public void A_zone_without_memory_refuses_what_asks_it()
    {
        var (plan, _) = Run([Plug, Online, Offline]);
        var slot = plan.Machine.Image.SlotOf(new(new(1), ZoneKind.Movable));
        var zone = plan.MakeZone(slot);
        var visit = new ZoneVisit
        {
            Zone = slot, Arrival = new(100), Way = 50, Kind = ZoneVisitKind.Query, HasCheck = true,
            Check = new(WatermarkLevel.Low, 0, (int)ZoneKind.Movable, 0), Sequence = 1,
        };
        zone.Serve(visit);
        Assert.Equal(ZoneVerdict.Gone, visit.Verdict.Verdict);
        Assert.False(visit.Served);
    }

    // Blocks go from the highest down, and each operation waits for the one before.
    [Fact]
    public void Operations_follow_each_other_though_they_are_due_at_once()
    {
        var (plan, _) = Run([Plug, Online.Replace("2us", "1us", StringComparison.Ordinal),
            Offline.Replace("3ms", "1us", StringComparison.Ordinal)]);
        var results = plan.Operator!.Results;
        Assert.Equal([0, 1, 2], results.Select(result => result.Number));
        Assert.All(results, result => Assert.Empty(result.Refusals));
        Assert.True(results[0].Ended <= results[1].Began && results[1].Ended <= results[2].Began);
        // All CPUs are asked to empty their pagesets, and answer: two signals, for each block.
        Assert.True(results[2].Ended - results[2].Began > new VirtualDuration(4 * CostModel.Default.SignalLatency));
    }

    // A pageset may hold pages of the block: they are given back before anything is isolated.
    [Fact]
    public void Pages_on_pagesets_do_not_keep_a_block_online()
    {
        var (plan, loop) = Run([Plug, Online, "{after: {workload: touch, operations: 9500},"
            + " offline: {start: 20GiB, size: 256MiB}}"],
            "touch: {kind: storm, cpus: 5, workingSet: 4MiB, release: all, operations: 20480}");
        var slot = plan.Machine.Image.SlotOf(new(new(1), ZoneKind.Movable));
        Assert.True(loop.Cpus[5].Counters.PagesFrom[slot] >= 1024);
        Assert.True(loop.Zones[slot].Ledger.Of(5, ZoneVisitKind.Drain).Pages > 0);
        Assert.NotEmpty(Assert.Single(plan.Operator!.Results, result => result.Number == 2).Refusals);

        // It held some then; once it has freed them all, the same succeeds.
        var (later, emptied) = Run([Plug, Online, "{at: 900ms, offline: {start: 20GiB, size: 256MiB}}"],
            "touch: {kind: storm, cpus: 5, workingSet: 4MiB, release: all, operations: 20480}");
        Assert.All(later.Operator!.Results, result => Assert.Empty(result.Refusals));
        Assert.Equal(0, emptied.Cpus[5].Zones[slot]!.Pageset.Count);
    }

    private static (SimulationPlan Plan, RoundLoop Loop) Run(string[] events,
        string workload = "none: {kind: fill, cpus: 0, pages: 1, gfp: GFP_KERNEL}")
    {
        var text = $$"""
            machine: ../machines/two-socket-8g.yaml
            kernel: "6.1"
            events: [{{string.Join(", ", events)}}]
            workloads: { {{workload}} }
            """;
        var scenario = ScenarioParser.Parse(text, Path.Combine(ScenarioTexts.Configs, "scenarios", "test.yaml"), [],
            ScenarioLoader.FindMachine);
        var plan = ScenarioPlan.Of(
            scenario, MachineBoot.Boot(scenario.Machine, scenario.Boot, []), 1, SimulationClock.Virtual);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount), new() { CountsPages = true });
        loop.Run();
        Assert.Null(RunCheck.FirstBreach(loop.Zones, loop.Cpus, plan.Tasks));
        return (plan, loop);
    }
}
