using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;
using Numa.Workloads.Stress;

namespace Numa.Tests.Core.Rounds;

public class CalmGroupTests
{
    // Goal: that the others do not wait for a calm group changes nothing. Method: random machines with room, on which
    // groups of nodes are calm for part of the run, until zones run low or blocks are handed across, beside a
    // sequential queue. Calm must have been relied on in many of them, and have ended in some.
    [Fact]
    public void Calm_changes_no_run()
    {
        int calm = 0, ended = 0;
        SmallRun.AnyRoomy.Sample(run =>
        {
            var plan = run.Plan();
            var oracle = new SequentialQueue(plan);
            oracle.Run();
            var expected = StateText.Of(oracle.Zones, oracle.Cpus, plan.Tasks, oracle.Ends, oracle.Crossings);
            var again = run.Plan();
            var loop = new RoundLoop(again, SmallRun.PerNode(again));
            bool wasCalm = false, wasNot = false;
            while (loop.Step(turns =>
            {
                foreach (var (_, go) in turns)
                {
                    wasNot |= wasCalm && go.CalmUntil <= go.Time;
                    wasCalm |= go.CalmUntil > go.RunAhead;
                }
            }))
            {
            }

            var actual = StateText.Of(loop.Zones, loop.Cpus, again.Tasks, loop.Ends, loop.Crossings);
            Assert.True(expected == actual, StateText.Difference(expected, actual));
            if (wasCalm) Interlocked.Increment(ref calm);
            if (wasCalm && wasNot) Interlocked.Increment(ref ended);
        }, iter: 3_000, threads: 2);
        Assert.True(calm > 50, $"calm in {calm} runs");
        Assert.True(ended > 15, $"calm ended in {ended} runs");
    }

    // Goal: a group is not calm whose CPU takes pages of its own zone to an LRU that another group keeps. Method: since
    // 4.8 the process of DMA32 keeps the pages of Normal; the group of CPU 0 has Normal, with room, and nothing else.
    // After a first task, which nothing keeps from being calm, the second begins; its first batch is full within one
    // turn.
    [Fact]
    public void A_CPU_whose_LRU_is_abroad_is_not_calm()
    {
        var machine = TinyMachine.Of("6.1",
            TinyMachine.Zone(0, 0, ZoneKind.DMA32, 1 << 16, Generators.Zones.Tuning()),
            TinyMachine.Zone(1, 0, ZoneKind.Normal, 1 << 16, Generators.Zones.Tuning())) with
        {
            Cpus = new([new NodeId(0), new(0)]),
        };
        var file = new AllocationRequest(GfpFlags.GfpHighUserMovable, new(0)) { Lru = LruType.File };
        var first = new FillTask(new(0), "pinned", new(0), file with { Lru = null }, 1, new(default, new(1)));
        var task = new FillTask(new(1), "files", new(0), file, 20, new(default, new(1))) { Start = new(100_000) };
        var loop = new RoundLoop(new(machine, [first, task], CostModel.Default, VirtualInstant.Never, []),
            new([0, 1], [1, 0]));
        loop.Run();
        Assert.Equal([20, 0], loop.Zones.Select(zone => zone.Lru?.Pages().Count() ?? 0));
    }
}
