using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Core.Processes;

/// <summary>Where a run parts into what exact rules decided and what the slow path may have touched.</summary>
public class PressureTests
{
    private const string Machine = "{kernel: '6.1', nodes: [{memory: 1GiB, cpus: 0-1}, {memory: 1GiB, cpus: 2-3}],"
        + " distances: [[10, 20], [20, 10]]}";

    private const string Strict = "kind: fill, gfp: GFP_HIGHUSER_MOVABLE|__GFP_THISNODE";

    // CPU 0 comes to the slow path with its last page; CPU 2 fills another node and hears of nothing.
    [Fact]
    public void A_CPU_that_nothing_reaches_stays_exact()
    {
        var loop = Run($"{{{Strict}, cpus: 0, size: unlimited}}", $"{{{Strict}, cpus: 2, size: 100MiB}}");
        var first = loop.Cpus[0];
        Assert.NotNull(first.SlowPath);
        Assert.Equal(first.SlowPath.Operation - 1, first.BeforePressure!.Allocations);
        Assert.Null(loop.Cpus[2].BeforePressure);
        Assert.Equal(25600, loop.Cpus[2].Counters.Done.Allocations);
    }

    // CPU 1 takes pages of the zone that CPU 0 has drained to its low mark: it hears of it by the zone's record, later than
    // CPU 0 and before its own slow path.
    [Fact]
    public void The_news_comes_with_the_record_of_a_zone()
    {
        var loop = Run($"{{{Strict}, cpus: 0, size: unlimited}}",
            "{kind: fill, cpus: 1, size: 700MiB, gfp: GFP_HIGHUSER_MOVABLE}");
        Assert.NotNull(loop.Cpus[0].SlowPath);
        Assert.Null(loop.Cpus[1].SlowPath);
        var (before, all) = (loop.Cpus[1].BeforePressure!, loop.Cpus[1].Counters.Done);
        Assert.InRange(before.Allocations, 1, all.Allocations - 1);
        Assert.Equal(before.Allocations, before.Pages.From.Sum());
    }

    // The task behind begins on another node when the one that failed has exited: what it finds there is untouched, but
    // that it runs now comes of the slow path.
    [Fact]
    public void The_news_comes_with_a_signal()
    {
        var loop = Run($"{{{Strict}, cpus: 0, size: unlimited}}", $"{{{Strict}, cpus: 2, size: 1MiB, after: w0}}");
        Assert.Equal(0, loop.Cpus[2].BeforePressure!.Allocations);
        Assert.Equal(256, loop.Cpus[2].Counters.Done.Allocations);
    }

    [Fact]
    public void Without_a_slow_path_there_is_no_news()
    {
        var loop = Run($"{{{Strict}, cpus: 0-3, size: 100MiB}}", $"{{{Strict}, cpus: 1, size: 4MiB, after: w0}}");
        Assert.All(loop.Cpus, cpu => Assert.Null(cpu.BeforePressure));
    }

    private static RoundLoop Run(params string[] workloads)
    {
        var text = $"machine: {Machine}\nworkloads:\n"
            + string.Concat(workloads.Select((workload, at) => $"  w{at}: {workload}\n"));
        var scenario = ScenarioParser.Parse(text, "pressure.yaml", [], ScenarioLoader.FindMachine);
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        var plan = ScenarioPlan.Of(scenario, booted, 1, SimulationClock.Virtual);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        while (loop.Step()) { }
        return loop;
    }
}
