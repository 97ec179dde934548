using Numa.Core.Diagnostics;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Core.Zones.Migratetype;

namespace Numa.Tests.Core.Zones.Buddy;

// Worked examples, lists written head first. Frames used from before the image stand for pages of other owners.
public class BuddyExampleTests
{
    public static TheoryData<string> Versions => ["3.10", "4.4", "4.9", "6.1", "6.12"];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_split_keeps_the_low_half(string version)
    {
        var zone = Generators.Zones.Zone(version, 0, 1024, (0, 1024));
        Assert.Equal("10:[0]", zone.Lists(Movable));
        Assert.Equal(0, zone.Take(0));
        Assert.Equal("0:[1] 1:[2] 2:[4] 3:[8] 4:[16] 5:[32] 6:[64] 7:[128] 8:[256] 9:[512]", zone.Lists(Movable));
        Assert.Equal([1, 2, 3], [zone.Take(0), zone.Take(0), zone.Take(0)]);
        Assert.Equal("2:[4] 3:[8] 4:[16] 5:[32] 6:[64] 7:[128] 8:[256] 9:[512]", zone.Lists(Movable));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_free_merges_and_goes_to_the_tail_when_another_merge_is_likely(string version)
    {
        const string rest = " 2:[4] 3:[8] 4:[16] 5:[32] 6:[64] 7:[128] 8:[256] 9:[512]";
        var zone = Generators.Zones.Zone(version, 0, 1024, (0, 1024));
        for (var i = 0; i < 4; i++) zone.Take(0);
        zone.Give(0, 1);
        Assert.Equal("0:[1]" + rest, zone.Lists(Movable));
        zone.Give(0, 3);
        Assert.Equal("0:[3,1]" + rest, zone.Lists(Movable));
        zone.Give(0, 0);
        Assert.Equal("0:[3] 1:[0]" + rest, zone.Lists(Movable));
        zone.Give(0, 2);
        Assert.Equal("10:[0]", zone.Lists(Movable));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_likely_merge_waits_at_the_tail(string version)
    {
        var zone = Generators.Zones.Zone(version, 0, 1024, (6, 8), (0x22, 0x24), (0x31, 0x32));
        zone.Give(0, 4);
        Assert.Equal([0x31, 4], zone.FreeList(0, Movable));
        zone.Give(0, 0x20);
        Assert.Equal([0x31, 4, 0x20], zone.FreeList(0, Movable));
        zone.Give(0, 0x28);
        Assert.Equal([0x28, 0x31, 4, 0x20], zone.FreeList(0, Movable));
        zone.CheckInvariants();
    }

    // Two whole pageblocks of different types, the first freed last. Before 4.14 only an isolated one stays apart;
    // later types that pagesets hold merge, and 6.12 makes one type of them.
    [Theory]
    [InlineData("3.10", Unmovable, Unmovable, Movable)]
    [InlineData("4.4", HighAtomic, HighAtomic, Movable)]
    [InlineData("4.9", Isolate, null, Movable)]
    [InlineData("6.1", Reclaimable, Reclaimable, Movable)]
    [InlineData("6.1", HighAtomic, null, Movable)]
    [InlineData("6.12", Unmovable, Unmovable, Unmovable)]
    [InlineData("6.12", HighAtomic, null, Movable)]
    [InlineData("6.12", Isolate, null, Movable)]
    public void Pageblocks_of_different_types_merge_by_the_releases_rule(
        string version, Migratetype first, Migratetype? merged, Migratetype second)
    {
        var image = Generators.Zones.Image(0, 1024, null) with
        {
            Tagged = [new(Generators.Zones.Range(0, 512), first)],
        };
        var zone = new Zone(Generators.Zones.Release(version), image);
        zone.Give(9, 512);
        zone.Give(9, 0);
        if (merged is { } type) Assert.Equal("10:[0]", zone.Lists(type));
        else Assert.Equal(("9:[0]", "9:[512]"), (zone.Lists(first), zone.Lists(Movable)));
        Assert.Equal((first, second), (zone.TagOf(0), zone.TagOf(512)));
        zone.CheckInvariants();
    }

    // 32 free pages, `movable` used movable ones, the rest used by others.
    private static Zone MixedPageblock(string version, int movable)
    {
        var image = Generators.Zones.Image(0, 512, Generators.Zones.Tuning(high: 1000), (0, 32 + movable));
        var zone = new Zone(Generators.Zones.Release(version), image);
        var frames = new long[32 + movable];
        var work = default(BuddyWork);
        Assert.Equal(frames.Length, zone.Take(0, Movable, 0, frames.Length, frames, ref work));
        for (var frame = 0x20; frame < 0x40; frame++) zone.Give(0, frame);
        Assert.Equal("5:[32]", zone.Lists(Movable));
        return zone;
    }

    private const string Remainders = "0:[33] 1:[34] 2:[36] 3:[40] 4:[48]";

    [Fact]
    public void A_steal_moves_free_blocks_even_where_the_pageblock_stays()
    {
        var zone = MixedPageblock("6.1", movable: 300);
        Assert.Equal(0x20, zone.Take(0, Unmovable));
        Assert.Equal((Remainders, ""), (zone.Lists(Unmovable), zone.Lists(Movable)));
        Assert.Equal(Movable, zone.TagOf(0x20));
    }

    [Fact]
    public void A_claim_that_fails_steals_one_block_and_leaves_the_remainders()
    {
        var zone = MixedPageblock("6.12", movable: 300);
        Assert.Equal(0x20, zone.Take(0, Unmovable));
        Assert.Equal(("", Remainders), (zone.Lists(Unmovable), zone.Lists(Movable)));
        Assert.Equal(Movable, zone.TagOf(0x20));
    }

    [Theory]
    [InlineData("6.1", 257)]
    [InlineData("6.12", 257)]
    public void A_page_less_than_half_alike_keeps_the_tag(string version, int movable)
    {
        var zone = MixedPageblock(version, movable);
        Assert.Equal(0x20, zone.Take(0, Unmovable));
        Assert.Equal(Movable, zone.TagOf(0x20));
        Assert.Empty(zone.Retagged);
    }

    // Up to 3.19 only Reclaimable requests claim around a small block; from 4.0 on Unmovable ones do too.
    [Theory]
    [InlineData("3.10", Unmovable, false)]
    [InlineData("3.10", Migratetype.Reclaimable, true)]
    [InlineData("4.4", Unmovable, true)]
    public void A_small_foreign_block_brings_its_neighbours(string version, Migratetype type, bool brings)
    {
        var zone = Generators.Zones.Zone(version, 0, 512, (0, 512));
        for (var i = 0; i < 512; i++) Assert.Equal(i, zone.Take(0));
        zone.Give(0, 5, 9, 21);
        Assert.Equal(21, zone.Take(0, type));
        Assert.Equal(brings ? ("", "0:[9,5]") : ("0:[9,5]", ""), (zone.Lists(Movable), zone.Lists(type)));
    }

    [Fact]
    public void Movable_requests_prefer_a_foreign_block_that_just_fits()
    {
        var zone = Generators.Zones.Zone("6.1", 0, 512, (0, 512));
        for (var i = 0; i < 512; i++) Assert.Equal(i, zone.Take(0, Unmovable));
        zone.Give(0, 8, 9, 21);
        Assert.Equal("0:[21] 1:[8]", zone.Lists(Unmovable));
        Assert.Equal(21, zone.Take(0));
    }

    [Theory]
    [InlineData("6.1", 236)]
    [InlineData("6.12", 236)]
    [InlineData("6.1", 256)]
    [InlineData("6.12", 256)]
    public void Half_a_pageblock_alike_changes_its_tag(string version, int movable)
    {
        var zone = MixedPageblock(version, movable);
        Assert.Equal(0x20, zone.Take(0, Unmovable));
        Assert.Equal((Remainders, ""), (zone.Lists(Unmovable), zone.Lists(Movable)));
        Assert.Equal(Unmovable, zone.TagOf(0x20));
        Assert.Equal([(0, Unmovable)], zone.Retagged);
    }

    [Theory]
    [InlineData("6.1", "", "0:[9] 1:[10]")]
    [InlineData("6.12", "0:[9] 1:[10]", "")]
    public void Movable_requests_split_the_smallest_foreign_block(string version, string unmovable, string movable)
    {
        var zone = Generators.Zones.Zone(version, 0, 512, (0, 512));
        for (var i = 0; i < 128; i++) Assert.Equal(4 * i, zone.Take(2, Unmovable));
        var work = default(BuddyWork);
        foreach (var frame in new[] { 8, 16, 20 }) zone.Give(frame, 2, Unmovable, ref work);
        Assert.Equal("2:[8] 3:[16]", zone.Lists(Unmovable));
        Assert.Equal(8, zone.Take(0));
        Assert.Equal((Join(unmovable, "3:[16]"), movable), (zone.Lists(Unmovable), zone.Lists(Movable)));
    }

    private static string Join(string lists, string more) => lists.Length == 0 ? more : lists + " " + more;

    [Theory]
    [InlineData("6.1", 512)]
    [InlineData("4.4", 0)]
    public void A_fallback_below_pageblock_order_raises_the_boost(string version, long boost)
    {
        var image = Generators.Zones.Image(0, 4096, Generators.Zones.Tuning(high: 1000), (1024, 4096), (0, 256));
        var zone = new Zone(Generators.Zones.Release(version), image);
        for (var i = 0; i < 3; i++) zone.Take(10);
        var work = default(BuddyWork);
        Span<long> frames = stackalloc long[1];
        zone.Take(0, Unmovable, Numa.Core.Allocation.AllocationFlags.Kswapd, 1, frames, ref work);
        Assert.Equal((boost, boost > 0), (zone.Boost, zone.BoostRaised));
    }

    // A zone that starts at frame 1, as DMA does. From 5.10 lists go up in addresses, before down.
    [Theory]
    [InlineData("6.1", "4:[16,128] 5:[32] 6:[64] 8:[256] 9:[512,5120] 10:[1024,2048,3072,4096]")]
    [InlineData("4.4", "4:[128,16] 5:[32] 6:[64] 8:[256] 9:[5120,512] 10:[4096,3072,2048,1024]")]
    public void Boot_cuts_ranges_into_the_largest_aligned_blocks(string version, string fromOrder4)
    {
        var zone = Generators.Zones.Zone(version, 1, 0x1800, (0x10, 0x9f), (0x100, 0x1600));
        Assert.Equal("0:[158] 1:[156] 2:[152] 3:[144] " + fromOrder4, zone.Lists(Movable));
        zone.CheckInvariants();
    }

    // Pages freed after the watermarks go one by one to the head, or to the tail where a merge is likely.
    [Fact]
    public void Late_frees_merge_like_any_other()
    {
        var image = Generators.Zones.Image(0, 1024, null, (0, 4), (16, 17));
        var late = image with { FreedLate = [Generators.Zones.Range(4, 7), Generators.Zones.Range(40, 41)] };
        var zone = new Zone(Generators.Zones.Release("6.1"), late);
        Assert.Equal("0:[40,16,6] 1:[4] 2:[0]", zone.Lists(Movable));
        Assert.Equal(9, zone.FreePages);
    }

    // Up to 3.19 an Unmovable request takes a small block and leaves its pageblock's others; from 4.0 it takes them all.
    [Theory]
    [InlineData("3.10", "0:[8]", "2:[4]")]
    [InlineData("4.4", "", "0:[8] 2:[4]")]
    public void Unmovable_requests_claim_by_small_blocks_from_4_0_on(string version, string movable, string unmovable)
    {
        var zone = Generators.Zones.Zone(version, 0, 1024, (0, 9));
        Assert.Equal("0:[8] 3:[0]", zone.Lists(Movable));
        Assert.Equal(0, zone.Take(2, Unmovable));
        Assert.Equal(movable, zone.Lists(Movable));
        Assert.Equal(unmovable, zone.Lists(Unmovable));
    }

    // MIGRATE_RESERVE is what 3.10 breaks into last, whatever the request's flags.
    [Fact]
    public void No_flag_opens_MIGRATE_RESERVE_before_the_other_types()
    {
        var image = Generators.Zones.Image(0, 2048, null, (0, 2048)) with
        {
            Tagged = [new(Generators.Zones.Range(0, 512), HighAtomic)],
        };
        var zone = new Zone(Generators.Zones.Release("3.10"), image);
        var (work, frames) = (default(BuddyWork), new long[1]);
        const Numa.Core.Allocation.AllocationFlags atomic =
            Numa.Core.Allocation.AllocationFlags.NonBlock | Numa.Core.Allocation.AllocationFlags.HighAtomic;
        zone.Take(1, Unmovable, atomic, 1, frames, ref work);
        Assert.Equal(Movable, new Zone(Generators.Zones.Release("3.10"), image).TagOf(frames[0]));
    }

    // Spec 14 §3.9: min(2, roundup(min, 512) / 512) pageblocks, the first that are whole and Movable; what is too much
    // goes back. By hand: [U 0][hole 200, 5ff][M 600][M 800], each pageblock free.
    [Fact]
    public void MIGRATE_RESERVE_follows_the_min_mark()
    {
        var image = Generators.Zones.Image(0, 0xa00, null, (0, 0x200), (0x210, 0x400), (0x600, 0xa00)) with
        {
            Tagged = [new(Generators.Zones.Range(0, 0x200), Unmovable)],
        };
        var zone = new Zone(Generators.Zones.Release("3.10"), image);
        Assert.Equal("600:1 800:1", Follow(513));
        Assert.Equal("600:1", Follow(512));
        Assert.Equal("", Follow(0));
        Assert.Equal("600:1 800:1", Follow(4096));
        zone.CheckInvariants();
        var later = new Zone(Generators.Zones.Release("4.4"), image) { Tuning = Generators.Zones.Tuning(4096) };
        later.FollowMinMark();
        Assert.Equal(Movable, later.TagOf(0x600));

        string Follow(long min)
        {
            zone.Tuning = Generators.Zones.Tuning(min);
            zone.FollowMinMark();
            Assert.Equal(0xa00 - 0x210, zone.FreePages);
            return string.Join(' ', new long[] { 0, 0x200, 0x600, 0x800 }.Where(frame => zone.TagOf(frame) == HighAtomic)
                .Select(frame => $"{frame:x}:{zone.FreeList(9, HighAtomic).Count(block => block == frame)}"));
        }
    }

    [Fact]
    public void An_atomic_reserve_given_back_stands_behind_the_boot_memory()
    {
        var zone = Generators.Zones.Zone("6.12", 0, 60 * 1024, (0, 60 * 1024));
        var work = default(BuddyWork);
        Assert.Equal(0, zone.Take(10));
        zone.ReserveHighAtomic(0, 10, ref work);
        zone.Give(10, 0);
        Assert.Equal([0], zone.FreeList(10, HighAtomic));
        Assert.Equal(1024, zone.ReservedHighAtomic);
        Assert.Equal(1024, zone.UnreserveHighAtomic(Movable, forced: false, ref work));
        Assert.Equal([.. Enumerable.Range(1, 59).Select(i => 1024L * i), 0], zone.FreeList(10, Movable));
        zone.CheckInvariants();
    }

    [Fact]
    public void A_block_is_freed_once_and_with_its_own_order()
    {
        var zone = Generators.Zones.Zone("6.12", 0, 4096, (0, 4096));
        var small = zone.Take(0);
        var large = zone.Take(3);
        var work = default(BuddyWork);
        zone.Give(small, 0, Movable, ref work);
        Assert.Throws<InvariantBreachException>(() => zone.Give(0, small));
        Assert.Throws<InvariantBreachException>(() => zone.Give(2, large));
        Assert.Throws<InvariantBreachException>(() => zone.Give(0, large + 1));
        Assert.Throws<InvariantBreachException>(() => zone.Give(10, 2048));
        Assert.Throws<InvariantBreachException>(() => zone.Give(0, 2048 + 5));
        Assert.Throws<InvariantBreachException>(() => zone.Give(0, 4096));
    }

    // The work that the cost model charges: one split per order, one merge per buddy.
    [Fact]
    public void Work_counts_splits_and_merges()
    {
        var zone = Generators.Zones.Zone("6.1", 0, 1024, (0, 1024));
        var work = default(BuddyWork);
        var frames = new long[4];
        zone.Take(0, Movable, 0, 4, frames, ref work);
        Assert.Equal((4, 4, 11, 0, 0), (work.Blocks, work.PagesTouched, work.Splits, work.Merges, work.Moves));
        work = default;
        foreach (var frame in frames) zone.Give(frame, 0, Movable, ref work);
        Assert.Equal((4, 4, 0, 11, 0), (work.Blocks, work.PagesTouched, work.Splits, work.Merges, work.Moves));
        work = default;
        zone.Take(10, Unmovable, 0, 1, frames, ref work);
        Assert.Equal((1, 1, 0, 0, 1), (work.Blocks, work.PagesTouched, work.Splits, work.Merges, work.Moves));
    }
}
