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

    private static void Agrees(BootedScenario booted)
    {
        var (scenario, machine) = (booted.Scenario, booted.Machine);
        var tasks = WorkloadPlan.Build(scenario, machine.Cpus, new(scenario.Seed));
        var plan = new SimulationPlan(machine, tasks, CostModel.Default, VirtualInstant.Never, []);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        loop.Run();

        var tolerance = MetricTolerance.Of([machine], TaskTable.Of(scenario, machine));
        var prediction = booted.Prediction!;
        for (var slot = 0; slot < plan.ZoneCount; slot++)
        {
            var given = loop.Cpus.Sum(cpu => cpu.Counters.PagesFrom[slot]);
            var most = tolerance.Pages(slot, [prediction]);
            Assert.InRange(given - prediction.Zones[slot].Pages, -most, most);
        }
    }
}
