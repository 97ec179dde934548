using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.HandMadeMachine;
using static Numa.Tests.Generators.ScriptTask;

namespace Numa.Tests.Core.Processes;

// Worked examples of the walk along a zonelist: a task asks its CPU for a block, and the zones answer.
public class AllocationWalkTests
{
    private const GfpFlags Kernel = GfpFlags.GfpKernel;
    private const GfpFlags User = GfpFlags.GfpHighUserMovable;
    private const GfpFlags Atomic = GfpFlags.GfpAtomic;

    private static ZoneTuning Marks(long min, long low, long high = 0, int batch = 1, params long[] reserve)
    {
        var tuning = Generators.Zones.Tuning(min, low, high, reserve);
        return tuning with { Pageset = new(batch, 6 * batch, 6 * batch), StatThreshold = 0 };
    }

    // Slot of the zone that served, or the last refusal of each zone.
    private static (int Slot, long Frame, ImmutableArray<ZoneRefusal> Tried, RoundLoop Loop) Ask(
        string version, GfpFlags gfp, int order, params ZoneImage[] zones)
    {
        var task = new ScriptTask(0, 0, Allocate(new AllocationRequest(gfp, new(order))));
        var loop = Run(Image(version, zones), task);
        return task.Held is [var block]
            ? (block.Zone, block.Frame, [], loop)
            : (-1, -1, Assert.Single(loop.Cpus[0].Failures).First.Tried, loop);
    }

    // Spec 08 E2. DMA has 3900 pages free of a low mark of 11 and keeps 31994 from requests that may use Normal.
    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("4.9")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void DMA_is_for_requests_that_need_it(string version)
    {
        ZoneImage[] zones =
        [
            Zone(0, ZoneKind.DMA, Marks(8, 11, 14, reserve: [0, 1813, 31994, 31994, 31994]), 3900),
            Zone(0, ZoneKind.DMA32, Marks(956, 1420, 1884, reserve: [0, 0, 30181, 30181, 30181]), 1000),
            Zone(0, ZoneKind.Normal, Marks(15930, 23656, 31382), 2000),
        ];

        var (slot, _, tried, _) = Ask(version, Kernel, 0, zones);
        Assert.Equal(-1, slot);
        Assert.Equal(
            [(WatermarkLevel.Low, 3900, 32005), (WatermarkLevel.Min, 3900, 32002)],
            tried.Where(zone => zone.Zone.Kind == ZoneKind.DMA)
                .Select(zone => (zone.Level, zone.Verdict.Available, zone.Verdict.Required)));
        Assert.Equal(["0:Normal", "0:DMA32", "0:DMA"],
            tried.Where(zone => zone.Level == WatermarkLevel.Min).Select(zone => zone.Zone.ToString()));

        Assert.Equal(0, Ask(version, GfpFlags.Dma | Kernel, 0, zones).Slot);
    }

    // Spec 05 §5 and 14 §1: up to 5.7 the column is that of the zone found first, node 0's DMA32, which keeps nothing
    // from itself; since then that of the highest zone the request may use, be there one on the node or not.
    [Theory]
    [InlineData("3.10", 1)]
    [InlineData("4.4", 1)]
    [InlineData("4.9", 1)]
    [InlineData("6.1", -1)]
    [InlineData("6.12", -1)]
    public void The_reserve_has_a_column_by_zone_found_or_by_zone_permitted(string version, int slot)
    {
        var tuning = Marks(80, 100, 120, reserve: [0, 0, 1486, 1486, 1486]);
        var served = Ask(version, Kernel, 0,
            Zone(0, ZoneKind.DMA32, tuning, 50), Zone(1, ZoneKind.DMA32, tuning, 1000));
        Assert.Equal(slot, served.Slot);
        if (slot < 0) Assert.Equal(new(ZoneVerdict.BelowWatermark, 1000, 80 + 1486), served.Tried[^1].Verdict);
    }

    // 2000 pages free, 512 of them in the one free pageblock of two that are reserved; nothing else of order 3.
    private static ZoneImage WithReserve(long low, bool hasLarge)
    {
        var start = StartOf(0, ZoneKind.Normal);
        ImmutableArray<FreeListState> small =
            [new(2, Migratetype.Movable, [.. Enumerable.Range(0, 372).Select(i => start + 0x400 + 8 * i)])];
        ImmutableArray<FreeListState> large = [new(9, Migratetype.Movable, [start + 0x400, start + 0x800]),
            new(4, Migratetype.Movable, [.. Enumerable.Range(0, 29).Select(i => start + 0xc00 + 32 * i)])];
        return Of(0, ZoneKind.Normal, Marks(1024, low), 60_000, 0, 1024,
            [new(9, Migratetype.HighAtomic, [start]), .. hasLarge ? large : small]);
    }

