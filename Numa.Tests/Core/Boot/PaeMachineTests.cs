using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Boot;

// Goal: a 32-bit machine has the zones, figures and orders of the kernel's sources. Method: 4 x 4 GiB; each figure
// from its formula, as no 32-bit kernel was run.
public class PaeMachineTests
{
    /// <summary>896 MiB, the end of mapped memory, in pages.</summary>
    private const long MappedEnd = 229_376;

    [Fact]
    public void Node_0_alone_has_Normal_and_pays_for_every_nodes_map()
    {
        var zones = Layout("4.4").Zones.ToDictionary(zone => zone.Id.ToString());
        Assert.Equal(["0:DMA", "0:HighMem", "0:Normal", "1:HighMem", "2:HighMem", "3:HighMem"], zones.Keys.Order());
        Assert.Equal((0x1000, MappedEnd - 0x1000), (zones["0:Normal"].Start.Value, zones["0:Normal"].Present.Value));
        Assert.Equal((4L << 18) - MappedEnd, zones["0:HighMem"].ManagedAtEnd.Value);
        // 32 bytes a page, node 0's hole of 1 GiB included, and a kernel of 32 MiB.
        const long map = 17 * (1L << 18) * 32 / 4096;
        Assert.Equal(MappedEnd - 0x1000 - map - 8192, zones["0:Normal"].ManagedAtEnd.Value);
        Assert.All(zones.Values, zone => Assert.True(
            zone.Id.Kind != ZoneKind.HighMem || zone.ManagedEstimate == zone.Present));
    }

    [Theory]
    [InlineData("2.6.34", ZonelistOrder.Zone)]
    [InlineData("2.6.35", ZonelistOrder.Node)]
    [InlineData("3.10", ZonelistOrder.Node)]
    [InlineData("4.4", ZonelistOrder.Zone)]
    [InlineData("4.9", ZonelistOrder.Zone)]
    [InlineData("4.14", ZonelistOrder.Node)]
    public void The_default_order_follows_the_release(string release, ZonelistOrder order) =>
        Assert.Equal(order, Boot(release).Image.Zonelists.Order);

    [Fact]
    public void Zonelists_number_zones_as_the_kernel_does()
    {
        var lists = Boot("4.4").Image.Zonelists;
        Assert.Equal("zonelist 1 FALLBACK: 1:HighMem(2) 2:HighMem(2) 3:HighMem(2) 0:HighMem(2) 0:Normal(1) 0:DMA(0)",
            ZonelistText.Lists(lists, KernelArchitecture.X86Pae).ElementAt(2));
        Assert.Equal(ZoneKind.HighMem, lists.PolicyZone);
    }

    // The share of HighMem is counted against low memory too, so its distances dwarf its clamped min mark.
    [Theory]
    [InlineData("4.4", false)]
    [InlineData("4.9", true)]
    public void HighMem_has_a_clamped_mark_and_no_part_in_min_free_kbytes(string release, bool scaled)
    {
        var (image, tuning, _, _) = Boot(release);
        var low = tuning.MarksFrom.Where(zone => zone.Id.Kind <= ZoneKind.Normal).Sum(zone => zone.Managed.Value);
        Assert.Equal((long)Math.Sqrt(16 * 4 * low), image.MinFreeKbytes);
        foreach (var zone in tuning.MarksFrom)
        {
            var managed = zone.Managed.Value;
            var share = image.MinFreeKbytes / 4 * managed / low;
            var min = zone.Id.Kind == ZoneKind.HighMem ? 128 : share;
            var step = scaled ? Math.Max(share / 4, managed / 1000) : share / 4;
            var marks = tuning[zone.Id].Marks;
            Assert.Equal((min, min + step), (marks.Min.Value, marks.Low.Value));
            Assert.Equal(min + (scaled ? 2 * step : share / 2), marks.High.Value);
        }
    }

    // Two pageblocks for each of six zones and what keeps types apart, cut to a twentieth of low memory.
    [Fact]
    public void Huge_pages_count_HighMem()
    {
        var zones = Boot("4.4").Tuning.PopulatedZones;
        Assert.Equal(6, MinFreeKbytes.ZonesForHugePages(Release("4.4"), zones));
        Assert.Equal(512 * 6 * 11 * 4, MinFreeKbytes.ForHugePages(Release("4.4"), zones, new(1 << 20)));
    }

