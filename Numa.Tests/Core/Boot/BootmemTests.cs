using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Boot;

public class BootmemTests
{
    private const ulong Page = 4096;

    // Spec 02 E1: words are frames 0-63, 64-127, 128-191; only the second is free as a whole.
    [Fact]
    public void A_free_word_is_one_block_and_all_else_goes_page_by_page()
    {
        var bootmem = new Bootmem(Frames(0, 192));
        bootmem.Free(0x10 * Page, 0x9f * Page);
        var blocks = bootmem.FreeRanges().SelectMany(range => ReleaseBlocks.Of(range, ReleaseGrain.Words)).ToList();

        Assert.Equal(new(new(0x40), 6), Assert.Single(blocks, block => block.Order > 0));
        Assert.Equal(48 + 31, blocks.Count(block => block.Order == 0));
        Assert.Equal(0x9f - 0x10, ReleaseBlocks.Of(Frames(0x10, 0x9f), ReleaseGrain.Pages).Count());
    }

    // Spec 02 E1, as memblock's release cuts the same ranges.
    [Theory]
    [InlineData(0x10, 0x9f, "0x10:4 0x20:5 0x40:6 0x80:4 0x90:3 0x98:2 0x9c:1 0x9e:0")]
    [InlineData(1, 16, "0x1:0 0x2:1 0x4:2 0x8:3")]
    [InlineData(0x100, 0x1600, "0x100:8 0x200:9 0x400:10 0x800:10 0xc00:10 0x1000:10 0x1400:9")]
    [InlineData(0x1235, 0x1238, "0x1235:0 0x1236:1")]
    public void Memblock_frees_blocks_as_large_as_they_are_aligned(long start, long end, string expected) =>
        Assert.Equal(expected, string.Join(" ", ReleaseBlocks.Of(Frames(start, end), ReleaseGrain.LargestBlocks)
            .Select(block => $"{block.Start}:{block.Order}")));

    // Spec 02 §7: blocks of a range are disjoint, cover it, are aligned, and few.
    [Fact]
    public void Blocks_cover_their_range_exactly() =>
        Gen.Select(Gen.Long[0, 9_000], Gen.Long[1, 9_000], Gen.Enum<ReleaseGrain>()).Sample((start, pages, grain) =>
        {
            var at = start;
            var blocks = ReleaseBlocks.Of(Frames(start, start + pages), grain).ToList();
            foreach (var (frame, order) in blocks)
            {
                Assert.Equal(at, frame.Value);
                Assert.Equal(0, frame.Value % (1L << order));
                at += 1L << order;
            }

            Assert.Equal(start + pages, at);
            if (grain == ReleaseGrain.LargestBlocks) Assert.True(blocks.Count <= 20 + pages / 1024);
            else Assert.All(blocks, block => Assert.True(block.Order is 0 or 6));
        }, iter: 1_000);

