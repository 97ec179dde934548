using Numa.Core.Addressing;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Small = Numa.Tests.Generators.Zones;

namespace Numa.Tests.Core.Zones.Buddy;

// Spec 11, sections 4 to 6 and 8, on the free lists of one zone: what comes, what is isolated, what goes.
public class ZoneHotplugTests
{
    private const long Section = 32768;

    private static readonly PageRange Plugged = Small.Range(Section, 2 * Section);

    // From 5.10 on blocks go to the tail, before that to the head, each of them in ascending order.
    [Theory]
    [InlineData("4.4", false)]
    [InlineData("4.14", false)]
    [InlineData("6.1", true)]
    [InlineData("6.12", true)]
    public void Blocks_come_as_Movable_in_ascending_order(string release, bool toTail)
    {
        var zone = Make(release);
        var work = default(BuddyWork);
        zone.BringOnline(Plugged, ref work);
        var came = Enumerable.Range(0, 32).Select(i => Section + i * 1024L).ToList();
        if (!toTail) came.Reverse();
        var boot = Enumerable.Range(0, 8).Select(i => i * 1024L).ToList();
        if (!toTail) boot.Reverse();
        Assert.Equal(toTail ? [.. boot, .. came] : came.Concat(boot), zone.FreeList(10, Migratetype.Movable));
        Assert.Equal(8192 + Section, zone.FreePages);
        Assert.Equal(32, work.Blocks);
        zone.CheckInvariants();
    }

    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void What_is_isolated_is_not_free_and_nobody_gets_it(string release)
    {
        var zone = Make(release);
        var work = default(BuddyWork);
        zone.BringOnline(Plugged, ref work);
        Assert.Equal(Section, zone.Isolate(Plugged, ref work));
        Assert.Equal((8192L, Section, 64), (zone.FreePages, zone.IsolatedPages, zone.IsolatedPageblocks));
        Assert.Equal(Migratetype.Isolate, zone.TagOf(Section + 5000));
        zone.CheckInvariants();
        for (var i = 0; i < 8; i++) Assert.InRange(zone.Take(10), 0, 8191);
        Assert.Equal(-1, zone.Take(0));
        zone.TakeAway(Plugged, ref work);
        Assert.Equal((0L, 0L, 0), (zone.FreePages, zone.IsolatedPages, zone.IsolatedPageblocks));
        zone.CheckInvariants();
    }

    // A page that is freed meanwhile belongs to its pageblock, whatever it was taken as.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_page_that_comes_back_is_isolated_with_its_pageblock(string release)
    {
        var zone = Make(release);
        var work = default(BuddyWork);
        zone.BringOnline(Plugged, ref work);
        long[] held = [.. Enumerable.Range(0, 40).Select(_ => zone.Take(10))];
        var frame = held.First(frame => frame >= Section);
        Assert.Equal(0, zone.Isolate(Plugged, ref work));
        zone.Give(frame, 10, Migratetype.Movable, ref work);
        Assert.Equal((0L, 1024L), (zone.FreePages, zone.IsolatedPages));
        Assert.Equal(-1, zone.Take(0));
        zone.CheckInvariants();

        Assert.Equal(1024, zone.EndIsolation(Plugged, ref work));
        Assert.Equal((1024L, 0L, 0), (zone.FreePages, zone.IsolatedPages, zone.IsolatedPageblocks));
        Assert.Equal(Migratetype.Movable, zone.TagOf(frame));
        Assert.Equal(frame, zone.Take(10));
        zone.CheckInvariants();
    }

    // Blocks of every order, on every list, are counted once and come back Movable.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void An_isolation_that_ends_gives_all_of_it_back(string release)
    {
        var zone = Make(release);
        var work = default(BuddyWork);
        zone.BringOnline(Plugged, ref work);
        var held = Enumerable.Range(0, 300).Select(i => (Order: i % 11, Type: (Migratetype)(i % 3)))
            .Select(request => (request.Order, Frame: zone.Take(request.Order, request.Type)))
            .Where(block => block.Frame >= 0).ToList();
        foreach (var (order, frame) in held.Where((_, i) => i % 3 > 0)) zone.Give(order, frame);
        var used = held.Where((_, i) => i % 3 == 0).Where(block => block.Frame >= Section)
            .Sum(block => 1L << block.Order);
        Assert.True(used > 1000);
        var free = zone.FreePages;
        Assert.Equal(Section - used, zone.Isolate(Plugged, ref work));
        zone.CheckInvariants();
        Assert.Equal(Section - used, zone.EndIsolation(Plugged, ref work));
        Assert.Equal((free, 0L), (zone.FreePages, zone.IsolatedPages));
        zone.CheckInvariants();
    }

    private static Zone Make(string release)
    {
        var image = Small.Image(0, 8192, null, (0, 8192)) with { Room = Small.Range(0, 2 * Section) };
        return new(Small.Release(release), image);
    }
}
