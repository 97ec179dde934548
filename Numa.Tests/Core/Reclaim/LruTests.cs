using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Reclaim;

public class LruTests
{
    private static readonly (int Slot, ZoneKind Kind, long Start)[] Places =
        [(3, ZoneKind.DMA, 1024), (4, ZoneKind.Normal, 200_000), (7, ZoneKind.Movable, 100_000)];

    /// <summary>What is drawn for one step: which operation, a number, another.</summary>
    private static readonly Gen<(int Kind, int A, int B, int C)[]> Steps =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 999], Gen.Int[1, LruScan.Most], Gen.Int[0, 5]).Array[1, 300];

    // Goal: order, age across zones, writeback, swap and release are those of plain lists. Method: random operations
    // beside the naive model, under all four settings in which no draw decides; every reply, every size and the swap
    // that is used are compared after each.
    [Fact]
    public void Random_operations_equal_plain_lists() =>
        Gen.Select(Steps, Gen.Bool, Gen.Bool, Gen.Long[0, 12]).Sample(
            (steps, hot, dirty, swap) => AssertEqualsNaive(steps, hot, dirty, swap), iter: 600, threads: 2);

    private static void AssertEqualsNaive((int Kind, int A, int B, int C)[] steps, bool hot, bool dirty, long swap)
    {
        const long writePerPage = 50;
        var lru = Make(new(hot ? 100 : 0, dirty ? 100 : 0, new(swap)), swap, writePerPage);
        var naive = new NaiveLru(Places.ToDictionary(place => place.Slot, place => place.Kind), hot, dirty, swap,
            writePerPage);
        var here = new HashSet<(int Zone, long Frame)>();
        var now = VirtualInstant.Zero;
        foreach (var (kind, a, b, c) in steps)
        {
            now += new VirtualDuration(a % 97);
            List<LruPage> expected = [], taken = [];
            if (kind < 6)
            {
                var place = Places[a % 3];
                // Frames far apart, so that sections come and go.
                var page = new LruPage(place.Start + a * 31 % 1000 * (c + 1) * 11, place.Slot, (LruType)(b & 1), new(c));
                if (!here.Add((page.Zone, page.Frame))) continue;
                lru.Add(page);
                naive.Add(page);
            }
            else if (kind < 9)
            {
                var scan = new LruScan((LruType)(a & 1), b, (ZoneKind)c, (a & 2) == 0);
                Assert.Equal(naive.Scan(scan, now, expected), lru.Scan(scan, now, taken));
            }
            else
            {
                naive.Release(new(c), b, now, expected);
                lru.Release(new(c), b, now, taken);
            }

            Assert.Equal(expected, taken);
            foreach (var page in taken) here.Remove((page.Zone, page.Frame));
            AssertSameSizes(lru, naive);
        }

        Assert.Equal(here.Order(), lru.Pages().Select(page => (page.Zone, page.Frame)).Order());
    }

    private static void AssertSameSizes(Lru lru, NaiveLru naive)
    {
        var sizes = new List<LruZoneSize>();
        lru.Sizes(sizes);
        Assert.Equal([3, 7, 4], sizes.Select(size => size.Zone));
        Assert.All(sizes, size => Assert.Equal(naive.SizeOf(size.Zone), size));
        Assert.Equal(naive.SwapUsed, lru.SwapUsed);
    }

    // 3 standard deviations of a share of 30 % in 20,000 draws are 1 %.
    [Fact]
    public void Draws_find_the_shares_that_were_set()
    {
        var lru = Make(new(30, 20, PageCount.Zero), 0, 2_000);
        for (var i = 0; i < 20_000; i++) lru.Add(File(Places[1].Start + i));
        var sizes = new List<LruZoneSize>();
        lru.Sizes(sizes);
        Assert.InRange(sizes.Sum(size => size.Dirty), 3_800, 4_200);

        var taken = new List<LruPage>();
        for (var i = 0; i < 20_000 / 32; i++) lru.Scan(new(LruType.File, 32, ZoneKind.Movable, true), default, taken);
        // Neither in use nor dirty: 70 % of 80 %.
        Assert.InRange(taken.Count, 10_900, 11_500);
    }

    // Two looks at a page in use draw anew: what is in use now is not in use for ever.
    [Fact]
    public void A_page_in_use_goes_to_the_head_and_is_looked_at_again_later()
    {
        var lru = Make(new(50, 0, PageCount.Zero), 0, 1);
        for (var i = 0; i < 64; i++) lru.Add(File(Places[1].Start + i));
        var taken = new List<LruPage>();
        for (var i = 0; i < 40; i++) lru.Scan(new(LruType.File, 32, ZoneKind.Movable, true), default, taken);
        Assert.Equal(64, taken.Count);
    }

    [Fact]
    public void No_scan_looks_at_a_page_twice()
    {
        var lru = Make(new(100, 0, PageCount.Zero), 0, 1);
        for (var i = 0; i < 5; i++) lru.Add(File(Places[1].Start + i));
        Assert.Equal(5, lru.Scan(new(LruType.File, 32, ZoneKind.Movable, true), default, []).Scanned);
    }

    [Fact]
    public void A_page_that_is_listed_already_is_a_breach()
    {
        var lru = Make(ReclaimSettings.None, 0, 1);
        lru.Add(File(Places[1].Start));
        Assert.Throws<InvariantBreachException>(() => lru.Add(File(Places[1].Start)));
    }

    [Fact]
    public void Parts_of_swap_add_up_to_the_whole() =>
        Gen.Select(Gen.Long[0, 1L << 40], Gen.Long[0, 1L << 40].Array[1, 8]).Sample((swap, managed) =>
        {
            long before = 0, parts = 0;
            foreach (var own in managed)
            {
                parts += Lru.ShareOf(swap, before, own, managed.Sum());
                before += own;
            }

            Assert.Equal(managed.Sum() == 0 ? 0 : swap, parts);
        });

    private static LruPage File(long frame) => new(frame, Places[1].Slot, LruType.File, new TaskId(0));

    private static Lru Make(ReclaimSettings settings, long swap, long writePerPage) => new(
        Places.Select(place => (place.Slot, TinyMachine.Zone(0, 0, place.Kind, 80_000, Generators.Zones.Tuning()) with
        {
            Start = new(place.Start),
        })), settings, swap, writePerPage);
}
