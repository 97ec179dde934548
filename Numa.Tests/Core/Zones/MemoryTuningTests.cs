using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Zones;

public class MemoryTuningTests
{
    // The machine of the text that this project grew from: 32 GiB on one node.
    private static readonly ManagedZone[] Seed =
        [Zone("0:DMA", 3973), Zone("0:DMA32", 464142), Zone("0:Normal", 7726451)];

    private static readonly ManagedZone[] WithMovable =
        [Zone("0:DMA", 3840), Zone("0:DMA32", 500000), Zone("0:Normal", 1500000), Zone("0:Movable", 2000000)];

    // 2 x 4 GiB as Linux 4.4.178 managed it.
    private static readonly ManagedZone[] TwoNodes =
        [Zone("0:DMA", 3977), Zone("0:DMA32", 502790), Zone("0:Normal", 507770), Zone("1:Normal", 1031742)];

    [Theory]
    [InlineData("4.4", "8/10/12", "956/1195/1434", "15930/19912/23895")]
    [InlineData("4.9", "8/11/14", "956/1420/1884", "15930/23656/31382")]
    [InlineData("6.1", "8/11/14/17", "956/1420/1884/2348", "15930/23656/31382/39108")]
    [InlineData("6.12", "8/11/14/17", "956/1420/1884/2348", "15930/23656/31382/39108")]
    public void The_huge_page_rule_gives_the_machine_67584_KiB(string release, string dma, string dma32, string normal)
    {
        var tuning = Boot(release, Seed);
        Assert.Equal(67584, tuning.MinFreeKbytes);
        var promo = dma.Count(c => c == '/') == 3;
        Assert.Equal([dma, dma32, normal], tuning.Tunings.Select(zone => Text(zone.Marks, promo)));
    }

    [Fact]
    public void The_square_root_rule_alone_gives_the_machine_22900_KiB() =>
        Assert.Equal(22900, Boot("4.9", Seed, new() { HugePages = HugePageMode.Never }).MinFreeKbytes);

    // "1.25 and 1.5 times min" against "0.1 and 0.2 %": both sides of the switch are pages, never KiB.
    [Fact]
    public void A_two_hundred_and_fiftieth_of_memory_as_min_switches_the_spacing()
    {
        var tuning = Boot("4.9", Seed);
        Apply(tuning, Sysctl.MinFreeKbytes, $"{32778 * 4}");
        var below = tuning[Id("0:Normal")].Marks;
        Assert.Equal(7726, below.Low.Value - below.Min.Value);
        Apply(tuning, Sysctl.MinFreeKbytes, $"{33000 * 4}");
        var above = tuning[Id("0:Normal")].Marks;
        Assert.Equal(above.Min.Value / 4, above.Low.Value - above.Min.Value);
    }

    [Fact]
    public void Reserves_are_sums_of_the_higher_zones_over_the_ratio()
    {
        foreach (var release in KernelRelease.Known)
        {
            var tuning = Boot(release.Name, Seed);
            Assert.Equal([0, 1813, 31994, 31994, 31994], Pages(tuning[Id("0:DMA")].LowmemReserve));
            Assert.Equal([0, 0, 30181, 30181, 30181], Pages(tuning[Id("0:DMA32")].LowmemReserve));
            Assert.Equal([0, 0, 0, 0, 0], Pages(tuning[Id("0:Normal")].LowmemReserve));
        }
    }

    [Theory]
    [InlineData("4.4", 59483)]
    [InlineData("4.9", 67420)]
    [InlineData("6.1", 67420)]
    public void The_total_reserve_adds_the_largest_reserve_and_the_high_mark(string release, long pages) =>
        Assert.Equal(pages, Boot(release, Seed).TotalReserve.Value);

    [Theory]
    [InlineData("6.1", "10 1406 4219 5626")]
    [InlineData("6.12", "21/26 2810/3512 8431/10538 128/2938")]
    public void A_Movable_zone_shares_min_free_kbytes_only_before_6_12(string release, string expected)
    {
        var tuning = Boot(release, WithMovable);
        Apply(tuning, Sysctl.MinFreeKbytes, "45056");
        var both = expected.Contains('/');
        Assert.Equal(expected, string.Join(' ', tuning.Tunings.Select(zone =>
            both ? $"{zone.Marks.Min}/{zone.Marks.Low}" : $"{zone.Marks.Min}")));
        Assert.Equal([0, 1953, 7812, 15625, 15625], Pages(tuning[Id("0:DMA")].LowmemReserve));
        Assert.Equal([0, 0, 0, 62500, 62500], Pages(tuning[Id("0:Normal")].LowmemReserve));
    }

