using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;

namespace Numa.Tests.Core.Boot;

public class ZoneSizeTests
{
    // Spec 03 E1:  0x1  0x9f 0x100   0x1000        0xbffe0   0x100000         0x240000          0x440000
    //              n0 [.DMA.]  [..DMA][......DMA32......]    [....Normal n0....][.....Normal n1.....]
    private static readonly NodeMemory Node0 = Node(0, (0x1, 0x9f), (0x100, 0xbffe0), (0x100000, 0x240000));
    private static readonly NodeMemory Node1 = Node(1, (0x240000, 0x440000));
    private static readonly ZoneLimits Limits = new(new(1), new(0x440000), KernelArchitecture.X64);

    [Fact]
    public void Zones_of_a_two_node_machine()
    {
        Assert.Equal(
        [
            "0:DMA start 0x1 spanned 4095 present 3998",
            "0:DMA32 start 0x1000 spanned 1044480 present 782304",
            "0:Normal start 0x100000 spanned 1310720 present 1310720",
        ], Print(ZoneSize.OfNode(Node0, Limits, null)));
        Assert.Equal(["1:Normal start 0x240000 spanned 2097152 present 2097152"],
            Print(ZoneSize.OfNode(Node1, Limits, null)));
    }

    [Theory]
    [InlineData(4095, 3998, 64)]
    [InlineData(1044480, 782304, 12224)]
    [InlineData(1044480, 1000000, 16320)]
    public void Descriptors_are_charged_for_the_span_unless_it_is_full_of_holes(
        long spanned, long present, long pages) =>
        Assert.Equal(pages, ManagedEstimate.MemmapPages(Size(ZoneKind.DMA32, spanned, present)).Value);

    // Spec 03 E2, and 6.12, which charges nothing.
    [Theory]
    [InlineData("6.1", ZoneKind.DMA, 4095, 3998, 3913)]
    [InlineData("6.1", ZoneKind.DMA32, 1044480, 782304, 770080)]
    [InlineData("6.12", ZoneKind.DMA, 4095, 3998, 3998)]
    public void Estimates_charge_descriptors_and_the_dma_reserve(
        string release, ZoneKind kind, long spanned, long present, long estimate) =>
        Assert.Equal(estimate, ManagedEstimate.For(
            Size(kind, spanned, present), new(21), KernelRelease.Find(release, out _)!).Value);

    // Spec 03 E3: two nodes of 262144 pages above 4 GiB; 100000 pages asked for become 100352, half on each node.
    [Fact]
    public void Movable_memory_is_spread_evenly()
    {
        var nodes = new[] { Node(0, (0x100000, 0x140000)), Node(1, (0x140000, 0x180000)) };
        var limits = new ZoneLimits(new(0x100000), new(0x180000), KernelArchitecture.X64);
        var starts = MovableZoneStart.Find([.. nodes], limits, null, new PageCount(100000));

        Assert.Equal(0x100000 + 211968, starts[new(0)].Value);
        Assert.Equal(0x140000 + 211968, starts[new(1)].Value);
        Assert.Equal(
        [
            "0:Normal start 0x100000 spanned 211968 present 211968",
            "0:Movable start 0x133c00 spanned 50176 present 50176",
        ],
            Print(ZoneSize.OfNode(nodes[0], limits, starts[new(0)])));
    }

    // Real boots of 2 × 4 GiB: 6.12 with kernelcore=3G, 6.1 with movablecore=1G, as dmesg printed the starts.
    [Theory]
    [InlineData(3L << 18, null, 0x120400, 0x1a0400)]
    [InlineData(null, 1L << 18, 0x160400, 0x260000)]
    public void Movable_zones_begin_where_real_kernels_began_them(
        long? kernelcore, long? movablecore, long start0, long start1)
    {
        NodeMemory[] nodes =
            [Node(0, (0x1, 0x9f), (0x100, 0x7ffe0), (0x100000, 0x180000)), Node(1, (0x180000, 0x280000))];
        var starts = MovableZoneStart.Find([.. nodes], new(new(1), new(0x280000), KernelArchitecture.X64),
            kernelcore is { } core ? new PageCount(core) : null,
            movablecore is { } movable ? new PageCount(movable) : null);

        Assert.Equal((start0, start1), (starts[new(0)].Value, starts[new(1)].Value));
    }

    [Fact]
    public void With_movable_node_the_movable_zone_is_what_can_be_unplugged()
    {
        var starts = MovableZoneStart.OfHotplugMemory([Node0, Node1],
        [
            new(0, 0x240000000, new(0), MemblockFlags.None),
            new(0x300000000, 0x540000000, new(1), MemblockFlags.Hotplug),
        ]);

        Assert.Equal(new(new(1), new(0x300000)), Assert.Single(starts));
    }

    // Real boots of 2 x 3 GiB with kernelcore=mirror: 6.1 made all memory above 4 GiB Movable, 6.12 none.
    [Theory]
    [InlineData("4.4", "")]
    [InlineData("4.9", "0:0x100000 1:0x140000")]
    [InlineData("6.1", "0:0x100000 1:0x140000")]
    [InlineData("6.12", "")]
    public void Without_mirrored_memory_the_release_decides_what_mirroring_moves(string release, string starts)
    {
        ImmutableArray<NodeMemory> nodes =
            [Node(0, (0x1, 0x9f), (0x100, 0x7ffe0), (0x100000, 0x140000)), Node(1, (0x140000, 0x200000))];
        var machine = new MachineDescription
        {
            Name = "mirror", Release = Generators.Zones.Release(release), CommandLine = "kernelcore=mirror",
        };
        var notes = new List<string>();
        var found = BootParameters.MovableStarts(
            machine, [], nodes, new(new(1), new(0x200000), KernelArchitecture.X64), notes);

        Assert.Equal(starts, string.Join(' ', found.OrderBy(start => start.Key)
            .Select(start => $"{start.Key}:{start.Value}")));
        Assert.Single(notes);
    }

    [Fact]
    public void A_core_as_large_as_memory_leaves_no_movable_zone() =>
        Assert.Empty(MovableZoneStart.Find([Node0, Node1], Limits, new PageCount(1L << 40), null));

    // Spec 02 E4: bytes [0x1234010, 0x1238ff0) are free, and whole pages of them are 0x1235 to 0x1237.
    [Fact]
    public void Only_whole_pages_are_released()
    {
        var memblock = new Memblock();
        memblock.Memory.Add(0x1200000, 0x1300000, new NodeId(0));
        memblock.Reserve(0x1200000, 0x1234010);
        memblock.Reserve(0x1238ff0, 0x1300000);
        var node = NodeMemory.From(memblock.Memory)[0];
        var zone = ZoneSize.OfNode(node, new(node.Start, node.End, KernelArchitecture.X64), null).Single();
        var released = ReleasedRanges.Of(zone, node, memblock, ImmutableDictionary<ZoneId, PageCount>.Empty);

        Assert.Equal(new PageRange(new(0x1235), new(0x1238)), Assert.Single(released));
    }

    private static NodeMemory Node(int node, params (long Start, long End)[] ranges) =>
        new(new(node), [.. ranges.Select(range => new PageRange(new(range.Start), new(range.End)))]);

    private static ZoneSize Size(ZoneKind kind, long spanned, long present) =>
        new(new(new(0), kind), new(new(0), new(spanned)), new(present));

    private static IEnumerable<string> Print(IEnumerable<ZoneSize> sizes) => sizes.Select(size =>
        $"{size.Id} start {size.Span.Start} spanned {size.Span.Pages} present {size.Present}");
}