    [Theory]
    [InlineData("4.4", "256 32 32", 819_200 / 32)]
    [InlineData("4.14", "256 32 0 0", 819_200 / 32)]
    public void Normal_keeps_a_share_of_its_nodes_HighMem(string release, string ratios, long reserve)
    {
        var (_, tuning, _, _) = Boot(release);
        Assert.Equal(ratios, string.Join(' ', tuning.LowmemReserveRatio));
        Assert.Equal(reserve, Reserve(tuning, "Normal", ZoneKind.HighMem));
        Assert.Equal(0, Reserve(tuning, "Normal", ZoneKind.Normal));
        var normal = tuning.ReservesFrom.Single(zone => zone.Id.Kind == ZoneKind.Normal).Managed.Value;
        Assert.Equal(normal / 256, Reserve(tuning, "DMA", ZoneKind.Normal));
        Assert.Equal((normal + 819_200) / 256, Reserve(tuning, "DMA", ZoneKind.HighMem));
        Assert.Null(tuning.Apply(new(Sysctl.LowmemReserveRatio, "256 16")).Refusal);
        Assert.Equal(819_200 / 16, Reserve(tuning, "Normal", ZoneKind.HighMem));
    }

    [Fact]
    public void Zoneinfo_has_a_column_for_each_zone_of_the_architecture()
    {
        var (image, tuning, _, _) = Boot("4.14");
        var normal = image.Zones.Single(zone => zone.Id.Kind == ZoneKind.Normal);
        var printed = ZoneinfoText.Of(image.Release, new(normal.Id, normal.Present, normal.Managed), normal.Start,
            normal.Spanned, normal.Tuning, normal.Freed, 0, []);
        Assert.Equal([0, 0, 25_600, 25_600], printed.Protection.AsEnumerable());
        var text = ZoneinfoText.Print(
            image.Release, ZoneinfoText.Listing(image.Release, image.Nodes, [printed], tuning));
        var (zones, problems) = ZoneinfoReader.Read("zoneinfo", text);
        Assert.Empty(problems);
        Assert.Equal(["DMA", "Normal", "HighMem", "Movable"], zones.Take(4).Select(zone => $"{zone.Id.Kind}"));
    }

    // A ratio written by hand is found again in the columns that such a kernel prints.
    [Fact]
    public void A_saved_machine_tells_its_settings()
    {
        var (image, tuning, _, _) = Boot("4.4");
        Assert.Null(tuning.Apply(new(Sysctl.LowmemReserveRatio, "256 16 32")).Refusal);
        var saved = new SavedMachine("saved", image.Release,
            [.. tuning.PopulatedZones.Select(zone => new SavedZone(zone.Id, default, zone.Present, zone.Present,
                zone.Managed, zone.Managed, tuning[zone.Id].Marks,
                [.. image.Release.ZoneKinds.Select(kind => tuning[zone.Id].LowmemReserve[(int)kind].Value)]))],
            image.Nodes, image.Cpus, image.Distances, []);
        var notes = new List<string>();
        Assert.Equal([256, 16, 32], SettingsInference.Infer(saved, notes).LowmemReserveRatio.AsEnumerable());
        Assert.DoesNotContain(notes, note => note.Contains("pages off", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(GfpFlags.GfpKernel, ZoneKind.Normal)]
    [InlineData(GfpFlags.GfpHighUser, ZoneKind.HighMem)]
    [InlineData(GfpFlags.GfpHighUserMovable, ZoneKind.Movable)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.Dma, ZoneKind.DMA)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.Dma32, ZoneKind.Normal)]
    [InlineData(GfpFlags.Movable, ZoneKind.Normal)]
    public void Gfp_flags_name_the_zones_that_are_there(GfpFlags gfp, ZoneKind highest) =>
        Assert.Equal(highest, new AllocationRequest(gfp, new(0)).HighestZone(Release("4.4")));

    [Fact]
    public void No_page_table_reaches_beyond_64_GiB()
    {
        // The hole for devices moves the last GiB out of reach.
        var layout = EarlyBoot.Run(Machine("4.4", memory: 16L << 30));
        Assert.Equal(64L << 18, layout.Firmware!.MaxFrame.Value);
        Assert.Equal(15L << 18, layout.Zones[^1].Present.Value);
        var refused = Assert.Throws<InputException>(() => EarlyBoot.Run(Machine("4.4", memory: 17L << 30)));
        Assert.Contains(refused.Problems, problem => problem.Message == "memory and holes exceed 64GiB");
    }

    private static long Reserve(MemoryTuning tuning, string zone, ZoneKind kind) =>
        tuning[new(new(0), Enum.Parse<ZoneKind>(zone))].LowmemReserve[(int)kind].Value;

    private static KernelRelease Release(string name) => KernelRelease.Known.Single(release => release.Name == name)
        with { Architecture = KernelArchitecture.X86Pae };

    private static MemoryLayout Layout(string release) => EarlyBoot.Run(Machine(release, 4L << 30));

    private static BootResult Boot(string release) => BootSequence.Run(Layout(release), false, []);

    private static SyntheticMachine Machine(string release, long memory) => new("pae", Release(release),
        [.. Enumerable.Range(0, 4).Select(node => new SyntheticNode(
            new(memory), [new(node)], ImmutableDictionary<ZoneKind, PageCount>.Empty))],
        [], NodeDistances.Uniform(4), new() { HugePages = HugePageMode.Never })
    {
        MemoryModel = MemoryModelKind.Discontiguous,
    };
}
