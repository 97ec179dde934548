using Numa.Core.Text.Topology;

namespace Numa.Tests.Core.Text.Topology;

// Goal: hwloc's XML gives the kernel's nodes, whatever hwloc draws where. Method: texts by hand, of the shape that
// hwloc 1, 2 and 3 write.
public class HwlocReaderTests
{
    private const string Head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n";

    /// <summary>Two sockets; node 2 is a CXL card that hwloc draws beside socket 0. CPUs above 31 take a second word.
    /// </summary>
    private const string TwoSocketsAndCxl = Head + """
        <topology version="2.0">
          <object type="Machine" os_index="0" cpuset="0xf,0xffffffff" nodeset="0x7" gp_index="1">
            <info name="OSName" value="Linux"/>
            <info name="OSRelease" value="6.1.0-18-amd64"/>
            <object type="Package" os_index="0" cpuset="0x3,0x0000ffff" nodeset="0x5" gp_index="2">
              <object type="NUMANode" os_index="0" cpuset="0x3,0x0000ffff" nodeset="0x1" local_memory="67108864000"/>
              <object type="NUMANode" os_index="2" cpuset="0x3,0x0000ffff" nodeset="0x4" subtype="CXL"
                local_memory="68719476736">
                <page_type size="4096" count="16777216"/>
              </object>
              <object type="L3Cache" cpuset="0x3,0x0000ffff" gp_index="7"/>
            </object>
            <object type="Package" os_index="1" cpuset="0xc,0xffff0000" nodeset="0x2" gp_index="3">
              <object type="Group" cpuset="0xc,0xffff0000">
                <object type="NUMANode" os_index="1" cpuset="0xc,0xffff0000" nodeset="0x2" local_memory="67645734912"/>
              </object>
            </object>
          </object>
          <distances2 type="NUMANode" nbobjs="3" kind="5" name="NUMALatency" indexing="os">
            <indexes length="6">0 2 1 </indexes>
            <u64values length="15">10 14 21 14 10 </u64values>
            <u64values length="12">24 21 24 10 </u64values>
          </distances2>
          <distances2 type="PU" nbobjs="2" kind="6" name="Core-to-core"><indexes length="4">0 1 </indexes></distances2>
        </topology>
        """;

    [Fact]
    public void Memory_without_CPUs_has_none_though_it_is_drawn_beside_some()
    {
        var table = HwlocReader.Read("x", TwoSocketsAndCxl, out var problems);
        Assert.Empty(problems);
        Assert.Equal(
            "0:64000MiB:0-15,32-33 1:63GiB:16-31,34-35 2:64GiB:none | 10 21 14 / 21 10 24 / 14 24 10",
            TopologyText.Of(table));
        Assert.Equal(("6.1.0-18-amd64", true), (table!.KernelVersion, table.SizesAreExact));
        Assert.Equal("hwloc draws node 2 beside CPUs 0-15,32-33, which are another node's: it is taken to have none.",
            Assert.Single(table.Defaults));
    }

    // hwloc 1 keeps matrices of several levels; the one with base 10 and a cell for each node is the kernel's.
    [Fact]
    public void Latencies_of_hwloc_1_are_multiples_of_ten()
    {
        const string text = """
            <topology>
              <object type="Machine" os_index="0" cpuset="0x0000000f">
                <distances nbobjs="2" relative_depth="2" latency_base="1.000000">
                  <latency value="1.000000"/><latency value="8.000000"/>
                  <latency value="8.000000"/><latency value="1.000000"/>
                </distances>
                <distances nbobjs="2" relative_depth="1" latency_base="10.000000">
                  <latency value="1.000000"/><latency value="2.100000"/>
                  <latency value="1.600000"/><latency value="1.000000"/>
                </distances>
                <object type="NUMANode" os_index="1" cpuset="0x0000000c" local_memory="8589934592"/>
                <object type="NUMANode" os_index="0" cpuset="0x00000003" local_memory="4294967296"/>
              </object>
            </topology>
            """;
        var table = HwlocReader.Read("x", text, out var problems);
        Assert.Empty(problems);
        Assert.Equal("0:4GiB:0-1 1:8GiB:2-3 | 10 16 / 21 10", TopologyText.Of(table));
    }

