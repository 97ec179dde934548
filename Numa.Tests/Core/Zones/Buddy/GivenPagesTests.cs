using CsCheck;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Core.Zones.Migratetype;

namespace Numa.Tests.Core.Zones.Buddy;

// A replay takes the very page that its kernel took, out of whatever free block holds it.
public class GivenPagesTests
{
    public static TheoryData<string> Versions => BuddyExampleTests.Versions;

    private static FoundBlock TakeGiven(Zone zone, long frame, int order = 0, Migratetype type = Movable)
    {
        var work = default(BuddyWork);
        return zone.TakeGiven(frame, order, type, ref work);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_block_around_a_page_is_split_into_halves(string version)
    {
        var zone = Generators.Zones.Zone(version, 0, 1024, (0, 1024));
        Assert.Equal(new(BlockPlace.FreeList, Movable, 10, 0), TakeGiven(zone, 5));
        Assert.Equal("0:[4] 1:[6] 2:[0] 3:[8] 4:[16] 5:[32] 6:[64] 7:[128] 8:[256] 9:[512]", zone.Lists(Movable));
        Assert.Equal(BlockPlace.Elsewhere, TakeGiven(zone, 5).Place);
        Assert.Equal(BlockPlace.Elsewhere, TakeGiven(zone, 4, 1).Place);
        Assert.Equal(BlockPlace.Elsewhere, TakeGiven(zone, 9, 1).Place);
        Assert.Equal(BlockPlace.Elsewhere, TakeGiven(zone, 1024).Place);
        Assert.Equal(new(BlockPlace.FreeList, Movable, 1, 0), TakeGiven(zone, 6, 1));
        zone.Give(1, 6);
        zone.Give(0, 5);
        Assert.Equal("10:[0]", zone.Lists(Movable));
        zone.CheckInvariants();
    }

    // Blocks of order 10 lie in runs: the first, one within, and the last leave theirs.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_largest_blocks_keep_their_order_without_one_of_them(int block)
    {
        foreach (var version in (string[])["3.10", "4.4", "6.1", "6.12"])
        {
            var zone = Generators.Zones.Zone(version, 0, 5 * 1024, (0, 5 * 1024));
            var before = zone.FreeList(10, Movable).ToList();
            TakeGiven(zone, block * 1024L, 10);
            Assert.Equal(before.Where(frame => frame != block * 1024L), zone.FreeList(10, Movable));
            zone.CheckInvariants();
            zone.Give(10, [block * 1024L]);
            zone.CheckInvariants();
            Assert.Equal(5 * 1024, zone.FreePages);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Whole_pageblocks_of_another_type_are_claimed_and_smaller_blocks_are_not(string version)
    {
        var zone = Generators.Zones.Zone(version, 0, 1024, (0, 1024));
        Assert.Equal(new(BlockPlace.FreeList, Movable, 10, 0), TakeGiven(zone, 5, 0, Unmovable));
        Assert.Equal(("", Unmovable), (zone.Lists(Movable), zone.TagOf(700)));
        Assert.Equal(new(BlockPlace.FreeList, Unmovable, 2, 0), TakeGiven(zone, 1));
        Assert.Equal(("", Unmovable), (zone.Lists(Movable), zone.TagOf(0)));
        zone.CheckInvariants();
    }

    // Goal: any pages can be had, and nothing is lost. Method: pages at random, each beside a plain set of free ones.
    [Theory]
    [MemberData(nameof(Versions))]
    public void Any_page_can_be_taken_while_it_is_free(string version) =>
        Gen.Select(Gen.Int[0, 4095], Gen.Int[0, 2]).Array[1, 40].Sample(steps =>
        {
            var zone = Generators.Zones.Zone(version, 0, 4096, (0, 4096));
            var free = Enumerable.Range(0, 4096).Select(page => (long)page).ToHashSet();
            foreach (var (page, order) in steps)
            {
                long first = page & ~((1 << order) - 1);
                var pages = Enumerable.Range(0, 1 << order).Select(at => first + at).ToList();
                var expected = pages.All(free.Contains);
                Assert.Equal(expected, TakeGiven(zone, first, order).Place == BlockPlace.FreeList);
                if (expected) free.ExceptWith(pages);
                Assert.Equal(free.Count, zone.FreePages);
                zone.CheckInvariants();
            }
        }, iter: 30);
}
