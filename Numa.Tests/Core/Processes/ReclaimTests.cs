using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.HandMadeMachine;
using static Numa.Tests.Generators.ScriptTask;

namespace Numa.Tests.Core.Processes;

// Emptied pagesets, direct reclaimers that wait, boosts that kswapd takes away: on one zone and two CPUs.
public class ReclaimTests
{
    private static readonly AllocationRequest File =
        new(GfpFlags.GfpHighUserMovable, new(0)) { Lru = LruType.File };

    // Spec 09 E1.
    [Fact]
    public void The_target_is_the_sum_of_the_high_marks() =>
        Assert.Equal(33298, ShrinkTarget.Of([14, 1884, 31382]));

    // Spec 09 E3: three fallbacks were remembered, the fourth came during the pass.
    [Fact]
    public void What_raised_the_boost_during_a_pass_stays()
    {
        var plan = Plan("6.1", [new ScriptTask(0, 0)]);
        var zone = plan.MakeZone(0);
        zone.Zone.Boost = 2048;
        var visit = new ZoneVisit { Kind = ZoneVisitKind.EndBoost, Count = 1536, Arrival = new(1), Way = 1 };
        zone.Serve(visit);
        Assert.Equal(512, zone.Zone.Boost);
        Assert.Equal(512, visit.Record.Boost);
    }

    // A block of order 3 is not there, though reclaim frees pages; the other CPU's pageset holds what is missing.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public void Everybodys_pagesets_are_emptied_before_the_last_walk(string version)
    {
        var files = Enumerable.Range(0, 60).Select(_ => Allocate(File));
        var freed = Enumerable.Range(0, 12).SelectMany(_ => new[] { Allocate(File with { Lru = null }), FreeLast });
        var filler = Enumerable.Range(0, 600)
            .Select(_ => Allocate(new AllocationRequest(GfpFlags.GfpNoWait, new(0))));
        var large = new AllocationRequest(GfpFlags.GfpKernel | GfpFlags.NoRetry, new(3));
        var loop = Run(version, new ScriptTask(0, 0, [.. files, .. filler, Think(100_000), Allocate(large)]),
            new ScriptTask(1, 1, [.. freed]));
        Assert.Equal(1, loop.Cpus[0].Counters.DrainAlls);
        Assert.Equal(0, loop.Cpus[1].Zones[0]!.Pageset.Count);
        Assert.True(loop.Cpus[1].Counters.SignalsTaken > 1);
    }

    // Somebody who may ignore all marks took nearly everything and woke nobody: others wait until kswapd has been
    // through.
    [Fact]
    public void While_hardly_anything_is_free_direct_reclaimers_wait()
    {
        var files = Enumerable.Range(0, 300).Select(_ => Allocate(File));
        var greedy = new AllocationRequest(GfpFlags.High | GfpFlags.MemAlloc, new(0));
        var taken = Enumerable.Range(0, 700).Select(_ => Allocate(greedy));
        var loop = Run("6.1",
            new ScriptTask(0, 0, [.. files, .. taken, Allocate(new AllocationRequest(GfpFlags.GfpKernel, new(0)))]));
        Assert.Equal(1, loop.Cpus[0].Counters.Throttled);
        Assert.Equal(0, loop.Cpus[0].Counters.OomKills);
    }

    private static SimulationPlan Plan(string version, SimulatedTask[] tasks)
    {
        var tuning = Generators.Zones.Tuning(100, 125, 150, []) with { Pageset = new(8, 48, 48), StatThreshold = 0 };
        var start = StartOf(0, ZoneKind.Normal);
        ZoneImage zone = new(new(new(0), ZoneKind.Normal), new(start), new(0x10000), new(0x10000),
            [Generators.Zones.Range(start, start + 700)], [], tuning) { Managed = new(700) };
        var image = Image(version, zone) with { Cpus = new([new(0), new(0)]) };
        return new(image, tasks, CostModel.Default, VirtualInstant.Never, []) { Reclaim = ReclaimSettings.None };
    }

    private static RoundLoop Run(string version, params SimulatedTask[] tasks)
    {
        var loop = new RoundLoop(Plan(version, tasks), GroupMap.Single(2, 1), new() { CountsPages = true });
        loop.Run();
        Assert.Null(PageOwnership.FirstBreach(loop.Zones, loop.Cpus, tasks));
        return loop;
    }
}
