using Numa.Core.Text.Topology;

namespace Numa.Tests.Core.Text.Topology;

// Goal: what numactl prints is read as it stands, in every form that it has had. Method: texts of the shape of real
// machines' listings, written by hand.
public class NumactlReaderTests
{
    private const string TwoSockets = """
        available: 2 nodes (0-1)
        node 0 cpus: 0 2 4 6
        node 0 size: 191876 MB
        node 0 free: 1204 MB
        node 1 cpus: 1 3 5 7
        node 1 size: 193498 MB
        node 1 free: 88021 MB
        node distances:
        node   0   1
          0:  10  21
          1:  21  10
        """;

    [Theory]
    [InlineData(TwoSockets, "0:191876MiB:0,2,4,6 1:193498MiB:1,3,5,7 | 10 21 / 21 10")]
    // One node, as laptops have, and as numactl 2.0 of 2011 wrote it.
    [InlineData("available: 1 nodes (0)\nnode 0 cpus: 0 1 2 3 4 5 6 7\nnode 0 size: 15743 MB\nnode 0 free: 301 MB\n"
        + "node distances:\nnode   0 \n  0:  10 \n", "0:15743MiB:0-7 | 10")]
    // Memory that a CXL card brings, without CPUs.
    [InlineData("available: 2 nodes (0-1)\nnode 0 cpus: 0 1\nnode 0 size: 64167 MB\nnode 0 free: 9 MB\nnode 1 cpus:\n"
        + "node 1 size: 65536 MB\nnode 1 free: 65535 MB\nnode distances:\nnode   0   1 \n  0:  10  14 \n  1:  14  10 \n",
        "0:64167MiB:0-1 1:64GiB:none | 10 14 / 14 10")]
    // CPUs without memory.
    [InlineData("available: 2 nodes (0-1)\nnode 0 cpus: 0 1\nnode 0 size: 0 MB\nnode 0 free: 0 MB\nnode 1 cpus: 2 3\n"
        + "node 1 size: 64307 MB\nnode 1 free: 9 MB\n", "0:0B:0-1 1:64307MiB:2-3")]
    // Numbers with a gap: a row has a column for each node that there is.
    [InlineData("available: 2 nodes (0,8)\nnode 0 cpus: 0 1\nnode 0 size: 64 MB\nnode 8 cpus: 2 3\nnode 8 size: 65 MB\n"
        + "node distances:\nnode   0   8 \n  0:  10  40 \n  8:  40  10 \n", "0:64MiB:0-1 8:65MiB:2-3 | 10 40 / 40 10")]
    // Before 2.0 no CPUs were listed.
    [InlineData("available: 2 nodes (0-1)\nnode 0 size: 8191 MB\nnode 0 free: 3 MB\nnode 1 size: 8192 MB\n"
        + "node 1 free: 5 MB\nNo distance information available.\n", "0:8191MiB:0 1:8GiB:1")]
    // What a console or a mail does to it.
    [InlineData("root@db1:~# numactl -H\r\n  available: 1 nodes (0)\r\n  node 0 cpus: 0 1 2\r\n3 4\r\n  node 0 size: 96 MB\r\n"
        + "  node distances:\r\n  node   0\r\n    0:  10\r\n", "0:96MiB:0-4 | 10")]
    public void A_listing_is_read(string text, string expected)
    {
        Assert.True(NumactlReader.Recognises(text.ReplaceLineEndings("\n")));
        var table = NumactlReader.Read("n", text, out var problems);
        Assert.Empty(problems);
        Assert.Equal(expected, TopologyText.Of(table));
        Assert.Null(table!.KernelVersion);
    }

    [Fact]
    public void Firmware_may_find_the_way_back_longer()
    {
        var text = TwoSockets.Replace("1:  21  10", "1:  31  10", StringComparison.Ordinal);
        Assert.EndsWith("| 10 21 / 31 10", TopologyText.Of(NumactlReader.Read("n", text, out _)), StringComparison.Ordinal);
    }

    // As a mail quotes it; places count the marks.
    [Theory]
    [InlineData("> ")]
    [InlineData(">")]
    [InlineData("> > ")]
    public void A_quoted_listing_is_one(string mark)
    {
        var text = string.Concat(TwoSockets.Split('\n').Select(line => mark + line + "\n"));
        Assert.True(NumactlReader.Recognises(text));
        Assert.Equal(TopologyText.Of(NumactlReader.Read("n", TwoSockets, out _)),
            TopologyText.Of(NumactlReader.Read("n", text, out _)));
        NumactlReader.Read("n", mark + "node 0 size: x MB", out var problems);
        Assert.Equal(14 + mark.Length, Assert.Single(problems).At.Column);
    }