    // A partly used page stays taken, whichever way it is rounded.
    [Fact]
    public void Freeing_rounds_inward_and_reserving_outward()
    {
        var bootmem = new Bootmem(Frames(0x100, 0x200));
        bootmem.Free(0x100 * Page + 1, 0x110 * Page - 1);
        bootmem.Reserve(0x104 * Page + 1, 0x105 * Page + 1);

        Assert.Equal([Frames(0x101, 0x104), Frames(0x106, 0x10f)], bootmem.FreeRanges());
        Assert.Throws<InvariantBreachException>(() => bootmem.Free(0x101 * Page, 0x102 * Page));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32768, 1)]
    [InlineData(32769, 2)]
    [InlineData(16777216, 512)]
    public void A_bitmap_takes_a_bit_for_each_page(long pages, long bitmap) =>
        Assert.Equal(bitmap, Bootmem.PagesFor(new(pages)).Value);

    // Small requests share a page; one of a whole page or more begins with a page.
    [Fact]
    public void Small_requests_are_packed_behind_the_last_one()
    {
        var bootmem = Free(0x100, 0x200);
        Assert.Equal(
            [0x100000ul, 0x100400, 0x1007c0, 0x102000, 0x103000, 0x103010],
            new (ulong, ulong)[] { (0x400, 64), (0x3a1, 64), (0x900, 64), (0x1000, 4096), (0x10, 16), (0x10, 16) }
                .Select(request => Allocate(bootmem, request.Item1, request.Item2, 0)));
        Assert.Equal([Frames(0x104, 0x200)], bootmem.FreeRanges());
    }

    // First fit from the goal; the last success is where the next search begins, unless the goal lies above it.
    [Fact]
    public void The_search_goes_on_where_it_last_succeeded_and_comes_round()
    {
        var bootmem = Free(0x100, 0x110);
        Assert.Equal(0x108000ul, Allocate(bootmem, 2 * Page, Page, goal: 0x108 * Page));
        Assert.Equal(0x10a000ul, Allocate(bootmem, 2 * Page, Page, goal: 0));
        Assert.Equal(0x10c000ul, Allocate(bootmem, 4 * Page, 4 * Page, goal: 0));
        Assert.Equal(0x104000ul, Allocate(bootmem, 4 * Page, 4 * Page, goal: 0x104 * Page));
        Assert.Equal(0x100000ul, Allocate(bootmem, 4 * Page, Page, goal: 0x10c * Page));
        Assert.False(bootmem.TryAllocate(Page, Page, 0, out _));
    }

    private sealed record Step(int Kind, int From, int Size, int Shift);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 199], Gen.Int[1, 90], Gen.Int[0, 3],
        (kind, from, size, shift) => new Step(kind, from, size, shift));

    // Goal: the bitmap finds what a search page by page finds. Method: the same steps on an array of 200 pages, behind
    // a start that is not the begin of a word.
    [Fact]
    public void Agrees_with_an_array_of_pages() =>
        Gen.Select(Gen.Int[0, 70], AnyStep.Array[0, 30]).Sample((first, steps) =>
        {
            var bootmem = new Bootmem(Frames(first, first + 200));
            var taken = Enumerable.Repeat(true, 200).ToArray();
            var next = 0;
            foreach (var step in steps)
            {
                var to = Math.Min(200, step.From + step.Size);
                var (start, end) = ((ulong)(first + step.From) * Page, (ulong)(first + to) * Page);
                if (step.Kind == 0)
                {
                    bootmem.Reserve(start, end);
                    bootmem.Free(start, end);
                    Array.Fill(taken, false, step.From, to - step.From);
                }
                else if (step.Kind == 1)
                {
                    bootmem.Reserve(start, end);
                    Array.Fill(taken, true, step.From, to - step.From);
                }
                else
                {
                    var expected = new[] { next > step.From ? next : step.From, step.From, 0 }
                        .Select(from => Enumerable.Range(from, Math.Max(0, 201 - step.Size - from)).FirstOrDefault(at =>
                            (first + at) % (1 << step.Shift) == 0 && !taken[at..(at + step.Size)].Contains(true), -1))
                        .FirstOrDefault(at => at >= 0, -1);
                    var found = bootmem.TryAllocate(
                        (ulong)step.Size * Page, Page << step.Shift, start, out var address);
                    Assert.Equal(expected, found ? (int)(address / Page) - first : -1);
                    if (!found) continue;
                    next = expected + step.Size;
                    Array.Fill(taken, true, expected, step.Size);
                }

                var free = bootmem.FreeRanges().SelectMany(range =>
                    Enumerable.Range((int)range.Start.Value - first, (int)range.Pages.Value)).ToHashSet();
                Assert.Equal(Enumerable.Range(0, 200).Where(at => !taken[at]), free.Order());
            }
        }, iter: 600);

    // Goal: what is freed in whole stretches for speed leaves the lists that the blocks leave one by one. Method: the
    // naive zone gets each block, the bitmap's pages last.
    [Fact]
    public void The_lists_are_those_of_the_blocks_freed_one_by_one() =>
        Gen.Select(Gen.Select(Gen.Int[1, 700], Gen.Int[1, 2600]).Array[1, 4], Gen.Enum<ReleaseGrain>(),
            Gen.Int[0, KernelRelease.Known.Length - 1]).Sample((parts, grain, known) =>
        {
            var release = KernelRelease.Known[known];
            var ranges = new List<PageRange>();
            foreach (var (gap, pages) in parts)
            {
                var at = (ranges.Count == 0 ? 1024 : ranges[^1].End.Value) + gap;
                ranges.Add(Frames(at, at + pages));
            }

            var bitmap = Frames(ranges[^1].End.Value, ranges[^1].End.Value + 70);
            var image = Generators.Zones.Image(1024, bitmap.End.Value, null) with
            {
                Released = [.. ranges], Grain = grain, Bitmap = [bitmap],
            };
            var naive = new NaiveZone(release, 1024, bitmap.End.Value, image.Freed.Value, 0);
            var blocks = ranges.SelectMany(range => ReleaseBlocks.Of(range, grain))
                .Concat(ReleaseBlocks.Of(bitmap, ReleaseGrain.Pages));
            foreach (var (frame, order) in blocks)
            {
                naive.Free(frame.Value, order, Migratetype.Movable, release.BootRelease == BootReleaseRule.Tail);
            }

            var zone = new Zone(release, image);
            for (var order = 0; order <= Order.MaxValue; order++)
                Assert.Equal(naive.List(order, Migratetype.Movable), zone.FreeList(order, Migratetype.Movable));
        }, iter: 150);

    private static Bootmem Free(long start, long end)
    {
        var bootmem = new Bootmem(Frames(start, end));
        bootmem.Free((ulong)start * Page, (ulong)end * Page);
        return bootmem;
    }

    private static ulong Allocate(Bootmem bootmem, ulong size, ulong alignment, ulong goal)
    {
        Assert.True(bootmem.TryAllocate(size, alignment, goal, out var start));
        return start;
    }

    private static PageRange Frames(long start, long end) => new(new(start), new(end));
}