    [Theory]
    [InlineData("<topology><object type=\"Machine\" os_index=\"0\" cpuset=\"0x00000fff\" local_memory=\"16642998272\"/>"
        + "</topology>", "0:15872MiB:0-11")]
    [InlineData(Head + "<topology version=\"3.0\"><object type=\"Machine\" cpuset=\"0x1,,0x3\"><object type=\"NUMANode\""
        + " os_index=\"0\" cpuset=\"0x1,,0x3\" local_memory=\"4096\"/></object></topology>", "0:4KiB:0-1,64")]
    // Nodes without memory are not in the file; their CPUs are.
    [InlineData("<topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0xff\"><object type=\"NUMANode\""
        + " os_index=\"1\" cpuset=\"0xf0\" local_memory=\"4096\"/></object></topology>", "0:0B:0-3 1:4KiB:4-7")]
    public void A_machine_of_one_memory(string text, string expected)
    {
        Assert.True(HwlocReader.Recognises(text));
        var table = HwlocReader.Read("x", text, out var problems);
        Assert.Empty(problems);
        Assert.Equal(expected, TopologyText.Of(table));
    }

    [Theory]
    [InlineData("<topology>", "x:1:11: error NUMA252: no valid XML: *")]
    [InlineData("<html>\n<topology/></html>", "x:1:2: error NUMA252: found the element 'html'; expected 'topology'")]
    [InlineData("<!DOCTYPE topology [<!ENTITY a \"9\">]>\n<topology><object type=\"Machine\" local_memory=\"&a;\"/>"
        + "</topology>", "x:2:*: error NUMA252: no valid XML: *")]
    [InlineData("<topology>\n<object type=\"Core\"/></topology>",
        "x:1:2: error NUMA252: no object of type NUMANode or Machine")]
    [InlineData("<topology>\n<object type=\"NUMANode\" os_index=\"x\"/><object type=\"NUMANode\" os_index=\"0\""
        + " local_memory=\"1 GB\"/>\n<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0xf...f\"/></topology>",
        "x:2:2: error NUMA252: os_index 'x' is no node; expected 0 to 1023",
        "x:2:40: error NUMA252: local_memory of node 0 is '1 GB'; expected a number of bytes up to 70368744177664",
        "x:3:2: error NUMA252: cpuset of node 1 is '0xf...f'; expected a mask such as 0x000000ff,0xffffffff")]
    [InlineData("<topology>\n<object type=\"NUMANode\" os_index=\"0\"/></topology>",
        "x:2:2: error NUMA252: no node has local_memory")]
    [InlineData("<topology>\n<object type=\"Machine\">\n<info name=\"Architecture\" value=\"aarch64\"/>"
        + "<object type=\"NUMANode\" os_index=\"0\" local_memory=\"9\"/></object></topology>",
        "x:3:2: error NUMA252: the architecture is 'aarch64'; expected x86_64, the one whose zones Numa knows here")]
    [InlineData("<topology>\n<object type=\"NUMANode\" os_index=\"0\" local_memory=\"-1\"/>\n<distances2"
        + " type=\"NUMANode\" name=\"NUMALatency\"><indexes>0</indexes><u64values>10 21</u64values></distances2></topology>",
        "x:2:2: error NUMA252: local_memory of node 0 is '-1'; expected a number of bytes up to 70368744177664",
        "x:3:2: error NUMA252: 2 distances stand for 1 nodes; expected the square, all of them numbers")]
    public void What_is_wrong_is_said_with_its_place(string text, params string[] expected)
    {
        Assert.Null(HwlocReader.Read("x", text, out var problems));
        Assert.Equal(expected.Length, problems.Length);
        foreach (var (want, problem) in expected.Zip(problems))
            Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(want).Replace("\\*", ".*") + "$", $"{problem}");
    }

    [Fact]
    public void A_matrix_that_does_not_fit_is_a_problem_and_one_of_other_nodes_is_none()
    {
        var broken = TwoSocketsAndCxl.Replace("24 21 24 10 ", "24 21 24 ", StringComparison.Ordinal);
        Assert.Null(HwlocReader.Read("x", broken, out var problems));
        Assert.Equal("x:21:4: error NUMA252: 8 distances stand for 3 nodes; expected the square, all of them numbers",
            Assert.Single(problems).ToString());

        var some = TwoSocketsAndCxl.Replace(">0 2 1 <", ">0 2 7 <", StringComparison.Ordinal);
        Assert.Null(HwlocReader.Read("x", some, out problems)!.Distances);
        Assert.Empty(problems);
    }
}
