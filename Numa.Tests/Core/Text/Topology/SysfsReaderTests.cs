using Numa.Core.Text.Topology;

namespace Numa.Tests.Core.Text.Topology;

// Goal: a copied tree of /sys/devices/system/node is read to the page. Method: files by hand.
public class SysfsReaderTests
{
    [Fact]
    public void Nodes_have_memory_CPUs_and_distances_in_files_of_their_own()
    {
        var table = SysfsReader.Read("node", Files(
            (0, "meminfo", "\nNode 0 MemTotal:       16252928 kB\nNode 0 MemFree:        1000 kB\n"),
            (0, "cpulist", "0-3,8-11\n"), (0, "distance", "10 32\n"),
            (2, "meminfo", "Node 2 MemTotal:       16777216 kB\n"), (2, "cpulist", "\n"), (2, "distance", "32 10\n")),
            out var problems);
        Assert.Empty(problems);
        Assert.Equal("0:15872MiB:0-3,8-11 2:16GiB:none | 10 32 / 32 10", TopologyText.Of(table));
        Assert.True(table!.SizesAreExact);
    }

    [Fact]
    public void What_is_wrong_is_said_of_each_file()
    {
        Assert.Null(SysfsReader.Read("node", Files(
            (0, "meminfo", "MemFree: 3 kB\n"), (0, "cpulist", "3-1\n"), (0, "distance", "10\n"), (1, "cpulist", "0\n")),
            out var problems));
        Assert.Equal(
            [
                "node0/meminfo: error NUMA253: expected a line such as 'Node 0 MemTotal: 16384000 kB'",
                "node0/cpulist:1:1: error NUMA253: range 3-1 runs backwards",
                "node: error NUMA253: node 1 has no file 'meminfo', which tells its memory",
                "node0/distance:1:1: error NUMA253: node 0 has 1 distances; expected 2, one for each node",
                "node: error NUMA253: node 1 has no file 'distance', and others have",
            ],
            problems.Select(problem => problem.ToString()));
    }

    // A row that is wrong is there, and CPUs and sizes are looked at all the same.
    [Fact]
    public void One_fault_makes_no_other_and_hides_none()
    {
        Assert.Null(SysfsReader.Read("node", Files(
            (0, "meminfo", "Node 0 MemTotal: 8 kB\n"), (0, "cpulist", "0-3\n"), (0, "distance", "10\n"),
            (1, "meminfo", "\nNode 1 MemTotal: 9999999999999 kB\n"), (1, "cpulist", "3\n"), (1, "distance", "20 10\n")),
            out var problems));
        Assert.Equal(
            [
                "node1/meminfo:2:1: error NUMA253: memory of node 1 is 9999999999999 kB; expected up to 68719476736",
                "node0/distance:1:1: error NUMA253: node 0 has 1 distances; expected 2, one for each node",
                "node1/cpulist:1:1: error NUMA253: CPU 3 is on node 0 and on node 1",
            ],
            problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("node0", 0)]
    [InlineData("node17", 17)]
    [InlineData("node1024", null)]
    [InlineData("nodes", null)]
    [InlineData("cpu0", null)]
    public void Folders_are_nodes_by_their_names(string folder, int? expected) =>
        Assert.Equal(expected, SysfsReader.NodeOf(folder));

    private static Dictionary<(int Node, string Name), (string Path, string Text)> Files(
        params (int Node, string Name, string Text)[] files) =>
        files.ToDictionary(file => (file.Node, file.Name), file => ($"node{file.Node}/{file.Name}", file.Text));
}
