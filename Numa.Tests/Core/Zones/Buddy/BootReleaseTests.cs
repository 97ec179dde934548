using CsCheck;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;
using Numa.Tests.Generators;
using static Numa.Core.Zones.Migratetype;

namespace Numa.Tests.Core.Zones.Buddy;

public class BootReleaseTests
{
    // Spec 02 E1. [0x10,0x9f), [1,16) and [0x100,0x1600) fall into the largest aligned blocks.
    [Theory]
    [InlineData(0x10, 0x9f, "0:[9e] 1:[9c] 2:[98] 3:[90] 4:[10,80] 5:[20] 6:[40]")]
    [InlineData(1, 16, "0:[1] 1:[2] 2:[4] 3:[8]")]
    [InlineData(0x100, 0x1600, "8:[100] 9:[200,1400] 10:[400,800,c00,1000]")]
    public void A_range_falls_into_the_largest_aligned_blocks(long start, long end, string lists) =>
        Assert.Equal(lists, Lists(Generators.Zones.Zone("6.1", 0, 0x2000, (start, end)), Movable));

    // The same range up to 5.9: the ordinary rule puts each block at the head.
    [Fact]
    public void Before_5_10_the_lists_descend()
    {
        var zone = Generators.Zones.Zone("4.4", 0, 0x2000, (0x100, 0x1600));
        Assert.Equal("8:[100] 9:[1400,200] 10:[1000,c00,800,400]", Lists(zone, Movable));
    }

    // Goal: spec 02 §7: the blocks of a range are disjoint, cover it, are aligned, and few; after boot each list is in
    // ascending order. Method: random ranges with gaps; every free block's pages are counted.
    [Fact]
    public void Blocks_cover_what_was_released_and_each_list_ascends() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[1, 5000], Gen.Int[1, 40]).Array[1, 6].Sample(parts =>
        {
            var ranges = new List<(long Start, long End)>();
            foreach (var (skip, length, gap) in parts)
            {
                var start = (ranges.Count == 0 ? skip : ranges[^1].End) + gap;
                ranges.Add((start, start + length));
            }

            var zone = Generators.Zones.Zone("6.12", 0, ranges[^1].End, [.. ranges]);
            var blocks = Enumerable.Range(0, 11).SelectMany(order => zone.FreeList(order, Movable)
                .Select(frame => (Start: frame, End: frame + (1L << order)))).OrderBy(block => block.Start).ToList();
            Assert.Equal(ranges.SelectMany(range => Pages(range.Start, range.End)),
                blocks.SelectMany(block => Pages(block.Start, block.End)));
            Assert.All(blocks, block => Assert.Equal(0, block.Start % (block.End - block.Start)));
            Assert.All(ranges, range => Assert.InRange(
                blocks.Count(block => block.Start >= range.Start && block.End <= range.End), 1,
                20 + (range.End - range.Start) / 1024));
            for (var order = 0; order <= 10; order++)
                Assert.Equal(zone.FreeList(order, Movable).Order(), zone.FreeList(order, Movable));
            zone.CheckInvariants();
        }, iter: 100);

    // 0      200    400             800            c00            1000
    // [U 200][M    ][M             ][R R          ][M            ]
    [Fact]
    public void Blocks_go_to_the_lists_of_their_pageblocks()
    {
        var zone = Tagged("3.10", (0x100, 0x1000), (0, 0x200, Unmovable), (0x800, 0xc00, HighAtomic));

        Assert.Equal("8:[100]", Lists(zone, Unmovable));
        Assert.Equal("9:[200] 10:[c00,400]", Lists(zone, Movable));
        Assert.Equal("10:[800]", Lists(zone, HighAtomic));
        Assert.Equal((Unmovable, HighAtomic, Movable), (zone.TagOf(0x1ff), zone.TagOf(0xbff), zone.TagOf(0xc00)));
        zone.CheckInvariants();
    }

    // Spec 06 §4: MIGRATE_RESERVE is the last choice of every type, and what is left of its block stays with it.
    [Theory]
    [InlineData(Unmovable)]
    [InlineData(Movable)]
    [InlineData(Reclaimable)]
    public void The_reserve_is_the_last_resort(Migratetype type)
    {
        var zone = Tagged("3.10", (0x200, 0x600), (0x200, 0x400, HighAtomic));
        Assert.Equal(0x400, zone.Take(9, type));
        Assert.Equal(0x200, zone.Take(3, type));
        Assert.Equal("3:[208] 4:[210] 5:[220] 6:[240] 7:[280] 8:[300]", Lists(zone, HighAtomic));
        Assert.Equal(HighAtomic, zone.TagOf(0x200));
    }

    // From 4.4 on only requests that are entitled to it may take the reserve.
    [Fact]
    public void Later_an_ordinary_request_leaves_the_reserve_alone() =>
        Assert.Equal(-1, Tagged("4.4", (0x200, 0x400), (0x200, 0x400, HighAtomic)).Take(0));

    // Goal: a replay takes and frees like a zone, but takes back what it never gave, in any size. Method: by hand.
    [Fact]
    public void A_replay_follows_events_of_pages_it_never_gave()
    {
        var replay = new BuddyReplay(Generators.Zones.Release("6.12"),
            Generators.Zones.Image(0, 0x800, null, (0x400, 0x800)));
        Assert.True(replay.IsFree(0x7ff));
        Assert.False(replay.IsFree(0x3ff));
        Assert.Equal(0x400, replay.Take(1, Movable));
        replay.Free(0x401, 0, null, toTail: false);
        Assert.Equal([0x401], replay.FreeList(0, Movable));
        Assert.True(replay.IsFree(0x401));
        Assert.False(replay.IsFree(0x400));

        // Whole pageblocks come back one by one, and merge.
        replay.Free(0, 10, null, toTail: true);
        Assert.Equal([0], replay.FreeList(10, Movable));
        Assert.Equal(0, replay.Take(0, Unmovable));
        Assert.Equal([0x200], replay.FreeList(9, Unmovable));
        Assert.Equal(-1, replay.Take(10, Movable));
    }

    private static Zone Tagged(
        string version, (long Start, long End) released, params (long Start, long End, Migratetype Tag)[] tagged)
    {
        var image = Generators.Zones.Image(0, 0x1000, null, released);
        return new Zone(Generators.Zones.Release(version), image with
        {
            Tagged = [.. tagged.Select(part => new TaggedPageblocks(
                Generators.Zones.Range(part.Start, part.End), part.Tag))],
        });
    }

    private static IEnumerable<long> Pages(long start, long end)
    {
        for (var page = start; page < end; page++) yield return page;
    }

    private static string Lists(Zone zone, Migratetype type) => string.Join(' ', Enumerable.Range(0, 11)
        .Select(order => (order, frames: zone.FreeList(order, type).Select(frame => $"{frame:x}").ToArray()))
        .Where(list => list.frames.Length > 0)
        .Select(list => $"{list.order}:[{string.Join(',', list.frames)}]"));
}
