using Numa.Actors.Machine;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Tests.Determinism;

// Goal: one scenario with every kind of workload, frees on other CPUs, and settings written in mid-run gives one result,
// whatever carries it. Method: play it as one group in a loop; then with actors apart, a group for each thread, or
// groups drawn at random, on 1, 2 and 8 threads, in windows as wide as the costs allow or narrowed at random, and with
// each message kept waiting a random little. Everything that a run leaves behind must be equal.
public class EverythingAtOnceTests
{
    private const int Runs = 50;

    private static readonly int[] Threads = [1, 2, 8];

    private static readonly string Text =
        File.ReadAllText(Path.Combine(ScenarioTexts.Configs, "scenarios", "everything-at-once.yaml"));

    // Room for all, and tasks that keep to their nodes until the last: groups of nodes are calm.
    private const string Roomy = """
        machine: ../machines/small-node0.yaml
        kernel: "6.12"
        workloads:
          fault: {kind: storm, cpus: all, workingSet: 2MiB, release: all, operations: 6000}
          near: {kind: producer-consumer, cpus: "2,4", consumers: "3,5", batch: 16, batches: 60, gfp: GFP_KERNEL}
          slots: {kind: toggle, cpus: "0,6,7", slots: 300, mix: order0, operations: 3000}
          across: {kind: producer-consumer, cpus: "0,4", consumers: "2,7", batch: 8, batches: 40, after: near}
        """;

    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public async Task Every_host_leaves_the_same_behind(string kernel)
    {
        var scenario = ScenarioOn(kernel);
        AssertMixed(await AssertEveryHostAsync(scenario));
    }

    // Tasks that sleep until an instant, draw lifetimes, shrink, wait, begin again and end by the clock.
    [Fact]
    public async Task So_it_does_with_every_kind_of_workload()
    {
        var scenario = Parse(File.ReadAllText(Path.Combine(ScenarioTexts.Configs, "scenarios", "workload-zoo.yaml")));
        Assert.Equal(WorkloadKinds.All.Length - 1, scenario.Workloads.Select(one => one.GetType()).Distinct().Count());
        await AssertEveryHostAsync(scenario);
    }

    [Fact]
    public async Task So_it_does_where_groups_are_calm()
    {
        var scenario = Parse(Roomy);
        await AssertEveryHostAsync(scenario);
        var plan = PlanOf(scenario);
        var loop = new RoundLoop(plan, GroupMap.OfNodes(plan.Machine.Image, 4));
        int calm = 0, not = 0;
        while (loop.Step(turns =>
        {
            calm += turns.Count(turn => turn.Go.CalmUntil > turn.Go.Time);
            not += turns.Count(turn => turn.Go.CalmUntil <= turn.Go.Time);
        }))
        {
        }

        Assert.True(calm > 100 && not > 100, $"calm in {calm} turns, not in {not}");
    }

    private static async Task<RoundLoop> AssertEveryHostAsync(Scenario scenario)
    {
        var plan = PlanOf(scenario);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        loop.Run();
        var expected = StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings);
        var hash = RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks);
        foreach (var (threads, at) in Threads.Select((threads, at) => (threads, at)))
        {
            var host = await SimulationHost.StartAsync(threads, JitterMailbox.Overlay(threads));
            await using (host)
            {
                for (var run = at; run < Runs; run += Threads.Length)
                {
                    var again = PlanOf(scenario);
                    var (name, groups) = Grouping(again, run, threads);
                    var narrow = run % 2 == 1;
                    var outcome = await host.PlayAsync(
                        again, groups, narrow ? AnyWindow.Options((ulong)run) : RoundOptions.Default,
                        worthAThread: run % 5 == 0 ? RoundLoop.AboutHundredMicroseconds : 0);
                    var actual =
                        StateText.Of(outcome.Zones, outcome.Cpus, again.Tasks, outcome.Ends, outcome.Crossings);
                    Assert.True(expected == actual, $"run {run}, {threads} threads, {name}, narrow {narrow}: "
                        + StateText.Difference(expected, actual));
                    Assert.Equal(hash, RunHash.Of(outcome.Zones, outcome.Cpus, again.Tasks));
                }
            }
        }

        return loop;
    }

    // The same numbers of threads as groups, and no grouping twice.
    private static (string Name, GroupMap? Groups) Grouping(SimulationPlan plan, int run, int threads) =>
        (run / Threads.Length % 4) switch
        {
            0 => ("actors apart", null),
            1 => ("a group for each thread", GroupMap.OfNodes(plan.Machine.Image, threads)),
            _ => ("any groups", Drawn(plan, (ulong)run)),
        };

    private static GroupMap Drawn(SimulationPlan plan, ulong seed)
    {
        var random = new SeededRandom(seed);
        var groups = 2 + random.NextBelow(plan.CpuCount + plan.ZoneCount - 1);
        return new(Draw(plan.CpuCount, groups, ref random), Draw(plan.ZoneCount, groups, ref random));
    }

    private static int[] Draw(int members, long groups, ref SeededRandom random)
    {
        var drawn = new int[members];
        for (var i = 0; i < members; i++) drawn[i] = (int)random.NextBelow(groups);
        return drawn;
    }

    // From 4.14 on there is no zone order; the other sysctl has another name and meaning.
    private static Scenario ScenarioOn(string kernel)
    {
        var text = kernel == "4.4" ? Text : Text
            .Replace("kernel: \"4.4\"", $"kernel: \"{kernel}\"", StringComparison.Ordinal)
            .Replace("zonelist_order: zone", "zonelist_order: node", StringComparison.Ordinal)
            .Replace("percpu_pagelist_fraction: 400", "percpu_pagelist_high_fraction: 8", StringComparison.Ordinal);
        return Parse(text);
    }

    private static Scenario Parse(string text) => ScenarioParser.Parse(
        text, Path.Combine(ScenarioTexts.Configs, "scenarios", "test.yaml"), [], ScenarioLoader.FindMachine);

    private static SimulationPlan PlanOf(Scenario scenario) => ScenarioPlan.Of(
        scenario, MachineBoot.Boot(scenario.Machine, scenario.Boot, []), scenario.Seed, SimulationClock.Virtual);

    // The scenario is worth its name: all visits that tasks cause, waits, frees of other CPUs' pages, failures, timers.
    private static void AssertMixed(RoundLoop loop)
    {
        var cells = loop.Zones.SelectMany(zone => zone.Ledger.Cells()).ToArray();
        ZoneVisitKind[] kinds =
        [
            ZoneVisitKind.Refill, ZoneVisitKind.Drain, ZoneVisitKind.Direct, ZoneVisitKind.DirectFree,
            ZoneVisitKind.Query, ZoneVisitKind.Fold,
        ];
        Assert.All(kinds, kind => Assert.Contains(cells, cell => cell.Kind == kind));
        Assert.All(loop.Zones, zone => Assert.True(zone.Served > 0));
        Assert.True(loop.Zones.Sum(zone => zone.Served) > 300);
        Assert.True(cells.Sum(cell => cell.Sums.Refused) > 0);
        Assert.True(cells.Sum(cell => cell.Sums.Wait) > 100_000);
        Assert.True(loop.Cpus.Sum(cpu => cpu.Counters.Fallbacks) > 1_000);
        Assert.All(loop.Cpus, cpu => Assert.InRange(cpu.BeforeEvents.Count, 4, 5));
        Assert.True(loop.Cpus.Sum(cpu => cpu.Counters.SignalsTaken) > 200);
        Assert.True(loop.Cpus.Sum(cpu => cpu.Counters.Failures) > 0);
        Assert.True(loop.Crossings.Count > 3);
    }
}
