using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Workloads.Experiments;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads.Experiments;

// Goal: simulator and arithmetic, which share no code on the allocation path, agree within the tolerance that
// comparisons use. Method: the simulator's plain loop on machines that were captured.
public class PredictionAgainstRunsTests
{
    [Theory]
    [InlineData("spill-3.10-zone")]
    [InlineData("spill-4.4-node")]
    [InlineData("spill-4.4-zone")]
    [InlineData("spill-4.9-node")]
    public void Every_zone_gives_what_arithmetic_says(string name) =>
        Agrees(BootedScenario.Load(name, "spill.size=6GiB"));

    // 6.12 doubles its refills up to 32 batches of 63, so a zone stops up to 2,016 pages below its mark.
    [Theory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void So_it_does_where_refills_grow(string kernel) =>
        Agrees(BootedScenario.Load("one-node-fill", "kernel=" + kernel, "zonelistOrder=node", "size=66GiB"));

    // A CPU of node 0 bound to node 1: the first choice is the first zone that the policy permits.
    [Fact]
    public void A_zone_that_the_policy_forbids_is_nobodys_first_choice()
    {
        var (_, loop) = Run(BootedScenario.Load("spill-4.9-node", "spill.size=1GiB", "spill.policy={bind: [1]}"));
        Assert.Equal(0, loop.Cpus.Sum(cpu => cpu.Counters.Fallbacks));
        Assert.All(loop.Cpus, cpu => Assert.Equal(cpu.Counters.PagesFrom, cpu.Counters.FirstChoicePages));
        Assert.Equal(1 << 18, loop.Cpus.Sum(cpu => cpu.Counters.PagesFrom[^1]));
    }

    private static (SimulationPlan Plan, RoundLoop Loop) Run(BootedScenario booted)
    {
        var (scenario, machine) = (booted.Scenario, booted.Machine);
        var tasks = WorkloadPlan.Build(scenario, machine.Cpus, new(scenario.Seed));
        var plan = new SimulationPlan(machine, tasks, CostModel.Default, VirtualInstant.Never, []);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        loop.Run();
        return (plan, loop);
    }

    private static void Agrees(BootedScenario booted)
    {
        var (scenario, machine) = (booted.Scenario, booted.Machine);
        var (plan, loop) = Run(booted);

        var tolerance = MetricTolerance.Of([machine], [TaskTable.Of(scenario, machine)]);
        var prediction = booted.Prediction!;
        for (var slot = 0; slot < plan.ZoneCount; slot++)
        {
            var given = loop.Cpus.Sum(cpu => cpu.Counters.PagesFrom[slot]);
            var most = tolerance.Pages(slot, [prediction]);
            Assert.InRange(given - prediction.Zones[slot].Pages, -most, most);
        }
    }
}
