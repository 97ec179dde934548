using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Rounds;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Core.Allocation.GfpFlags;
using static Numa.Tests.Generators.TinyMachine;

namespace Numa.Tests.Core.Processes;

// The atomic reserve and the watermark boost in whole allocations: spec 06 §5, 05 §4, worked examples E3 and E4 of 08.
public class ReserveAndBoostTests
{
    private const long Large = 65536;

    /// <summary>Above min and never above low: every request comes to its page by the slow path.</summary>
    private static readonly ZoneTuning Slow = Generators.Zones.Tuning(100, 2 * Large, 2 * Large);

    // 6.1 and 6.12 take order 2 from a pageset, 4.4 from the zone; the pageblock is set apart all the same.
    [Theory]
    [InlineData("3.10", GfpAtomic, 2, 0)]
    [InlineData("4.4", GfpAtomic, 2, 512)]
    [InlineData("4.9", GfpAtomic, 2, 512)]
    [InlineData("6.1", GfpAtomic, 2, 512)]
    [InlineData("6.1", GfpAtomic, 5, 512)]
    [InlineData("6.12", GfpAtomic, 2, 512)]
    [InlineData("6.12", GfpAtomic, 10, 1024)]
    [InlineData("6.1", GfpAtomic, 0, 0)]
    [InlineData("4.14", GfpNoWait, 2, 0)]
    [InlineData("6.12", GfpNoWait, 2, 0)]
    [InlineData("6.12", GfpKernel, 2, 0)]
    public void An_atomic_request_of_higher_order_sets_its_pageblock_apart(
        string version, GfpFlags gfp, int order, long reserved)
    {
        var task = Asking(gfp, order, times: 2);
        var loop = Run(Of(version, Zone(0, 0, ZoneKind.Normal, Large, Slow)), task);
        Assert.Equal(2, task.Held.Count);
        var zone = loop.Zones[0].Zone;
        Assert.Equal(reserved, zone.ReservedHighAtomic);
        Assert.Equal(reserved > 0, zone.TagOf(task.Held[0].Frame) == Migratetype.HighAtomic);
        zone.CheckInvariants();
    }

    // 1 % of 32768 pages is less than a pageblock: 6.12 sets nothing apart, 6.1 up to 327 + 512 pages.
    [Fact]
    public void A_small_zone_has_no_reserve_in_6_12()
    {
        long Reserved(string version) => Run(Of(version, Zone(0, 0, ZoneKind.Normal, 32768, Slow)),
            Asking(GfpAtomic, 9, times: 5)).Zones[0].Zone.ReservedHighAtomic;
        Assert.Equal((0, 1024), (Reserved("6.12"), Reserved("6.1")));
    }

    // Free 2000, min 1024, 1024 pages set apart, order 3.
    [Theory]
    [InlineData("6.1", GfpKernel, 1024, false)]
    [InlineData("6.1", GfpKernel, 0, true)]
    [InlineData("6.1", GfpAtomic, 1024, true)]
    // 6.12 takes off only what of the reserve is free, and here nothing is.
    [InlineData("6.12", GfpKernel, 1024, true)]
    public void Reserved_pages_are_not_for_ordinary_requests(string version, GfpFlags gfp, long reserved, bool served)
    {
        var zone = Zone(0, 0, ZoneKind.Normal, 4096, Generators.Zones.Tuning(1024, 4000, 4000))
            .Holding(Migratetype.Movable, 3, 250, step: 2);
        zone = zone with { State = zone.State! with { ReservedHighAtomic = reserved } };
        var task = Asking(gfp, 3, 1);
        Run(Of(version, zone), task);
        Assert.Equal(served, task.Held.Count == 1);
    }

    // Min 1000, boost 512: GFP_KERNEL needs more than 1512, an atomic request more than half and a quarter of 1000.
    [Theory]
    [InlineData(GfpKernel, 1512, false)]
    [InlineData(GfpKernel, 1513, true)]
    [InlineData(GfpAtomic, 375, false)]
    [InlineData(GfpAtomic, 376, true)]
    public void A_boost_keeps_ordinary_requests_away(GfpFlags gfp, int free, bool served)
    {
        foreach (var version in new[] { "6.1", "6.12" })
        {
            var zone = Zone(0, 0, ZoneKind.Normal, 4096, Generators.Zones.Tuning(1000, 4000, 4000))
                .Holding(Migratetype.Movable, 0, free, step: 2);
            zone = zone with { State = zone.State! with { Boost = 512 } };
            var task = Asking(gfp, 0, 1);
            Run(Of(version, zone), task);
            Assert.Equal(served, task.Held.Count == 1);
        }
    }

    // Breaking into another type's pageblock raises the boost and wakes kswapd, though every mark is kept.
    [Theory]
    [InlineData("4.9", GfpKernel, 0, 0)]
    [InlineData("6.1", GfpKernel, 512, 1)]
    [InlineData("6.12", GfpKernel, 512, 1)]
    [InlineData("6.12", DirectReclaim, 512, 0)]
    public void Mixing_types_raises_the_marks_and_wakes_kswapd(
        string version, GfpFlags gfp, long boost, long wakeUps)
    {
        var zone = Zone(0, 0, ZoneKind.Normal, 8192, Generators.Zones.Tuning(1, 2, 10))
            .Holding(Migratetype.Movable, 6, 16, step: 8);
        var loop = Run(Of(version, zone), Asking(gfp, 6, times: 3));
        // Three pageblocks were broken into; the cap is a pageblock where one and a half times high is less.
        Assert.Equal(boost, loop.Zones[0].Zone.Boost);
        Assert.Equal(wakeUps, loop.Cpus[0].Counters.KswapdWakeUps);
    }

    private static ScriptTask Asking(GfpFlags gfp, int order, int times) => new(0, 0,
        [.. Enumerable.Repeat(ScriptTask.Allocate(new AllocationRequest(gfp, new(order))), times)]);
}
