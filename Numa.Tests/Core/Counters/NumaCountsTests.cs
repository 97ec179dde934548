using CsCheck;
using Numa.Core.Counters;
using Numa.Core.Rounds;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Counters;

public class NumaCountsTests
{
    // Goal: the invariants of spec 10 §7. Method: any machine, tasks and policies; the counters beside the requests
    // that were served.
    [Fact]
    public void Every_served_allocation_is_one_hit_or_miss_and_one_local_or_other() =>
        SmallRun.Any.Sample(Check, iter: 150);

    // A task that got its page while it held the OOM lock, and then unmapped, gave the lock back twice.
    [Fact]
    public void A_lock_is_given_back_once() => SmallRun.Any.Sample(Check, seed: "eI9dXQSlZrV5", iter: 1);

    private static void Check(SmallRun run)
    {
        var plan = run.Plan();
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        loop.Run();
        var zones = plan.Machine.Zones.Select((zone, slot) => NumaCounts.Of(slot, zone.Id.Node, loop.Cpus)).ToList();
        var sum = zones.Aggregate((a, b) => a + b);
        var served = loop.Cpus.Sum(cpu => cpu.Counters.HandOuts.Sum());
        Assert.Equal(served, sum.Hit + sum.Miss);
        Assert.Equal(served, sum.Local + sum.Other);
        Assert.Equal(sum.Miss, sum.Foreign);
        Assert.True(sum.InterleaveHit <= sum.Hit);
        Assert.InRange(served, 0, loop.Cpus.Sum(cpu => cpu.Counters.Allocations - cpu.Counters.Failures));

        var events = VmEvents.Of(plan.Machine.Release, plan.Machine.Zones, loop.Cpus);
        Assert.Equal(["pgalloc_dma", "pgalloc_dma32", "pgalloc_normal", "pgalloc_movable", "pgfree"],
            events.Take(5).Select(known => known.Name));
        Assert.Equal(loop.Cpus.Sum(cpu => cpu.Counters.PagesFrom.Sum()), events.Take(4).Sum(known => known.Count));
    }
}
