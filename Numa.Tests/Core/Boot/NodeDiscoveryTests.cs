using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Tests.Core.Boot;

public class NodeDiscoveryTests
{
    private const ulong MiB = 1ul << 20;

    [Fact]
    public void Blocks_of_a_node_join_unless_another_node_lies_between()
    {
        var memory = Memory((0, 100), (150, 400));

        Assert.Equal("0:0-200 1:200-300 0:300-400",
            Discover(memory, (0, 0, 100), (0, 150, 200), (0, 300, 400), (1, 200, 300)));
        Assert.Equal("0:0-300 1:300-400", Discover(memory, (0, 0, 100), (0, 200, 300), (1, 300, 400)));
    }

    [Fact]
    public void Blocks_without_memory_and_beyond_the_last_frame_do_not_count()
    {
        var memory = Memory((0, 100), (200, 400));

        Assert.Equal("0:0-100 1:200-400", Discover(memory, (0, 0, 100), (1, 200, 900), (2, 100, 200), (3, 900, 1000)));
    }

    [Theory]
    [InlineData(1, 50, "nodes 0 and 1 both claim [0x3200000, 0x6400000)")]
    [InlineData(1, 102, "512 pages of memory belong to no node, expected less than 256")]
    public void Contradicting_claims_give_one_node(int node, ulong start, string fault)
    {
        var memory = Memory((0, 400));
        var blocks = NodeDiscovery.Discover(
            [new(new(0), 0, 100 * MiB), new(new(node), start * MiB, 400 * MiB)], memory, new(400 << 8), out var found);

        Assert.Equal(fault, found);
        Assert.Equal(new NodeBlock(new(0), 0, 400 * MiB), Assert.Single(blocks));
    }

    [Fact]
    public void A_gap_below_one_mebibyte_is_tolerated()
    {
        NodeDiscovery.Discover([new(new(0), 4096, 400 * MiB)], Memory((0, 400)), new(400 << 8), out var fault);

        Assert.Null(fault);
    }

    [Fact]
    public void Without_claims_there_is_one_node() =>
        Assert.Equal("0:0-400", Discover(Memory((0, 100), (200, 400))));

    private static MemblockRegions Memory(params (ulong Start, ulong End)[] rangesInMiB)
    {
        var memory = new MemblockRegions();
        foreach (var (start, end) in rangesInMiB) memory.Add(start * MiB, end * MiB);
        return memory;
    }

    private static string Discover(MemblockRegions memory, params (int Node, ulong Start, ulong End)[] claimsInMiB)
    {
        var claims = claimsInMiB.Select(
            claim => new NodeBlock(new NodeId(claim.Node), claim.Start * MiB, claim.End * MiB));
        var blocks = NodeDiscovery.Discover(claims, memory, new(400 << 8), out var fault);
        Assert.Null(fault);
        return string.Join(" ", blocks.Select(block => $"{block.Node}:{block.Start / MiB}-{block.End / MiB}"));
    }
}
