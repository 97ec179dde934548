using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.MemoryModels;

namespace Numa.Tests.Core.MemoryModels;

public class MemoryModelTests
{
    private const long GiB = 1L << 18;   // Pages.

    // 0         4 GiB                           64 GiB      68 GiB      72 GiB
    // [.node 0..]          hole of 60 GiB       [..node 0...][..node 1..]
    private static readonly ImmutableArray<NodeMemory> Nodes =
        [Node(0, (0, 4 * GiB), (64 * GiB, 68 * GiB)), Node(1, (68 * GiB, 72 * GiB))];

    // A page of descriptors describes 64 pages.
    [Theory]
    [InlineData(MemoryModelKind.Flat, "0:294912", true, null)]
    [InlineData(MemoryModelKind.Discontiguous, "0:278528 1:16384", true, null)]
    [InlineData(MemoryModelKind.Sparse, "0:32768 1:16384", false, 240L)]
    public void A_hole_costs_as_much_as_memory_unless_sections_leave_it_out(
        MemoryModelKind kind, string maps, bool validInHole, long? section)
    {
        var model = MemoryModel.Of(kind, Nodes, hasSubsections: true);
        var hole = new PageFrameNumber(30 * GiB);

        Assert.Equal(maps, string.Join(" ", model.Maps.Select(map => $"{map.Node}:{map.Pages}")));
        Assert.Equal(model.Maps.Sum(map => map.Pages.Value), model.MapPages.Value);
        Assert.Equal((validInHole, section), (model.IsValid(hole), model.Section(hole)));
        Assert.False(model.IsValid(new(72 * GiB)));
    }

    // Node 1 begins where node 0 ends, so a hole between nodes needs another machine.
    [Fact]
    public void A_hole_between_nodes_costs_a_discontiguous_map_nothing()
    {
        var nodes = ImmutableArray.Create(Node(0, (0, GiB)), Node(1, (3 * GiB, 4 * GiB)));
        var model = MemoryModel.Of(MemoryModelKind.Discontiguous, nodes, hasSubsections: false);

        Assert.Equal(2 * GiB / 64, model.MapPages.Value);
        Assert.False(model.IsValid(new(2 * GiB)));
        Assert.Equal(4 * GiB / 64, MemoryModel.Of(MemoryModelKind.Flat, nodes, false).MapPages.Value);
    }

    // Arrays are rounded out to blocks of 1024 pages, sections to 32768.
    [Fact]
    public void Maps_are_rounded_out()
    {
        var nodes = ImmutableArray.Create(Node(0, (1500, 2049)));

        Assert.Equal(2048 / 64, MemoryModel.Of(MemoryModelKind.Flat, nodes, false).MapPages.Value);
        var sparse = Assert.IsType<SparseModel>(MemoryModel.Of(MemoryModelKind.Sparse, nodes, true));
        Assert.Equal((512, 1L, 3L), (sparse.MapPages.Value, sparse.Sections, sparse.Subsections));
        Assert.Null(((SparseModel)MemoryModel.Of(MemoryModelKind.Sparse, nodes, false)).Subsections);
    }

    // An early section is valid as a whole, and belongs to the node that first touched it.
    [Fact]
    public void A_shared_section_belongs_to_the_first_node()
    {
        var model = MemoryModel.Of(MemoryModelKind.Sparse, [Node(0, (1, 100)), Node(1, (100, 40000))], true);

        Assert.Equal([new(new(0), new(512)), new(new(1), new(512))], model.Maps.AsEnumerable());
        Assert.True(model.IsValid(new(65535)));
        Assert.False(model.IsValid(new(65536)));
        Assert.Equal(1, model.Section(new(40000)));
    }

    [Theory]
    [InlineData(MemoryModelKind.Sparse, 0, 2)]
    [InlineData(MemoryModelKind.Flat, 1, 1)]
    [InlineData(MemoryModelKind.Discontiguous, 3, 3)]
    public void A_look_up_costs_loads(MemoryModelKind kind, int page, int valid)
    {
        var model = MemoryModel.Of(kind, Nodes, hasSubsections: false);
        Assert.Equal((page, valid), (model.PageSteps.Length, model.ValidSteps.Length));
    }

    // Goal: whatever the model, memory has descriptors; each answers by its own rule. Method: frame by frame, in units
    // of half a section.
    [Fact]
    public void Memory_is_valid_in_every_model() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 1]).Array[1, 5].Sample(parts =>
        {
            const long unit = 16384;
            var at = 0L;
            var memory = new List<(int Node, long Start, long End)>();
            foreach (var (gap, size, node) in parts)
            {
                memory.Add((node, (at + gap) * unit, (at + gap + size) * unit));
                at += gap + size;
            }

            var nodes = memory.GroupBy(part => part.Node).OrderBy(group => group.Key).Select(group =>
                Node(group.Key, [.. group.Select(part => (part.Start, part.End))])).ToImmutableArray();
            var models = Enum.GetValues<MemoryModelKind>().ToDictionary(
                kind => kind, kind => MemoryModel.Of(kind, nodes, true));
            for (var frame = unit / 2; frame < (at + 3) * unit; frame += unit)
            {
                var isMemory = memory.Any(part => frame >= part.Start && frame < part.End);
                var touched = memory.Any(part => frame / 32768 <= (part.End - 1) / 32768
                    && frame / 32768 >= part.Start / 32768);
                var inNode = nodes.Any(node => frame >= node.Start.Value && frame < node.End.Value);
                Assert.Equal(touched, models[MemoryModelKind.Sparse].IsValid(new(frame)));
                Assert.Equal(inNode, models[MemoryModelKind.Discontiguous].IsValid(new(frame)));
                Assert.Equal(frame < at * unit, models[MemoryModelKind.Flat].IsValid(new(frame)));
                if (isMemory) Assert.All(models.Values, model => Assert.True(model.IsValid(new(frame))));
            }

            var sections = memory.SelectMany(part => Enumerable.Range((int)(part.Start / 32768),
                (int)((part.End - 1) / 32768 - part.Start / 32768 + 1))).Distinct().Count();
            Assert.Equal(sections * 512L, models[MemoryModelKind.Sparse].MapPages.Value);
        }, iter: 500);

    private static NodeMemory Node(int node, params (long Start, long End)[] ranges) =>
        new(new(node), [.. ranges.Select(range => new PageRange(new(range.Start), new(range.End)))]);
}