    [Fact]
    public void An_empty_zone_has_no_marks_except_Movable_in_6_12()
    {
        Assert.Equal(default, Boot("6.1", Seed)[Id("0:Movable")].Marks);
        Assert.Equal("32/32/32/32", Text(Boot("6.12", Seed)[Id("0:Movable")].Marks, promo: true));
        Assert.Equal(default, Boot("6.12", Seed)[Id("0:Device")].Marks);
        Assert.Equal(PagesetSizing.Initial, Boot("6.12", Seed)[Id("0:Device")].Pageset);
    }

    [Fact]
    public void A_one_GiB_machine_has_two_zones_and_45056_KiB()
    {
        var tuning = Boot("6.1", [Zone("0:DMA", 3840), Zone("0:DMA32", 236430)]);
        Assert.Equal(45056, tuning.MinFreeKbytes);
        Assert.Equal("180/225/270", Text(tuning[Id("0:DMA")].Marks, promo: false));
    }

    [Theory]
    [InlineData("4.9", 135168)]
    [InlineData("6.1", 90112)]
    public void Before_4_17_the_huge_page_rule_counts_Movable_zones(string release, int expected)
    {
        var zones = TwoNodes.Append(Zone("0:Movable", 500000)).Append(Zone("1:Movable", 500000));
        Assert.Equal(expected, Boot(release, zones).MinFreeKbytes);
    }

    // 4.4.0 runs the square-root rule last: it overwrites what the huge pages asked for.
    [Fact]
    public void In_4_4_0_the_square_root_rule_has_the_last_word_until_huge_pages_are_written()
    {
        // 258 pages of init sections and initrd were freed after this.
        var tuning = Boot("4.4.0", TwoNodes.Select(zone => zone.Id == Id("0:DMA32")
            ? zone with { Managed = new(502790 - 258) } : zone));
        Assert.Equal(11348, tuning.MinFreeKbytes);
        Assert.Equal("696/870/1044", Text(tuning[Id("0:DMA32")].Marks, promo: false));
        Apply(tuning, Sysctl.HugePages, "never");
        Assert.Equal(11348, tuning.MinFreeKbytes);
        Apply(tuning, Sysctl.HugePages, "always");
        Assert.Equal(90112, tuning.MinFreeKbytes);
    }

    [Theory]
    [InlineData("4.4", 90112)]
    [InlineData("6.1", 11348)]
    public void Switching_huge_pages_off_recomputes_only_in_newer_kernels(string release, int expected)
    {
        var tuning = Boot(release, TwoNodes);
        Assert.Equal(90112, tuning.MinFreeKbytes);
        Apply(tuning, Sysctl.HugePages, "never");
        Assert.InRange(tuning.MinFreeKbytes, expected - 10, expected);
    }

    [Fact]
    public void Below_512_MiB_huge_pages_start_switched_off()
    {
        var tuning = Boot("6.1", [Zone("0:DMA", 3840), Zone("0:DMA32", 127000)]);
        Assert.Equal(HugePageMode.Never, tuning.Settings.HugePages);
        Assert.Equal(MinFreeKbytes.SquareRoot(130840 * 64), tuning.MinFreeKbytes);
    }

    [Theory]
    [InlineData("4.9", 65536)]
    [InlineData("6.1", 262144)]
    public void The_square_root_rule_is_capped(string release, int cap)
    {
        var sixteenTiB = Zone("0:Normal", 1L << 32);
        Assert.Equal(cap, Boot(release, [sixteenTiB], new() { HugePages = HugePageMode.Never }).MinFreeKbytes);
    }

    [Theory]
    [InlineData(16, 512)]
    [InlineData(64, 1024)]
    [InlineData(1024, 4096)]
    [InlineData(16384, 16384)]
    public void The_square_root_rule_matches_the_kernels_table(long mebibytes, int expected) =>
        Assert.Equal(expected, MinFreeKbytes.BySquareRoot(Release("6.1"), new(mebibytes * 256), null, 1024));

    [Theory]
    [InlineData("4.4", 186, 186, 31)]
    [InlineData("6.1", 252, 252, 63)]
    [InlineData("6.12", 252, 7252, 63)]
    public void Pagesets_are_sized_by_release(string release, int highMin, int highMax, int batch)
    {
        var size = Boot(release, Seed, cpus: 8)[Id("0:DMA32")].Pageset;
        Assert.Equal((batch, highMin, highMax), (size.Batch, size.HighMin, size.HighMax));
    }

