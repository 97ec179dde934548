using Numa.Core.Diagnostics;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

public class ExploreResultTests
{
    private const string Storm = """
        machine: pair.yaml
        workloads:
          storm: {kind: storm, cpus: all, workingSet: 128KiB, release: all, operations: 500, think: 1us}
        """;

    // Goal: what exploring finds can be run on its own. Method: schedule 2 by the explorer's loop and by actors.
    [Fact]
    public async Task A_schedule_is_the_same_explored_and_run()
    {
        var scenario = ScenarioTexts.Parse(Storm);
        var result = Explore(scenario, 3);
        foreach (var threads in new[] { 1, 2 })
        {
            var run = await RunAsync(scenario, new(Threads: threads) { Schedule = 2 });
            Assert.Equal(result.Exploration.Schedules[1].Hash, run.Hash);
            Assert.Equal(result.Exploration.Schedules[1].SimulatedNanoseconds, run.SimulatedNanoseconds);
            Assert.Equal(result.Exploration.Schedules[1].LockWaitNanoseconds,
                run.Zones.Sum(zone => zone.LockWaitNanoseconds));
            Assert.Equal(result.Exploration.Schedules[1].MaxWaitNanoseconds,
                run.Zones.Max(zone => zone.MaxWaitNanoseconds));
            Assert.Equal(2ul, run.Schedule);
        }

        Assert.Equal(result.Exploration.Unperturbed.Hash, (await RunAsync(scenario, new())).Hash);
    }

    // A hit of the pageset takes 40 ns, and under a schedule up to a quarter more.
    [Fact]
    public async Task Latencies_under_a_schedule_are_its_own()
    {
        var scenario = ScenarioTexts.Parse(Storm);
        var plain = (await RunAsync(scenario, new())).Latency;
        var perturbed = (await RunAsync(scenario, new() { Schedule = 2 })).Latency;
        Assert.Equal(40, plain.P50);
        Assert.InRange(perturbed.P50, 41, 50);
    }

    [Fact]
    public void Figures_are_those_of_the_schedules()
    {
        var result = Explore(ScenarioTexts.Parse(Storm), 5);
        double[] waits = [.. result.Exploration.Schedules.Select(run => (double)run.LockWaitNanoseconds).Order()];
        var metric = result.Metrics.Single(metric => metric.Name == "lock wait, total");
        Assert.Equal((waits[0], waits[2], waits[4]), (metric.Least, metric.Median, metric.Greatest));
        Assert.Equal(result.Exploration.Unperturbed.LockWaitNanoseconds, metric.Unperturbed);
        Assert.Equal(5, result.Outcomes);
        Assert.Equal(1, result.ZoneShares);
    }

    [Fact]
    public void Without_a_share_on_top_a_schedule_breaks_ties_only()
    {
        // Without think time CPUs of a node come to its zone at the same instants.
        var ties = Explore(ScenarioTexts.Parse(Storm, "workloads.storm.think=0ns", "costs.perturbationPercent=0"), 4);
        Assert.Equal(0, ties.PerturbationPercent);
        Assert.True(ties.Outcomes > 1);
        var alone = Explore(ScenarioTexts.Parse(Storm.Replace("cpus: all", "cpus: 0", StringComparison.Ordinal),
            "costs.perturbationPercent=0"), 4);
        Assert.Equal(1, alone.Outcomes);
        Assert.Equal(alone.Exploration.Unperturbed.Hash, alone.Exploration.Schedules[0].Hash);
    }

    [Fact]
    public void A_schedule_is_refused_under_the_wall_clock()
    {
        var problem = Assert.Single(Assert.Throws<InputException>(
            () => Explore(ScenarioTexts.Parse(Storm + "\nclock: wall"), 1)).Problems);
        Assert.Contains("expected --clock virtual", problem.ToString(), StringComparison.Ordinal);
    }

    private static ExploreResult Explore(Scenario scenario, int schedules) =>
        ExploreResult.Of(scenario, null, schedules, 2, (_, _) => { }, CancellationToken.None);

    private static async Task<RunResult> RunAsync(Scenario scenario, RunOptions options) =>
        (await new ScenarioRunner(TimeProvider.System).RunAsync(scenario, options, CancellationToken.None)).Result;
}
