using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Tests.Core.Boot;

public class PageblockTypesTests
{
    private const ulong MiB = 1ul << 20;

    // 0x1  0x1000                0x10000 (first deferred)       0x3ff00     0x40000
    // [DMA][DMA32 ............................. deferred .......|x| reserved]
    // Frame 0 is no memory. Deferred pageblocks are Movable only if their first frame is released.
    [Fact]
    public void What_nobody_initialised_is_unmovable()
    {
        var layout = Layout("6.1", [(1024 * MiB - 0x200 * 4096, 1024 * MiB - 0x80 * 4096), (100 * MiB, 102 * MiB)]);
        Assert.Equal(["0x0-0x200 Unmovable"], Tagged(layout, 0));
        Assert.Equal(["0x3fe00-0x40000 Unmovable"], Tagged(layout, 1));
    }

    // Where nothing is deferred the same reserved pageblocks are Movable; a pageblock that begins in a hole is not.
    [Fact]
    public void Without_deferral_only_holes_are_unmovable()
    {
        var layout = Layout("4.9", [(1024 * MiB - 0x200 * 4096, 1024 * MiB - 0x80 * 4096)]);
        Assert.Equal(["0x0-0x200 Unmovable"], Tagged(layout, 0));
        Assert.Empty(Tagged(layout, 1));
    }

    // Spec 14 §3.9: min(2, min mark in pageblocks, rounded up), the first that are wholly released.
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0x1000-0x1200 HighAtomic")]
    [InlineData(512, "0x1000-0x1200 HighAtomic")]
    [InlineData(513, "0x1000-0x1200 HighAtomic, 0x1400-0x1600 HighAtomic")]
    [InlineData(99999, "0x1000-0x1200 HighAtomic, 0x1400-0x1600 HighAtomic")]
    public void The_reserve_is_the_first_pageblocks_that_are_released_whole(long min, string expected)
    {
        var layout = Layout("3.10", [(0x1201ul << 12, 0x1202ul << 12)]);
        Assert.Equal(expected, string.Join(", ", Tagged(layout, 1, min)));
    }

    private static IEnumerable<string> Tagged(MemoryLayout layout, int slot, long min = 0) =>
        PageblockTypes.Of(layout, layout.Zones[slot], new PageCount(min))
            .Select(tagged => $"{tagged.Range.Start}-{tagged.Range.End} {tagged.Tag}");

    /// <summary>One node of 1 GiB with the first 640 KiB hole left out, and no reservation but those given.</summary>
    private static MemoryLayout Layout(string version, (ulong Start, ulong End)[] reserved)
    {
        var release = KernelRelease.Find(version, out _)!;
        var memblock = new Memblock();
        memblock.Memory.Add(0x1000, 0x9f000, new NodeId(0));
        memblock.Memory.Add(MiB, 1024 * MiB, new NodeId(0));
        foreach (var (start, end) in reserved) memblock.Reserve(start, end);
        var node = NodeMemory.From(memblock.Memory)[0];
        var limits = new ZoneLimits(node.Start, node.End, KernelArchitecture.X64);
        var zones = ZoneSize.OfNode(node, limits, null).Select(size => new ZoneLayout(
            size.Id, size.Span.Start, size.Span.Pages, size.Present, size.Present,
            ReleasedRanges.Of(size, node, memblock, ImmutableDictionary<ZoneId, PageCount>.Empty), []));
        return new("one node", release, [new(0)], new CpuTopology([new NodeId(0)]), NodeDistances.Uniform(1),
            [.. zones], new MemorySettings(), [])
        {
            Memory = [.. memblock.Memory],
            Reserved = [.. memblock.Reserved],
        };
    }
}
