using Numa.Core.Addressing;
using Numa.Core.Firmware;
using Numa.Core.Nodes;
using Numa.Core.Text;

namespace Numa.Tests.Core.Firmware;

public class SlitTableTests
{
    private static readonly Dictionary<int, NodeId> Crossed = new() { [0] = new(1), [1] = new(0) };

    [Theory]
    [InlineData(new byte[] { 10, 21, 31, 10 }, true)]
    [InlineData(new byte[] { 11, 21, 31, 10 }, false)]
    [InlineData(new byte[] { 10, 10, 31, 10 }, false)]
    public void A_table_needs_ten_on_the_diagonal_and_more_elsewhere(byte[] distances, bool isValid) =>
        Assert.Equal(isValid, new SlitTable(2, [.. distances]).IsValid);

    // Domains need not bear the numbers of their nodes: the table is indexed by domain.
    [Fact]
    public void Distances_follow_the_domains_to_their_nodes()
    {
        var distances = new SlitTable(2, [10, 21, 31, 10]).ToNodeDistances(3, Crossed);

        Assert.Equal(31, distances[new(0), new(1)]);
        Assert.Equal(21, distances[new(1), new(0)]);
        Assert.Equal(NodeDistances.Remote, distances[new(0), new(2)]);
        Assert.Equal(NodeDistances.Local, distances[new(2), new(2)]);
    }

    [Fact]
    public void A_table_that_is_not_believed_leaves_ten_and_twenty()
    {
        var distances = new SlitTable(2, [10, 9, 31, 10]).ToNodeDistances(2, Crossed);

        Assert.Equal((10, 20, 20), (distances[new(0), new(0)], distances[new(0), new(1)], distances[new(1), new(0)]));
    }

    [Fact]
    public void A_hexadecimal_table_is_read()
    {
        const string header = "53 4c 49 54 30 00 00 00 01 e8 42 4f 43 48 53 20\n42 58 50 43 20 20 20 20 01 00 00 00 "
            + "42 58 50 43\n01 00 00 00 02 00 00 00 00 00 00 00 ";

        var slit = HexTableReader.ReadSlit(header + "0a 15 16 0a\n", "slit.txt", out var problems);
        Assert.Empty(problems);
        Assert.NotNull(slit);
        Assert.Equal((2, 21, 22), (slit.Domains, slit[0, 1], slit[1, 0]));

        Assert.Null(HexTableReader.ReadSlit(header + "0a 15", "slit.txt", out problems));
        Assert.Equal("slit.txt: error NUMA207: the table claims 2 domains, and 2 distances follow",
            Assert.Single(problems).ToString());
        Assert.Null(HexTableReader.ReadSlit("53 4c\n49 5x", "slit.txt", out problems));
        Assert.Equal("slit.txt:2:4: error NUMA206: found '5x', expected a byte of two hexadecimal digits",
            Assert.Single(problems).ToString());
        Assert.Null(HexTableReader.ReadSlit("", "slit.txt", out problems));
        Assert.Single(problems);
    }
}