    [Fact]
    public void Without_CPUs_it_says_what_it_took()
    {
        var table = NumactlReader.Read("n", "node 0 size: 8191 MB\nnode 1 size: 0 MB\n", out _);
        Assert.Equal("0:8191MiB:0 1:0B:none", TopologyText.Of(table));
        Assert.Equal("No CPUs are listed; each node with memory gets one.", Assert.Single(table!.Defaults));
    }

    [Theory]
    [InlineData("No NUMA available on this system",
        "n:1:1: error NUMA251: numactl found no nodes, so that nothing is told of memory and CPUs; expected its list of "
        + "nodes; a saved /proc/zoneinfo tells more")]
    [InlineData("available: 2 nodes (0)\nnode 0 size: 9 MB",
        "n:1:1: error NUMA251: found 'available: 2 nodes (0)'; expected a line such as 'available: 2 nodes (0-1)'")]
    [InlineData("available: 2 nodes (0-1)\nnode 0 size: 9 MB",
        "n:1:1: error NUMA251: node 1 is listed as available, and has no lines")]
    [InlineData("node 0 cpus: 0\nnode 0 free: 3 MB",
        "n:1:1: error NUMA251: node 0 has no size; expected a line 'node 0 size: N MB'")]
    [InlineData("node 0 cpus: 0\nnode 0 size: 8796093022207 MB",
        "n:2:14: error NUMA251: found '8796093022207 MB' as the size of node 0; expected a number of MB up to "
        + "67108864")]
    [InlineData("node 0 cpus: 0 1 x\nnode 0 size: <not available>",
        "n:1:14: error NUMA251: 'x' is no CPU and no range of CPUs; expected a list such as 0-3,8-11 with numbers below "
        + "8192",
        "n:2:14: error NUMA251: found '<not available>' as the size of node 0; expected a number of MB up to "
        + "67108864")]
    [InlineData("node 0 cpus: 0\nnode 0 size: 9 MB\nnode 0 size: 8 MB\nnode 0 colour: red",
        "n:3:1: error NUMA251: a second line 'size' of node 0",
        "n:4:8: error NUMA251: found 'colour'; expected cpus, size or free")]
    [InlineData("node 0 cpus: 0\nnode 0 size: 9 MB\nnode 1 cpus: 0\nnode 1 size: 9 MB",
        "n:3:1: error NUMA251: CPU 0 is on node 0 and on node 1")]
    [InlineData("node 0 cpus: 0\nnode 0 size: 0 MB", "n: error NUMA251: no node has memory")]
    [InlineData("node 1024 size: 9 MB\nnode 0 size: 9 MB", "n:1:6: error NUMA251: '1024' is no node; expected 0 to 1023")]
    [InlineData("node 0 size: 9 MB\nnode 1 size: 9 MB\nnode distances:\nnode 0 1\n  0:  11  9\n  1: 20 10 30",
        "n:5:7: error NUMA251: distance of node 0 to itself is 11; expected 10",
        "n:5:11: error NUMA251: distance 0 to 1 is 9; expected 10 to 254",
        "n:6:1: error NUMA251: node 1 has 3 distances; expected 2, one for each node")]
    // Goal: one fault hides no other, and makes none up. Method: faults of every kind in one text.
    [InlineData("available: 4 nodes (0-3)\nnode 0 cpus: 0 1\nnode 0 size: -5 MB\nnode 1 cpus: 1\nnod 1 size: 9 MB\n"
        + "node 2 cpus: 2\nnode 2 sise: 9 MB\nnode distances:\nnode 0 1 2 3\n  0: 10 300 20 20\n  1: 20 10 20 20\n"
        + "  2: 20 20 10 20",
        "n:1:1: error NUMA251: node 3 is listed as available, and has no lines",
        "n:3:14: error NUMA251: found '-5 MB' as the size of node 0; expected a number of MB up to 67108864",
        "n:4:1: error NUMA251: node 1 has no size; expected a line 'node 1 size: N MB'",
        "n:4:1: error NUMA251: CPU 1 is on node 0 and on node 1",
        "n:7:8: error NUMA251: found 'sise'; expected cpus, size or free",
        "n:8:1: error NUMA251: node 3 has no row of distances, and others have",
        "n:10:9: error NUMA251: distance 0 to 1 is 300; expected 10 to 254")]
    public void What_is_wrong_is_said_with_its_place(string text, params string[] expected)
    {
        Assert.Null(NumactlReader.Read("n", text, out var problems));
        Assert.Equal(expected, problems.Select(problem => problem.ToString()));
    }
}
