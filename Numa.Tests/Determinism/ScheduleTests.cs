using Numa.Actors.Machine;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Determinism;

public class ScheduleTests
{
    // Goal: a schedule is part of the run, not of the host. Method: play one as a sequential queue, as one group, apart
    // and by actors on one and two threads; all must leave the same.
    [Fact]
    public async Task A_schedule_is_the_same_under_every_host()
    {
        var expected = Sequential(7);
        Assert.Equal(expected, Rounds(7, GroupMap.Single));
        Assert.Equal(expected, Rounds(7, GroupMap.Apart));
        foreach (var (threads, groups) in new[] { (1, 0), (2, 0), (2, 2) })
        {
            var plan = Plan(7);
            var outcome = await SimulationHost.RunAsync(plan, threads, isVirtual: true, groups: groups,
                settings: JitterMailbox.Overlay(threads));
            Assert.Equal(expected, RunHash.Of(outcome.Zones, outcome.Cpus, plan.Tasks));
        }
    }

    [Fact]
    public void Every_schedule_is_another_run()
    {
        ulong?[] schedules = [null, .. Enumerable.Range(0, 10).Select(seed => (ulong?)seed)];
        Assert.Equal(11, schedules.Select(Sequential).Distinct().Count());
    }

    // The bounds of rounds rest on the least latencies, so a schedule may only add. Method: no visit under a schedule
    // takes less than the ways and the hold or refusal that the model gives.
    [Fact]
    public void A_schedule_adds_at_most_its_share_and_takes_nothing_off()
    {
        var plan = Plan(3);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        var (waysGrown, refusalsGrown) = (0, 0);
        foreach (var cpu in loop.Cpus)
        {
            cpu.Visited += visit =>
            {
                var way = plan.Costs.WayAt(
                    plan.Machine.Image.Distances[cpu.Node, plan.Machine.Zones[visit.Zone].Id.Node]);
                Assert.InRange(visit.Way, way, way * 5 / 4);
                if (visit.Way > way) waysGrown++;
                if (visit.Hold > 0) Assert.True(visit.Hold >= plan.Costs.HoldBase);
                if (visit.Hold > 0) return;
                var refusal = (visit.Stamp - visit.Arrival).Nanoseconds - visit.Way;
                Assert.InRange(refusal, plan.Costs.Refusal, plan.Costs.Refusal * 5 / 4);
                if (refusal > plan.Costs.Refusal) refusalsGrown++;
            };
        }

        loop.Run();
        Assert.True(waysGrown > 50 && refusalsGrown > 5, $"{waysGrown} ways and {refusalsGrown} refusals grew");
    }

    // What one CPU hands to another lies in one queue, whatever the latencies drawn.
    [Fact]
    public void Signals_of_a_pair_of_cpus_do_not_overtake_each_other()
    {
        var machine = new SmallRun("6.1", 1, 1, 2, 0, 0, 20_000, false, 1);
        var plan = machine.PlanOf(
            [new ScriptTask(0, 0, [.. Enumerable.Repeat(ScriptTask.HandAllTo(1), 50)]),
                new ScriptTask(1, 1, ScriptTask.Think(2_000_000))],
            CostModel.Default with { ScheduleSeed = 1 });
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        var taken = new List<(long Sequence, VirtualInstant At)>();
        loop.Cpus[1].Signalled += signal =>
        {
            if (signal.Kind == SignalKind.HandOver) taken.Add((signal.Sequence, signal.At));
        };
        loop.Run();
        Assert.Equal(50, taken.Count);
        Assert.Equal(taken.OrderBy(signal => signal.Sequence), taken);
        Assert.All(taken, signal => Assert.InRange(signal.At.Nanoseconds, 20_000, 25_000));
        Assert.True(taken.Select(signal => signal.At).Distinct().Count() > 2);
    }

    private static SimulationPlan Plan(ulong? schedule)
    {
        var mixed = new SmallRun("6.1", 2, 4, 6, 12, 200, 20_000, false, 11);
        return mixed.PlanOf(mixed.Plan().Tasks, CostModel.Default with { ScheduleSeed = schedule });
    }

    private static string Sequential(ulong? schedule)
    {
        var plan = Plan(schedule);
        var queue = new SequentialQueue(plan);
        queue.Run();
        return RunHash.Of(queue.Zones, queue.Cpus, plan.Tasks);
    }

    private static string Rounds(ulong? schedule, Func<int, int, GroupMap> map)
    {
        var plan = Plan(schedule);
        var loop = new RoundLoop(plan, map(plan.CpuCount, plan.ZoneCount));
        loop.Run();
        return RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks);
    }
}