    // Spec 07 E1 and E2: batch, least and largest high mark of DMA, DMA32 and Normal.
    [Theory]
    [InlineData("3.10", 8, "1:0-0 31:186-186 31:186-186")]
    [InlineData("4.4", 8, "1:0-0 31:186-186 31:186-186")]
    [InlineData("4.9", 16, "1:0-0 31:186-186 31:186-186")]
    [InlineData("6.1", 1, "1:11-11 63:1420-1420 63:23656-23656")]
    [InlineData("6.1", 8, "1:4-4 63:252-252 63:2957-2957")]
    [InlineData("6.1", 16, "1:4-4 63:252-252 63:1478-1478")]
    [InlineData("6.12", 8, "1:4-62 63:252-7252 63:2957-120725")]
    public void Pagesets_of_all_zones_are_sized_by_release_and_CPUs(string release, int cpus, string expected)
    {
        var tuning = Boot(release, Seed, cpus: cpus);
        Assert.Equal(expected, string.Join(' ', new[] { "0:DMA", "0:DMA32", "0:Normal" }
            .Select(zone => tuning[Id(zone)].Pageset)
            .Select(size => $"{size.Batch}:{size.HighMin}-{size.HighMax}")));
    }

    [Theory]
    [InlineData("3.10", "7", false)]
    [InlineData("3.10", "0", false)]
    [InlineData("3.10", "1000", true)]
    [InlineData("4.4", "0", true)]
    [InlineData("4.4", "7", false)]
    [InlineData("6.1", "8", false)]
    public void The_fraction_takes_8_and_more_and_0_where_it_can_be_reset(string release, string value, bool taken)
    {
        var tuning = Boot(release, Seed);
        Assert.Equal(taken, tuning.Apply(new(Sysctl.PagelistFraction, value)).Accepted);
    }

    [Fact]
    public void A_fraction_of_1000_gives_high_464_and_a_quarter_of_it_as_batch_up_to_96()
    {
        var tuning = Boot("4.9", Seed);
        Apply(tuning, Sysctl.PagelistFraction, "1000");
        Assert.Equal(new(Batch: 1, HighMin: 3, HighMax: 3), tuning[Id("0:DMA")].Pageset);
        Assert.Equal(new(Batch: 96, HighMin: 464, HighMax: 464), tuning[Id("0:DMA32")].Pageset);
        Apply(tuning, Sysctl.PagelistFraction, "0");
        Assert.Equal(new(Batch: 31, HighMin: 186, HighMax: 186), tuning[Id("0:DMA32")].Pageset);
    }

    [Theory]
    [InlineData("4.4", Sysctl.WatermarkScaleFactor, "200")]
    [InlineData("4.9", Sysctl.WatermarkScaleFactor, "1001")]
    [InlineData("6.1", Sysctl.WatermarkScaleFactor, "3001")]
    [InlineData("6.1", Sysctl.WatermarkScaleFactor, "0")]
    [InlineData("4.9", Sysctl.WatermarkBoostFactor, "0")]
    [InlineData("6.1", Sysctl.MinFreeKbytes, "-1")]
    [InlineData("6.1", Sysctl.MinFreeKbytes, "much")]
    [InlineData("6.1", Sysctl.MinFreeKbytes, "4294967296")]
    [InlineData("4.4", Sysctl.LowmemReserveRatio, "1 2 3 4")]
    [InlineData("4.4", Sysctl.LowmemReserveRatio, "1 x")]
    [InlineData("4.4", Sysctl.LowmemReserveRatio, "")]
    [InlineData("6.1", Sysctl.ZonelistOrder, "zone")]
    [InlineData("6.1", Sysctl.HugePages, "sometimes")]
    [InlineData("6.1", "vm.overcommit_memory", "1")]
    public void A_refused_write_says_why_and_changes_nothing(string release, string name, string value)
    {
        var tuning = Boot(release, Seed);
        var (before, settings) = (tuning.Tunings, tuning.Settings);
        Assert.NotEqual("", tuning.Apply(new(name, value)).Refusal ?? "");
        Assert.Equal(before.AsEnumerable(), tuning.Tunings.AsEnumerable());
        Assert.Same(settings, tuning.Settings);
    }

    [Theory]
    [InlineData("4.4", "1 256 32")]
    [InlineData("6.1", "0 256 32 0 0")]
    public void A_short_list_of_ratios_leaves_the_rest_and_small_ones_are_raised(string release, string expected)
    {
        var tuning = Boot(release, Seed);
        Apply(tuning, Sysctl.LowmemReserveRatio, "-5");
        Assert.Equal(expected, string.Join(' ', tuning.LowmemReserveRatio));
    }

