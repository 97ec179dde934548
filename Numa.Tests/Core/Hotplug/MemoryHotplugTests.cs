using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Nodes;
using Numa.Core.Zones;
using static Numa.Tests.Core.Hotplug.PlugMachine;

namespace Numa.Tests.Core.Hotplug;

public class MemoryHotplugTests
{
    private const long FourGiB = 0x100000;
    private static readonly NodeId[] OneCpuEach = [new(0), new(1)];
    private static readonly (string, long, long, long)[] LowZones =
        [("0:DMA", 1, 4095, 3840), ("0:DMA32", 0x1000, 520160, 484095)];

    // Spec example 1: a node without memory gets four blocks as Movable.
    [Theory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void The_first_memory_of_a_node_may_be_Movable(string release)
    {
        var machine = new PlugMachine(release, NodeDistances.Uniform(2), OneCpuEach, new(), LowZones);
        Assert.Null(machine.Hotplug.Add(new(1), Range(0x400000, 4)));
        Assert.Equal("0:DMA32 0:DMA", Walk(machine.Hotplug.Zonelists[new(1)].Fallback));
        machine.Online(1, Range(0x400000, 4), OnlineType.Movable);

        var zone = machine.Hotplug.ZoneOf(Id("1:Movable"));
        Assert.Equal((Range(0x400000, 4), 131072, 131072), (zone.Span, zone.Present.Value, zone.Managed.Value));
        var blocks = machine.Hotplug.BlocksOnlined(zone.Id);
        Assert.Equal((128, 0x400000), (blocks.Count, blocks[0].Value));
        Assert.Equal(blocks.Order(), blocks);
        var tuning = machine.Tuning[zone.Id];
        Assert.Equal(31, tuning.Pageset.Batch);
        Assert.All(tuning.LowmemReserve, reserve => Assert.Equal(0, reserve.Value));

        var list = machine.Hotplug.Zonelists[new(0)].Fallback;
        Assert.Equal("0:DMA32 0:DMA 1:Movable", Walk(list));
        Assert.Equal("0:DMA32 0:DMA", string.Join(' ', list.Permitted(ZoneKind.Normal)));
        Assert.Equal("1:Movable", Walk(machine.Hotplug.Zonelists[new(1)].ThisNode));
    }

    // Goal: only memory that is there goes online, on the node where it is; else a zonelist would name a node that is not.
    [Theory]
    [InlineData(1, 0x400000)]
    [InlineData(0, 0x500000)]
    public void What_was_not_plugged_in_cannot_go_online(int node, long start)
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(2), [new(0)], new(), LowZones);
        Assert.Null(machine.Hotplug.Add(new(0), Range(0x400000, 4)));
        var walk = Walk(machine.Hotplug.Zonelists[new(0)].Fallback);