    // Spec 08 E3. Up to 6.1 all that was ever reserved is subtracted, in 6.12 what is free of it.
    [Fact]
    public void An_ordinary_request_may_not_count_the_atomic_reserve()
    {
        Assert.Equal(2000, WithReserve(3000, true).State!.Free);
        Assert.Equal(2000, WithReserve(3000, false).State!.Free);
        foreach (var version in (string[])["4.4", "4.9", "6.1"])
        {
            var refused = Ask(version, Kernel, 3, WithReserve(3000, hasLarge: true));
            Assert.Equal(new(ZoneVerdict.BelowWatermark, 969, 1024), refused.Tried[^1].Verdict);
        }

        Assert.Equal(0, Ask("6.12", Kernel, 3, WithReserve(3000, hasLarge: true)).Slot);
        var small = Ask("6.12", Kernel, 3, WithReserve(3000, hasLarge: false));
        Assert.Equal(new(ZoneVerdict.NoBlockOfOrder, 1481, 1024), small.Tried[^1].Verdict);
    }

    // 1993 > 384, and the only blocks of eight pages are the reserve's: an atomic request gets one of those.
    [Theory]
    [InlineData("4.4")]
    [InlineData("4.9")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void An_atomic_request_of_higher_order_is_served_from_the_reserve(string version)
    {
        var zone = WithReserve(3000, hasLarge: false);
        Assert.Equal(StartOf(0, ZoneKind.Normal), Ask(version, Atomic, 3, zone).Frame);
        Assert.Equal(-1, Ask(version, Kernel | GfpFlags.High, 3, zone).Slot);
    }

    // Spec 08 E4. Min 1000, boost 512: 1512 for most; 3/8 of that for atomic requests, and failing that 3/8 of 1000.
    [Theory]
    [InlineData("6.1", Kernel, 1512)]
    [InlineData("6.12", Kernel, 1512)]
    [InlineData("6.1", Atomic, 375)]
    [InlineData("6.12", Atomic, 375)]
    [InlineData("6.1", Kernel | GfpFlags.High, 756)]
    [InlineData("6.12", Kernel | GfpFlags.High, 500)]
    public void A_boost_is_heeded_by_all_but_small_urgent_requests(string version, GfpFlags gfp, long level)
    {
        ZoneImage Free(long pages) => Zone(0, ZoneKind.Normal, Marks(1000, 3000), pages, boost: 512);
        Assert.Equal(0, Ask(version, gfp, 0, Free(level + 1)).Slot);
        Assert.Equal(
            new(ZoneVerdict.BelowWatermark, level, level), Ask(version, gfp, 0, Free(level)).Tried[^1].Verdict);
        Assert.Equal(new(ZoneVerdict.BelowWatermark, level, 3512), Ask(version, gfp, 0, Free(level)).Tried[0].Verdict);
    }

    // Spec 08 E5. Node 0's Normal passes its mark and has only Unmovable blocks below a pageblock.
    private static ZoneImage[] Fragmented(long dma32) =>
    [
        Zone(0, ZoneKind.DMA32, Marks(10, 20, 30), dma32),
        Zone(0, ZoneKind.Normal, Marks(10, 20, 30), 640, Migratetype.Unmovable, largest: 8),
        Zone(1, ZoneKind.Normal, Marks(10, 20, 30), 4096),
    ];

    [Theory]
    [InlineData("6.1", 4096, 0, 0)]
    [InlineData("6.12", 4096, 0, 0)]
    [InlineData("6.1", 15, 1, 512)]
    [InlineData("6.12", 15, 1, 512)]
    [InlineData("4.9", 4096, 1, 0)]
    [InlineData("4.4", 4096, 1, 0)]
    public void Types_are_mixed_only_when_the_node_has_nothing_else(string version, long dma32, int slot, long boost)
    {
        var served = Ask(version, User, 0, Fragmented(dma32));
        Assert.Equal((slot, boost), (served.Slot, served.Loop.Zones[1].Zone.Boost));
        Assert.Equal(4096, served.Loop.Zones[2].Latest.Free);
        Assert.Null(served.Loop.Cpus[0].SlowPath);
    }

    // With one node there is nothing to restart for: the list comes to its end first.
    [Theory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void With_one_node_the_second_pass_mixes(string version) =>
        Assert.Equal(1, Ask(version, User, 0, Fragmented(15)[..2]).Slot);

    // Where Normal has no DMA32 beside it, types are mixed at once: node 1's CPUs have none.
    [Theory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_node_without_DMA32_mixes_at_once(string version)
    {
        var zones = Fragmented(4096);
        var served = Ask(version, User, 0, zones[1], zones[2]);
        Assert.Equal((0, 512L), (served.Slot, served.Loop.Zones[0].Zone.Boost));
        Assert.Equal(4096, served.Loop.Zones[1].Latest.Free);
    }

    // Spec 14 §2: runs of ceil((high - low) / (T + 1)) x (T + 1) pages, T being the zone's counter threshold.
    [Theory]
    [InlineData(1398, 30, 1426, 1384, 30, 1395)]
    [InlineData(788, 12, 793, 33, 4, 35)]
    [InlineData(788, 12, 793, 44, 2, 45)]
    public void The_fair_policy_gives_runs_that_end_where_the_counter_is_folded(
        long batch, int threshold, long run, long otherBatch, int otherThreshold, long otherRun)
    {
        ZoneTuning Fair(long pages, int t) =>
            Marks(10, 20, 20 + pages, batch: 31) with { FairBatch = new(pages), StatThreshold = t };
        var pages = (int)(2 * run + 2 * otherRun);
        var one = Allocate(0);
        var task = new ScriptTask(0, 0, [.. Enumerable.Repeat(one, pages)]);
        Run(Image("4.4", Zone(0, ZoneKind.DMA32, Fair(otherBatch, otherThreshold), 4096),
            Zone(0, ZoneKind.Normal, Fair(batch, threshold), 4096)), task);

        var runs = new List<(int Slot, long Pages)>();
        foreach (var block in task.Held)
        {
            if (runs.Count > 0 && runs[^1].Slot == block.Zone) runs[^1] = (block.Zone, runs[^1].Pages + 1);
            else runs.Add((block.Zone, 1));
        }

        Assert.Equal([(1, run), (0, otherRun), (1, run), (0, otherRun)], runs);
    }

    // Spec 07 §6: a second's fold gives a remote zone's pageset three passes, its own among them; a local one stays.
    [Theory]
    [InlineData("4.4", 2_900, 30)]
    [InlineData("4.4", 3_100, 0)]
    [InlineData("6.1", 2_900, 30)]
    [InlineData("6.1", 3_100, 0)]
    public void Pages_of_a_remote_zone_go_back_in_the_third_second(string version, long milliseconds, int left)
    {
        var task = new ScriptTask(0, 0, Allocate(new AllocationRequest(User, new(0), new NodeId(1))),
            Allocate(new AllocationRequest(User, new(0))), Sleep);
        var tuning = Marks(10, 20, 30, batch: 31) with { StatThreshold = 125 };
        var image = Image(version, Zone(0, ZoneKind.Normal, tuning, 4096), Zone(1, ZoneKind.Normal, tuning, 4096));
        var loop = Run(image, task, new(milliseconds * 1_000_000));
        Assert.Equal((30, left), (loop.Cpus[0].Zones[0]!.Pageset.Count, loop.Cpus[0].Zones[1]!.Pageset.Count));
    }

    // Goal: a page comes from a zone that the request permits, whose check passed at that moment, and what a zone
    // loses somebody has got. Method: random requests on random machines; every visit is held against marks written
    // down here: no request that may reclaim and is not urgent takes a page at or below min plus reserve.
    [Fact]
    public void Every_page_is_permitted_checked_and_accounted_for() =>
        Gen.Select(SmallRun.Any, Gen.Select(Gen.Int[0, 6], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 9]).Array[1, 80])
            .Sample((run, requests) => Check(run with { Cpus = 1 }, requests), iter: 150);

    private static void Check(SmallRun machine, (int Gfp, int Order, int Nodes, int Act)[] steps)
    {
        GfpFlags[] masks = [User, Kernel, Atomic, Kernel | GfpFlags.Dma32, User | GfpFlags.ThisNode,
            Kernel | GfpFlags.Dma, Kernel | GfpFlags.Reclaimable];
        var requests = steps.Select(step => new AllocationRequest(masks[step.Gfp], new(step.Order * 2),
            step.Act > 6 ? new NodeId(machine.Nodes - 1) : null,
            step.Nodes > 1 ? [new NodeId(step.Nodes % machine.Nodes)] : [])).ToArray();
        var task = new AskingTask(requests, [.. steps.Select(step => step.Act < 4)]);
        var plan = machine.PlanOf([task]);
        var loop = new RoundLoop(plan, GroupMap.Single(1, plan.ZoneCount));
        var cpu = loop.Cpus[0];
        var free = loop.Zones.Select(zone => zone.Latest.Free).ToArray();
        cpu.Visited = visit =>
        {
            var moved = visit.Kind switch
            {
                ZoneVisitKind.Refill or ZoneVisitKind.Direct => -((long)visit.Taken << visit.Order),
                ZoneVisitKind.Drain or ZoneVisitKind.DirectFree => visit.Drained.Sum(block => 1L << block.Order),
                _ => 0,
            };
            var before = free[visit.Zone];
            Assert.Equal(before + moved, visit.Record.Free);
            free[visit.Zone] = visit.Record.Free;
            if (moved >= 0 || task.Asked is not { } asked || (asked.Gfp & GfpFlags.High) != 0) return;
            var zone = plan.Machine.Zones[visit.Zone];
            // At least the column of the zone's own kind is kept: zero, as it is for every kind below.
            var level = zone.Tuning.Marks.Min.Value;
            if (plan.Machine.Release.ReserveIndex == Numa.Core.Kernels.ReserveIndexRule.HighestAllowed)
                level += zone.Tuning.LowmemReserve[(int)asked.HighestZone(plan.Machine.Release)].Value;
            Assert.True(before + zone.Tuning.StatThreshold > level, $"{zone.Id}: {before} pages, mark {level}");
        };
        loop.Run();

        foreach (var (request, block) in task.Got)
        {
            var zone = plan.Machine.Zones[block.Zone];
            Assert.True(zone.Id.Kind <= request.HighestZone(plan.Machine.Release));
            // An urgent request that found nothing tries again on all nodes.
            Assert.True(request.IsAllowed(zone.Id.Node) || (request.Gfp & GfpFlags.High) != 0);
            Assert.True(!request.ThisNodeOnly || zone.Id.Node == (request.PreferredNode ?? cpu.Node));
            Assert.InRange(block.Frame, zone.Start.Value, zone.End.Value - block.Pages);
        }

        for (var slot = 0; slot < plan.ZoneCount; slot++)
        {
            var held = task.LiveBlocks().Where(block => block.Zone == slot).Sum(block => block.Pages);
            var listed = cpu.Zones[slot]?.Pageset.Count ?? 0;
            Assert.Equal(loop.Zones[slot].FreeAtStart, loop.Zones[slot].Zone.FreePages + held + listed);
            loop.Zones[slot].Zone.CheckInvariants();
        }
    }

    /// <summary>Asks for one block after the other, frees some, and remembers what came of which request.</summary>
    private sealed class AskingTask(AllocationRequest[] requests, bool[] frees)
        : SimulatedTask(new(0), "asking", new(0))
    {
        private readonly List<LiveBlock> _held = [];
        private int _at;
        private bool _freed;

        public AllocationRequest? Asked { get; private set; }

        public List<(AllocationRequest Request, LiveBlock Block)> Got { get; } = [];

        public override bool EndsAtReclaim => false;

        public override long LivePages => _held.Sum(block => block.Pages);

        public override void Next(ref TaskStep step)
        {
            step.Think = VirtualDuration.Zero;
            if (_at == requests.Length)
            {
                step.Kind = TaskStepKind.Exit;
            }
            else if (frees[_at] && !_freed && _held.Count > 0)
            {
                _freed = true;
                (step.Kind, step.Block) = (TaskStepKind.Free, _held[_at % _held.Count]);
                _held.RemoveAt(_at % _held.Count);
            }
            else
            {
                _freed = false;
                Asked = requests[_at++];
                (step.Kind, step.Request) = (TaskStepKind.Allocate, Asked);
            }
        }

        public override void Allocated(LiveBlock block)
        {
            _held.Add(block);
            Got.Add((Asked!, block));
        }

        public override IEnumerable<LiveBlock> LiveBlocks() => _held;
    }
}