    [Fact]
    public void Pages_freed_late_count_only_at_the_next_event()
    {
        var tuning = Boot("6.1", Seed);
        var before = tuning[Id("0:DMA")];
        tuning.SetManaged(Id("0:Normal"), new(7726451 + 2560));
        Assert.Equal(before, tuning[Id("0:DMA")]);
        tuning.ReadLowmemReserveRatio();
        Assert.Equal(32004, tuning[Id("0:DMA")].LowmemReserve[(int)ZoneKind.Device].Value);
        Assert.Equal(before.Marks, tuning[Id("0:DMA")].Marks);
    }

    [Fact]
    public void Settings_wanted_after_boot_are_written_and_refusals_come_back()
    {
        var tuning = Boot("6.1", Seed);
        var refused = tuning.Write(new() { MinFreeKbytes = 1024, WatermarkScaleFactor = 5000, PagelistFraction = 8 });
        Assert.Equal("vm.watermark_scale_factor is 5000: expected 1 to 3000", Assert.Single(refused));
        Assert.Equal((1024, 8), (tuning.MinFreeKbytes, tuning.Settings.PagelistFraction));
    }

    [Fact]
    public void The_written_value_outlives_hotplug_unless_the_rule_asks_for_more()
    {
        var tuning = Boot("6.1", Seed, new() { HugePages = HugePageMode.Never });
        Apply(tuning, Sysctl.MinFreeKbytes, "60000");
        tuning.ChangeMemory(Seed.Append(Zone("1:Normal", 1000)));
        Assert.Equal(60000, tuning.MinFreeKbytes);
        tuning.ChangeMemory(Seed.Append(Zone("1:Normal", 100_000_000)));
        Assert.InRange(tuning.MinFreeKbytes, 60001, 262144);
        Assert.Equal(63, tuning[Id("1:Normal")].Pageset.Batch);
    }

    [Theory]
    [InlineData("3.10", 30, false)]
    [InlineData("3.10", 31, true)]
    [InlineData("2.6.34", 21, true)]
    [InlineData("4.4", 40, false)]
    public void A_far_node_switches_zone_reclaim_on_before_3_16(string release, int distance, bool on) =>
        Assert.Equal(on, ZoneReclaimMode.OnAtBoot(
            Release(release), [new(0), new(1)], new(2, [10, distance, distance, 10])));

    [Theory]
    [InlineData(4, 3977, 6)]
    [InlineData(4, 502661, 30)]
    [InlineData(4, 1031750, 36)]
    [InlineData(2, 7726451, 36)]
    [InlineData(256, 1L << 34, 125)]
    public void The_stat_threshold_grows_with_CPUs_and_memory(int cpus, long managed, int expected) =>
        Assert.Equal(expected, StatThreshold.Normal(cpus, new(managed)));

    [Fact]
    public void Under_pressure_all_CPUs_together_cannot_hide_the_gap()
    {
        var marks = new Watermarks(new(43), new(53), new(64), new(64));
        Assert.Equal(2, StatThreshold.Pressure(4, marks));
        Assert.Equal(1, StatThreshold.Pressure(64, marks));
        Assert.Equal(88, StatThreshold.DriftMark(4, 6, marks).Value);
        Assert.Equal(0, StatThreshold.DriftMark(1, 10, marks).Value);
    }

    private static ManagedZone Zone(string id, long pages) => new(Id(id), new(pages), new(pages));

    private static ZoneId Id(string id) => new(new(id[0] - '0'), Enum.Parse<ZoneKind>(id[2..]));

    private static KernelRelease Release(string name) => KernelRelease.Known.Single(release => release.Name == name);

    private static MemoryTuning Boot(
        string release, IEnumerable<ManagedZone> zones, MemorySettings? settings = null, int cpus = 1) =>
        MemoryTuning.AtBoot(Release(release), zones, new([.. new NodeId[cpus]]), settings ?? new());

    private static void Apply(MemoryTuning tuning, string name, string value) =>
        Assert.Null(tuning.Apply(new(name, value)).Refusal);

    // The kernel's columns.
    private static IEnumerable<long> Pages(ImmutableArray<PageCount> pages) =>
        KernelArchitecture.X64.ZoneKinds.Select(kind => pages[(int)kind].Value);

    private static string Text(Watermarks marks, bool promo) =>
        $"{marks.Min}/{marks.Low}/{marks.High}" + (promo ? $"/{marks.Promo}" : "");
}
