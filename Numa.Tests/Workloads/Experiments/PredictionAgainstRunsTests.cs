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
    public void Every_zone_gives_what_arithmetic_says(string name)
    {
        var booted = BootedScenario.Load(name, "spill.size=6GiB");
        var (scenario, machine) = (booted.Scenario, booted.Machine);
        var tasks = WorkloadPlan.Build(scenario, machine.Cpus, new(scenario.Seed));
        var plan = new SimulationPlan(machine, tasks, CostModel.Default, VirtualInstant.Never, []);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        loop.Run();

        var tolerance = MetricTolerance.Of(machine, TaskTable.Of(scenario, machine));
        var prediction = booted.Prediction!;
        for (var slot = 0; slot < plan.ZoneCount; slot++)
        {
            var given = loop.Cpus.Sum(cpu => cpu.Counters.PagesFrom[slot]);
            var most = tolerance.Pages(slot, [prediction]);
            Assert.InRange(given - prediction.Zones[slot].Pages, -most, most);
        }
    }
}
