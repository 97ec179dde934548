using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Time;

public class CostModelTests
{
    private static readonly CostModel Costs = new()
    {
        Way = 50, HoldBase = 1000, HoldPerPage = 20, HoldPerSplit = 2, HoldPerMerge = 4, RemotePagePercent = 150,
        HandOver = 60, ZeroPerPage = 300,
    };

    // 1000 + 31 x 20 + 5 x 2 + (3 + 2) x 4; on another node 31 x 30.
    [Theory]
    [InlineData(true, 1000 + 620 + 10 + 20)]
    [InlineData(false, 1000 + 930 + 10 + 20)]
    public void A_hold_is_what_was_done_under_the_lock(bool local, long expected)
    {
        var work = new BuddyWork { Blocks = 31, PagesTouched = 31, Splits = 5, Merges = 3, Moves = 2 };
        Assert.Equal(expected, Costs.Hold(work, local, 0, LockHandOver.Constant));
        Assert.Equal(expected, Costs.Hold(work, local, 0, LockHandOver.GrowsWithWaiters));
    }

    // Two blocks of order 9: 2 first pages and 1022 tails, by the node.
    [Theory]
    [InlineData(true, 1000 + 2 * 20 + 1022 * 5)]
    [InlineData(false, 1000 + 2 * 30 + 1022 * 15 / 2)]
    public void Tails_that_are_checked_under_the_lock_cost_by_the_page(bool local, long expected)
    {
        var work = new BuddyWork { Blocks = 2, PagesTouched = 2, TailsChecked = 1022 };
        Assert.Equal(expected, (Costs with { HoldPerTail = 5 }).Hold(work, local, 0, LockHandOver.Constant));
    }

    // Ticket locks up to 4.1, queued ones from 4.2.
    [Theory]
    [InlineData("2.6.34", 1, 60)]
    [InlineData("2.6.34", 7, 420)]
    [InlineData("2.6.35", 7, 420)]
    [InlineData("3.10", 7, 420)]
    [InlineData("4.4.0", 7, 60)]
    [InlineData("4.4", 7, 60)]
    [InlineData("4.9", 7, 60)]
    [InlineData("4.14", 7, 60)]
    [InlineData("6.1", 7, 60)]
    [InlineData("6.12", 1, 60)]
    [InlineData("6.12", 7, 60)]
    public void The_lock_is_handed_over_as_the_release_does(string release, int waiters, long expected)
    {
        var rule = KernelRelease.Find(release, out _)!.LockHandOver;
        var free = Costs.Hold(default, true, 0, rule);
        Assert.Equal(expected, Costs.Hold(default, true, waiters, rule) - free);
    }

    [Theory]
    [InlineData(NodeDistances.Local, 50, 300)]
    [InlineData(21, 105, 630)]
    public void Ways_and_zeroing_grow_with_the_distance(int distance, long way, long zeroing) =>
        Assert.Equal((way, zeroing), (Costs.WayAt(distance), Costs.ZeroPerPageAt(distance)));

    [Fact]
    public void Latencies_that_order_events_are_at_least_a_tick()
    {
        CostModel[] wrong =
        [
            Costs with { Way = 0 }, Costs with { Refusal = 0 }, Costs with { HoldBase = 0 },
            Costs with { LruHoldBase = 0 }, Costs with { SignalLatency = 0 },
        ];
        Assert.All(wrong, costs => Assert.Throws<InvariantBreachException>(costs.CheckBounds));
        (Costs with { Way = 1, Refusal = 1, HoldBase = 1, LruHoldBase = 1, SignalLatency = 1 }).CheckBounds();
    }

    // Rounds rest on the shortest of all services, whichever lock it is for.
    [Theory]
    [InlineData(3, 5, 7)]
    [InlineData(5, 3, 7)]
    [InlineData(7, 5, 3)]
    public void The_least_service_is_the_shortest_of_all(long refusal, long hold, long lruHold) => Assert.Equal(3,
        (Costs with { Refusal = refusal, HoldBase = hold, LruHoldBase = lruHold }).LeastService);

    // Goal: no zone hands out its pages faster than calm groups rely on. Method: any row of holds, of every size that a
    // refill or a direct allocation may have, takes at least the time that is promised for its pages.
    [Fact]
    public void No_row_of_holds_is_faster_than_the_least_time_for_its_pages()
    {
        var hold =
            from order in Gen.Int[0, Order.MaxValue]
            from blocks in Gen.Int[1, order <= 3 ? 2_000 : order == Order.Pageblock ? 2 : 1]
            from isLocal in Gen.Bool
            select (order, blocks, isLocal);
        var costs =
            from floor in Gen.Long[1, 20_000]
            from page in Gen.Long[0, 30]
            from percent in Gen.Int[50, 300]
            select new CostModel { HoldBase = floor, HoldPerPage = page, RemotePagePercent = percent };
        costs.Select(hold.Array[1, 30]).Sample((model, row) =>
        {
            var pages = row.Sum(one => (long)one.blocks << one.order);
            var time = row.Sum(one => model.Hold(
                new() { PagesTouched = one.blocks }, one.isLocal, waiters: 0, LockHandOver.Constant));
            Assert.True(time >= model.LeastTimeFor(pages), $"{pages} pages in {time} ns");
        });
    }
}