        Assert.Contains($"node {node} has no memory",
            machine.Hotplug.Online(new(node), Range(start), OnlineType.Movable), StringComparison.Ordinal);
        Assert.Equal(walk, Walk(machine.Hotplug.Zonelists[new(0)].Fallback));
        Assert.Equal(2, machine.Hotplug.Zones.Length);
    }

    // Spec example 2: 1 GiB more of Normal raises the reserve of the zone below it.
    [Fact]
    public void Memory_of_a_higher_zone_raises_the_reserves_below_it()
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(1), [new(0)], new(),
            ("0:DMA32", 0x1000, 500000, 500000), ("0:Normal", FourGiB, 1048576, 1000000));
        Assert.Equal(3906, machine.Tuning[Id("0:DMA32")].LowmemReserve[(int)ZoneKind.Normal].Value);
        machine.Tuning.Apply(new(Sysctl.HugePages, "never"));
        var range = Range(FourGiB + 1048576, 8);
        Assert.Null(machine.Hotplug.Add(new(0), range));
        machine.Online(0, Range(range.Start.Value, 7), OnlineType.Default);

        var (high, low) = (machine.Tuning[Id("0:Normal")].Marks.High, machine.Tuning[Id("0:DMA32")].Marks.High);
        machine.Online(0, Range(FourGiB + 1048576 + 7 * Block), OnlineType.Default);
        Assert.Equal(4930, machine.Tuning[Id("0:DMA32")].LowmemReserve[(int)ZoneKind.Normal].Value);
        Assert.Equal(1762144, machine.Hotplug.Zones.Sum(zone => zone.Managed.Value));
        // The rule subtracts the high marks as they were before.
        Assert.Equal((int)Math.Sqrt((1762144 - high.Value - low.Value) * 64), machine.Tuning.MinFreeKbytes);
    }

    // Spec example 3.
    [Fact]
    public void A_zone_whose_only_block_goes_offline_leaves_all_lists()
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(2), OneCpuEach, new(),
            [.. LowZones, ("1:Normal", FourGiB, 524288, 511113)]);
        var range = Range(0x180000);
        machine.Hotplug.Add(new(1), range);
        machine.Online(1, range, OnlineType.Movable);
        Assert.Contains(Id("1:Movable"), machine.Hotplug.Zonelists[new(0)].Fallback.Zones);

        Assert.Null(machine.Hotplug.Offline(range));
        var zone = machine.Hotplug.ZoneOf(Id("1:Movable"));
        Assert.Equal((default(PageRange), 0, 0), (zone.Span, zone.Present.Value, zone.Managed.Value));
        Assert.All(machine.Hotplug.Zonelists.Nodes,
            lists => Assert.DoesNotContain(zone.Id, lists.Fallback.Zones.Concat(lists.ThisNode.Zones)));
        Assert.Empty(machine.Hotplug.BlocksOnlined(zone.Id));
        Assert.Equal(PagesetSizing.Initial, machine.Tuning[zone.Id].Pageset);
    }

    // Spec example 4, after a real 6.1: the same blocks as kernel memory and as movable memory.
    [Theory]
    [InlineData("6.1", 3511)]
    [InlineData("6.12", 128)]
    public void The_same_blocks_extend_Normal_or_make_a_Movable_zone(string release, long movableMin)
    {
        var machine = new PlugMachine(release, NodeDistances.Uniform(2), OneCpuEach, new(),
            [.. LowZones, ("1:Normal", FourGiB, 524288, 511113)]);
        var range = Range(0x180000, 8);
        Assert.Null(machine.Hotplug.Add(new(1), range));
        machine.Online(1, range, OnlineType.Kernel);
        Assert.Equal(786432, machine.Hotplug.ZoneOf(Id("1:Normal")).Present.Value);
        Assert.Equal(67584, machine.Tuning.MinFreeKbytes);
        Assert.Empty(machine.Hotplug.Messages);

        for (var i = 0; i < 8; i++) Assert.Null(machine.Hotplug.Offline(Range(range.Start.Value + i * Block)));
        machine.Online(1, range, OnlineType.Movable);
        Assert.Equal("0:DMA32 0:DMA 1:Movable 1:Normal", Walk(machine.Hotplug.Zonelists[new(0)].Fallback));
        Assert.Equal(
            [0, 0, 0, 0, 8192, 8192], machine.Tuning[Id("1:Normal")].LowmemReserve.Select(pages => pages.Value));
        Assert.Equal(movableMin, machine.Tuning[Id("1:Movable")].Marks.Min.Value);
        Assert.Equal(Range(0x180000, 8), machine.Hotplug.ZoneOf(Id("1:Movable")).Span);
        Assert.Single(machine.Hotplug.Messages, line => line.StartsWith("Built 2", StringComparison.Ordinal));
    }

    // 0x100000      0x180000 0x188000 0x190000 0x198000 0x1a0000
    //  | Normal of boot |   A    |   B    |   C    |   D    |
    [Fact]
    public void A_plain_online_follows_the_zone_that_the_block_lies_in()
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(1), [new(0)], new(),
            ("0:Normal", FourGiB, 524288, 511113));
        var (a, c) = (Range(0x180000), Range(0x190000));
        machine.Hotplug.Add(new(0), Range(0x180000, 4));
        machine.Online(0, c, OnlineType.Kernel);
        // Normal now spans A and B, though they are holes in it.
        Assert.Equal(ZoneKind.Normal, machine.Hotplug.ZoneFor(new(0), a, OnlineType.Default));
        machine.Online(0, Range(0x198000), OnlineType.Movable);
        machine.Online(0, a, OnlineType.Movable);
        Assert.Equal(Range(0x180000, 4), machine.Hotplug.ZoneOf(Id("0:Movable")).Span);
        // B lies in both spans: nobody decides, so it becomes kernel memory.
        Assert.Equal(ZoneKind.Normal, machine.Hotplug.ZoneFor(new(0), Range(0x188000), OnlineType.Default));
        Assert.Null(machine.Hotplug.Offline(c));
        Assert.Equal(ZoneKind.Movable, machine.Hotplug.ZoneFor(new(0), Range(0x188000), OnlineType.Default));
        Assert.Equal(new(new(FourGiB), new(0x180000)), machine.Hotplug.ZoneOf(Id("0:Normal")).Span);
    }

    [Fact]
    public void The_option_movable_node_turns_the_choice_round()
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(1), [new(0)], new(PrefersMovable: true),
            ("0:Normal", FourGiB, 524288, 511113));
        Assert.Equal(ZoneKind.Movable, machine.Hotplug.ZoneFor(new(0), Range(0x180000), OnlineType.Default));
        Assert.Equal(ZoneKind.Normal, machine.Hotplug.ZoneFor(new(0), Range(0x180000), OnlineType.Kernel));
    }

    // Goal: Movable up to 3.01 times boot's kernel memory, on the node too, a device as a whole. Boot has 4 blocks on
    // node 0 and 4 on node 1: room for 24 in all and 12 on each node.
    [Theory]
    [InlineData(1, 12, ZoneKind.Movable)]
    [InlineData(1, 13, ZoneKind.Normal)]
    public void The_auto_movable_policy_keeps_a_ratio(int node, int blocks, ZoneKind expected)
    {
        var machine = new PlugMachine(
            "6.1", NodeDistances.Uniform(2), OneCpuEach, new(MovableRatio: OnlinePolicy.DefaultMovableRatio),
            ("0:Normal", FourGiB, 4 * Block, 4 * Block), ("1:Normal", FourGiB + 4 * Block, 4 * Block, 4 * Block));
        var range = Range(0x400000, blocks);
        machine.Hotplug.Add(new(node), range);
        Assert.Equal(expected, machine.Hotplug.ZoneFor(new(node), Range(0x400000), OnlineType.Default));
        machine.Online(node, range, OnlineType.Default);
        Assert.Equal(blocks * Block, machine.Hotplug.ZoneOf(new(new(node), expected))
            .PagesIn(range).Value);

        // The first block by hand as kernel memory decides for the whole device.
        machine.Hotplug.Add(new(0), Range(0x800000, 2));
        machine.Online(0, Range(0x800000), OnlineType.Kernel);
        Assert.Equal(ZoneKind.Normal, machine.Hotplug.ZoneFor(new(0), Range(0x800000 + Block), OnlineType.Default));
    }

    // Node 2 has neither CPU nor memory until a device is plugged in. Distances 15 and 30 from it; node 1 has no CPU.
    [Theory]
    [InlineData("6.1", "Fallback order for Node 0: 0 1 2 ")]
    [InlineData("6.12", "Fallback order for Node 0: 0 1 ")]
    public void A_node_that_loses_its_memory_is_named_once_more_by_6_1(string release, string last)
    {
        var machine = new PlugMachine(release, new(3, [10, 15, 30, 15, 10, 20, 30, 20, 10]), [new(0)], new(),
            [.. LowZones, ("1:Normal", FourGiB, 524288, 511113)]);
        Assert.DoesNotContain(machine.Hotplug.Zonelists.Nodes, lists => lists.Node == new NodeId(2));
        var range = Range(0x180000);
        Assert.Null(machine.Hotplug.Add(new(2), range));
        Assert.Equal("1:Normal 0:DMA32 0:DMA", Walk(machine.Hotplug.Zonelists[new(2)].Fallback));
        // Its marks are set when marks are set again, as those of other empty zones were before.
        Assert.Equal(0, machine.Tuning[Id("2:Movable")].Marks.Min.Value);
        Assert.Equal(release == "6.12" ? 32 : 0, machine.Tuning[Id("1:Movable")].Marks.Min.Value);
        machine.Online(2, range, OnlineType.Kernel);
        Assert.Equal(machine.Tuning[Id("1:Movable")].Marks, machine.Tuning[Id("2:Movable")].Marks);
        Assert.Null(machine.Hotplug.Offline(range));

        Assert.Equal(last, machine.Hotplug.Messages.Last(line => line.Contains("Node 0:", StringComparison.Ordinal)));
        Assert.All(machine.Hotplug.Zonelists.Nodes,
            lists => Assert.DoesNotContain(lists.Fallback.Zones, zone => zone.Node == new NodeId(2)));
        Assert.Null(machine.Hotplug.Remove(range));
        Assert.Equal("Built 3", machine.Hotplug.Messages.Last(
            line => line.StartsWith("Built", StringComparison.Ordinal))[..7]);
    }

    // 0x100000      0x180000 0x188000 0x190000
    //  | Normal of boot |   A    |   B    |      B is at the border, A is not before B has moved
    [Theory]
    [InlineData("4.4")]
    [InlineData("4.9")]
    public void Up_to_4_12_only_the_border_between_Normal_and_Movable_moves(string release)
    {
        var machine = new PlugMachine(release, NodeDistances.Uniform(1), [new(0)], new(),
            ("0:Normal", FourGiB, 524288, 511113));
        var (a, b) = (Range(0x180000), Range(0x188000));
        var normal = Id("0:Normal");
        machine.Hotplug.Add(new(0), new(a.Start, b.End));
        Assert.Equal(524288 + 2 * Block, machine.Hotplug.ZoneOf(normal).Span.Pages.Value);
        Assert.Equal(524288, machine.Hotplug.ZoneOf(normal).Present.Value);
        Assert.Contains("not at the border", machine.Hotplug.Online(new(0), a, OnlineType.Movable));
        machine.Online(0, b, OnlineType.Movable);
        Assert.Equal(b, machine.Hotplug.ZoneOf(Id("0:Movable")).Span);
        // Its pagesets were made while it had no page, and are only sized when more goes online.
        Assert.Equal(new(1, 0, 0), machine.Tuning[Id("0:Movable")].Pageset);
        machine.Online(0, a, OnlineType.Movable);
        Assert.Equal(new(a.Start, b.End), machine.Hotplug.ZoneOf(Id("0:Movable")).Span);
        Assert.Equal(15, machine.Tuning[Id("0:Movable")].Pageset.Batch);
        // The list was filled at its head.
        Assert.Equal(a.End.Value - 1024, machine.Hotplug.BlocksOnlined(Id("0:Movable"))[0].Value);

        Assert.Null(machine.Hotplug.Offline(a));
        Assert.Null(machine.Hotplug.Online(new(0), a, OnlineType.Kernel));
        Assert.Equal(a.End, machine.Hotplug.ZoneOf(normal).Span.End);
        Assert.Equal(b, machine.Hotplug.ZoneOf(Id("0:Movable")).Span);
        Assert.Null(machine.Hotplug.Offline(a));
        Assert.Equal(a.End, machine.Hotplug.ZoneOf(normal).Span.End);
        Assert.Null(machine.Hotplug.Remove(a));
        Assert.Equal(a.Start, machine.Hotplug.ZoneOf(normal).Span.End);
    }

    [Fact]
    public void Before_5_10_huge_pages_do_not_ask_again_after_hotplug()
    {
        var machine = new PlugMachine("4.4", NodeDistances.Uniform(1), [new(0)], new(),
            ("0:Normal", FourGiB, 524288, 511113));
        Assert.Equal(22528, machine.Tuning.MinFreeKbytes);
        var buffer = 511113 + Block - machine.Tuning[Id("0:Normal")].Marks.High.Value;
        machine.Hotplug.Add(new(0), Range(0x180000));
        machine.Online(0, Range(0x180000), OnlineType.Default);
        Assert.Equal((int)Math.Sqrt(buffer * 64), machine.Tuning.MinFreeKbytes);
    }

    // Goal: memory that the firmware announces when all CPUs run is part of the booted machine, and the marks are of
    // before what boot frees last. Method: 1000 pages of Normal are freed late, after a device went online.
    [Fact]
    public void Memory_that_boot_finds_late_is_in_its_image()
    {
        var layout = new PlugMachine("6.12", NodeDistances.Uniform(2), OneCpuEach, new(),
            [.. LowZones, ("1:Normal", FourGiB, 524288, 511113)]).Layout;
        var late = layout.Zones[^1] with { FreedLate = [new(new(FourGiB + 520000), new(FourGiB + 521000))] };
        layout = layout with { Zones = layout.Zones.SetItem(layout.Zones.Length - 1, late) };
        var boot = BootSequence.Run(layout, false, [], hotplug =>
        {
            Assert.Null(hotplug.Add(new(1), Range(0x180000)));
            Assert.Null(hotplug.Online(new(1), Range(0x180000), OnlineType.Movable));
        });

        Assert.Equal("0:DMA 0:DMA32 1:Normal 1:Movable", string.Join(' ', boot.Image.Zones.Select(zone => zone.Id)));
        Assert.Equal("0:DMA32 0:DMA 1:Movable 1:Normal", Walk(boot.Image.Zonelists[new(0)].Fallback));
        var movable = boot.Image.Zones[^1];
        Assert.Equal((Block, Block), (movable.Present.Value, movable.Managed.Value));
        Assert.Equal(boot.Hotplug.BlocksOnlined(movable.Id).Select(block => block.Value),
            new Zone(layout.Release, movable).FreeList(Order.MaxValue, Migratetype.Movable));
        Assert.Equal(512113, boot.Image.Zones[2].Managed.Value);
        Assert.Equal(511113, boot.Tuning.MarksFrom[2].Managed.Value);
        Assert.Equal(32, movable.Tuning.Marks.Min.Value);
    }

    [Fact]
    public void What_cannot_be_is_refused_and_changes_nothing()
    {
        var machine = new PlugMachine("6.1", NodeDistances.Uniform(1), [new(0)], new(),
            ("0:Normal", FourGiB, 524288, 511113));
        var (hotplug, range) = (machine.Hotplug, Range(0x180000));
        Assert.Contains("128 MiB", hotplug.Add(new(0), new(new(0x180001), new(0x188001))));
        Assert.Contains("not possible", hotplug.Add(new(1), range));
        Assert.Contains("there already", hotplug.Add(new(0), Range(FourGiB)));
        Assert.Contains("not online in one zone", hotplug.Offline(range));
        Assert.Contains("not plugged in", hotplug.Remove(range));
        Assert.Null(hotplug.Add(new(0), range));
        Assert.Contains("there already", hotplug.Add(new(0), range));
        Assert.Null(hotplug.Online(new(0), range, OnlineType.Default));
        Assert.Contains("online already", hotplug.Online(new(0), range, OnlineType.Movable));
        Assert.Contains("is online", hotplug.Remove(range));
        Assert.Equal(524288 + Block, Assert.Single(hotplug.Zones).Present.Value);
        Assert.Empty(hotplug.Messages);
    }
}
