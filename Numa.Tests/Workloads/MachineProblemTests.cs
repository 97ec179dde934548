using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Each kind of mistake in a machine file, with the exact line that a user sees.
public class MachineProblemTests
{
    private const string Start = "kernel: \"4.4\"\n";
    private const string NoSize = " is no size; expected a whole number with KiB, MiB, GiB or TiB";

    [Theory]
    [InlineData("", "m.yaml:1:1: error NUMA101: the document is empty")]
    [InlineData("# only a comment\n", "m.yaml:1:1: error NUMA101: the document is empty")]
    [InlineData("a: [1", "m.yaml:2:1: error NUMA101: no valid YAML: *")]
    [InlineData("- 1", "m.yaml:1:1: error NUMA105: a machine file must be a mapping, not a list")]
    [InlineData("a: 1\n---\nb: 2", "m.yaml:2:1: error NUMA101: a second document begins here; one is expected")]
    [InlineData("nodes: &a [*a]", "m.yaml:1:8: error NUMA114: anchors and aliases are not read; write the value out")]
    public void No_document(string text, string expected) => Check(text, expected);

    [Theory]
    [InlineData("nodes: [{memory: 4GiB, cpus: 0}]\nnodess: 1",
        "m.yaml:3:1: error NUMA102: unknown key 'nodess' in the machine; did you mean 'nodes'?")]
    [InlineData("nodes: [{memory: 4GiB, cpus: 0}]\nkernelcore: 6G",
        "m.yaml:3:13: error NUMA106: kernelcore: '6G'" + NoSize + ", for example 6GiB")]
    [InlineData("nodes: [{memory: 4GiB, cpus: 0, size: 1}]",
        "m.yaml:2:33: error NUMA102: unknown key 'size' in node 0; expected one of id, memory, cpus, managed, ranges")]
    [InlineData("nodes: [{memory: 4GiB, memory: 4GiB, cpus: 0}]",
        "m.yaml:2:24: error NUMA104: key 'memory' stands already at m.yaml:2:10")]
    [InlineData("distances: [[10]]", "m.yaml:1:1: error NUMA103: the machine has no 'nodes'")]
    [InlineData("nodes: []", "m.yaml:2:8: error NUMA111: the machine has 0 nodes; expected 1 to 1024")]
    [InlineData("nodes: 3", "m.yaml:2:8: error NUMA105: nodes must be a list, not '3'")]
    [InlineData("nodes: [{cpus: 0}]", "m.yaml:2:9: error NUMA103: node 0 has no 'memory'")]
    public void Keys(string text, string expected) => Check(Start + text, expected);

    [Theory]
    [InlineData("64GB", "'64GB'" + NoSize + ", for example 64GiB")]
    [InlineData("64", "'64'" + NoSize + ", for example 64GiB")]
    [InlineData("-4GiB", "'-4GiB'" + NoSize)]
    [InlineData("1.5GiB", "'1.5GiB'" + NoSize)]
    [InlineData("9999999999GiB", "'9999999999GiB' is too large; at most 8191PiB are read")]
    [InlineData("6KiB", "6KiB is no whole number of pages of 4KiB")]
    public void Sizes(string memory, string expected) =>
        Check($"{Start}nodes: [{{memory: {memory}, cpus: 0}}]", $"m.yaml:2:18: error NUMA106: memory: {expected}");

    [Theory]
    [InlineData("[[10, 20]]", "m.yaml:5:12: error NUMA109: distances has 1 rows for 2 nodes")]
    [InlineData("[[10, 20], [20]]", "m.yaml:5:23: error NUMA109: row 1 of distances has 1 values for 2 nodes")]
    [InlineData("[[11, 20], [20, 10]]", "m.yaml:5:14: error NUMA109: distance of node 0 to itself is 11; expected 10")]
    [InlineData("[[10, 10], [10, 10]]",
        "m.yaml:5:18: error NUMA109: distance 0 to 1 is 10; expected more than 10, which means local",
        "m.yaml:5:24: error NUMA109: distance 1 to 0 is 10; expected more than 10, which means local")]
    [InlineData("[[10, 255], [255, 10]]",
        "m.yaml:5:18: error NUMA107: distance 0 to 1 is 255; expected 10 to 254",
        "m.yaml:5:25: error NUMA107: distance 1 to 0 is 255; expected 10 to 254")]
    [InlineData("[[10, x], [20, 10]]", "m.yaml:5:18: error NUMA106: distance 0 to 1 must be a whole number, not 'x'")]
    [InlineData("far", "m.yaml:5:12: error NUMA105: distances must be a list, not 'far'")]
    public void Distances(string distances, params string[] expected) => Check(
        $"{Start}nodes:\n  - {{memory: 4GiB, cpus: 0}}\n  - {{memory: 4GiB, cpus: 1}}\ndistances: {distances}",
        expected);

    [Fact]
    public void Nodes_stand_in_the_order_of_their_numbers() => Check(
        $"{Start}nodes:\n  - {{id: 2, memory: 4GiB, cpus: 0}}\n  - {{id: 1, memory: 4GiB, cpus: 1}}",
        "m.yaml:4:10: error NUMA111: id 1 does not follow id 2; expected 3 or more: nodes stand in the order of their"
            + " numbers");

    // Goal: numbers may have gaps, as they do where a socket is empty. Method: nodes 1 and 3 alone; the rows of the
    // matrix are theirs, and no other node comes online.
    [Fact]
    public void Numbers_of_nodes_may_have_gaps()
    {
        var file = ScenarioParser.ParseMachine($"{Start}nodes:\n  - {{id: 1, memory: 4GiB, cpus: 1}}\n"
            + "  - {id: 3, memory: 4GiB, cpus: 0}\ndistances: [[10, 31], [31, 10]]\n", "m.yaml");
        var image = MachineBoot.Boot(file.Machine, file.Boot, []).Image;
        Assert.Equal("1 3", string.Join(' ', image.Nodes));
        Assert.Equal("3 1", string.Join(' ', image.Cpus.NodeOfCpu));
        Assert.Equal(31, image.Distances[new(3), new(1)]);
        Assert.Equal("3 1", string.Join(' ', image.Zonelists[new(3)].FallbackOrder));
        Assert.Empty(file.Notes);
    }

    [Fact]
    public void Firmware_may_find_the_way_back_longer()
    {
        var file = ScenarioParser.ParseMachine($"{Start}nodes:\n  - {{memory: 4GiB, cpus: 0}}\n"
            + "  - {memory: 4GiB, cpus: 1}\ndistances: [[10, 20], [21, 10]]\n", "m.yaml");
        Assert.Equal("distance 1 to 0 is 21, but 0 to 1 is 20; taken as it stands", Assert.Single(file.Notes));
    }

    [Theory]
    [InlineData("0-1", "1-2", "m.yaml:4:26: error NUMA110: CPU 1 is on node 0 and on node 1")]
    [InlineData("0-1", "3",
        "m.yaml:3:3: error NUMA110: CPU 2 is on no node, but CPU 3 is; numbers run from 0 without gaps")]
    [InlineData("none", "", "m.yaml:3:3: error NUMA110: no node has a CPU")]
    [InlineData("0", "2-1", "m.yaml:4:26: error NUMA110: cpus: range 2-1 runs backwards")]
    public void Cpus(string first, string second, string expected) => Check(
        $"{Start}nodes:\n  - {{memory: 4GiB, cpus: \"{first}\"}}\n  - {{memory: 4GiB, cpus: \"{second}\"}}", expected);

    [Theory]
    [InlineData("id: 1024", "m.yaml:2:37: error NUMA107: id is 1024; expected 0 to 1023")]
    [InlineData("managed: {DMA33: 1}",
        "m.yaml:2:43: error NUMA102: unknown key 'DMA33' in managed of node 0; did you mean 'DMA32'?")]
    [InlineData("managed: {DMA32: -1}",
        "m.yaml:2:50: error NUMA107: DMA32 is -1; expected 0 to 17179869184")]
    [InlineData("managed: {Normal: 2000000}",
        "m.yaml:2:42: error NUMA116: node 0 manages 2000000 pages, but its 4GiB are 1048576 pages")]
    public void Nodes(string more, string expected) =>
        Check($"{Start}nodes: [{{memory: 4GiB, cpus: 0, {more}}}]", expected);

    [Theory]
    [InlineData("holes: [4GiB-3GiB]", "m.yaml:3:9: error NUMA116: hole 4GiB-3GiB ends before it starts, or nowhere")]
    [InlineData("holes: [1GiB-3GiB, 2GiB-4GiB]",
        "m.yaml:3:20: error NUMA116: hole 2GiB-4GiB begins below the end of the last")]
    [InlineData("holes: [3GiB]", "m.yaml:3:9: error NUMA116: '3GiB' is no hole; expected a range such as 3GiB-4GiB")]
    [InlineData("sysctls: {vm.min_free_kbyte: 1}",
        "m.yaml:3:11: error NUMA102: unknown sysctl 'vm.min_free_kbyte'; did you mean 'vm.min_free_kbytes'?")]
    [InlineData("sysctls: {vm.min_free_kbytes: -1}",
        "m.yaml:3:31: error NUMA117: vm.min_free_kbytes is -1: expected 0 to 2147483647")]
    [InlineData("sysctls: {vm.lowmem_reserve_ratio: 256 x}",
        "m.yaml:3:36: error NUMA117: vm.lowmem_reserve_ratio holds 'x': expected whole numbers")]
    [InlineData("sysctls: {vm.watermark_scale_factor: 10}",
        "m.yaml:3:38: error NUMA117: Linux 4.4 has no vm.watermark_scale_factor")]
    [InlineData("transparentHugepages: sometimes", "m.yaml:3:23: error NUMA108: transparentHugepages: 'sometimes'"
        + " is unknown; expected one of always, madvise, never")]
    [InlineData("zonelistOrder: zones",
        "m.yaml:3:16: error NUMA108: zonelistOrder: 'zones' is unknown; did you mean 'zone'?")]
    public void Machine(string more, string expected) =>
        Check($"{Start}nodes: [{{memory: 4GiB, cpus: 0}}]\n{more}", expected);

    [Theory]
    [InlineData("[{cpus: 0, memory: 4GiB}]", "[\"[mem 0x100000-0x7fffffff] usable\"]",
        "m.yaml:2:27: error NUMA115: node 0 gives memory, and e820 says how much there is;"
        + " give ranges, or neither on a single node")]
    [InlineData("[{cpus: 0}, {cpus: 1}]", "[\"[mem 0x100000-0x7fffffff] usable\"]",
        "m.yaml:2:8: error NUMA103: none of 2 nodes has ranges; the map does not say which memory is whose")]
    [InlineData("[{cpus: 0}]", "[\"[mem 0x100000-0x7fffffff] reserved\"]",
        "m.yaml:3:7: error NUMA116: e820 names no usable memory")]
    [InlineData("[{cpus: 0}]", "[\"[mem 0x100000-] usable\", \"[mem 0x2000-0x1000] usable\", usable]",
        "m.yaml:3:8: error NUMA116: e820: found '] usable', expected a range such as"
        + " [mem 0x0000000000100000-0x000000007fffffff]",
        "m.yaml:3:34: error NUMA116: e820: found '] usable', expected an end not before the start 0x2000",
        "m.yaml:3:64: error NUMA116: e820: 'usable' is no line such as"
        + " [mem 0x0000000000100000-0x000000007fffffff] usable")]
    [InlineData("[{cpus: 0}]", "|\n  [mem 0x0-0x9fbff] usable\n\n  [mem 0x100000-] usable",
        "m.yaml:6:1: error NUMA116: e820: found '] usable', expected a range such as"
        + " [mem 0x0000000000100000-0x000000007fffffff]")]
    public void Memory_maps(string nodes, string map, params string[] expected) =>
        Check($"{Start}nodes: {nodes}\ne820: {map}", expected);

    [Theory]
    [InlineData("ranges: [1GiB-2GiB]", "earlyAllocator: memblok",
        "m.yaml:2:41: error NUMA115: node 0 gives ranges, which cut an e820 map; without one give memory",
        "m.yaml:3:17: error NUMA108: earlyAllocator: 'memblok' is unknown; did you mean 'memblock'?")]
    [InlineData("id: 0", "memoryModel: dense", "m.yaml:3:14: error NUMA108: memoryModel: 'dense' is unknown;"
        + " expected one of discontiguous, flat, sparse")]
    [InlineData("id: 0", "mtrr: [2GiB-1GiB]",
        "m.yaml:3:8: error NUMA116: write-back range 2GiB-1GiB ends before it starts, or nowhere")]
    [InlineData("id: 0", "lateFree: {efi_boot: [1GiB-2GiB]}", "m.yaml:3:12: error NUMA102: unknown key 'efi_boot' in"
        + " lateFree; expected one of efi_free_boot_services, swiotlb_exit")]
    [InlineData("id: 0", "lateFree: {swiotlb_exit: [32MiB-64MiB]}", "m.yaml:3:26: error NUMA116:"
        + " [mem 0x2000000-0x3ffffff] of swiotlb_exit begins below 48MiB, where the kernel and low memory lie")]
    [InlineData("id: 0", "lateFree: {efi_free_boot_services: [1GiB-2GiB], swiotlb_exit: [1GiB-3GiB]}",
        "m.yaml:3:63: error NUMA116: [mem 0x40000000-0xbfffffff] of swiotlb_exit is given back twice")]
    [InlineData("id: 0",
        "lateFree: {efi_free_boot_services: [2GiB-2049MiB, 3071MiB-4097MiB], swiotlb_exit: [6GiB-7GiB]}",
        "m.yaml:3:36: error NUMA116: [mem 0xbff00000-0x1000fffff] of efi_free_boot_services is not all usable memory"
            + " of the machine",
        "m.yaml:3:83: error NUMA116: [mem 0x180000000-0x1bfffffff] of swiotlb_exit is not all usable memory of the"
            + " machine")]
    [InlineData("managed: {Normal: 1}", "lateFree: {swiotlb_exit: [1GiB-2GiB]}", "m.yaml:3:11: error NUMA115:"
        + " managed pages that are given leave nothing to free late; give one of the two")]
    public void History(string node, string more, params string[] expected) =>
        Check($"{Start}nodes: [{{memory: 4GiB, cpus: 0, {node}}}]\n{more}", expected);

    [Theory]
    [InlineData("nodes: [{memory: 4GiB, cpus: 0}]",
        "m.yaml:1:1: error NUMA103: neither the machine nor the scenario names a kernel")]
    [InlineData("kernel: new\nnodes: [{memory: 4GiB, cpus: 0}]", "m.yaml:1:9: error NUMA108: kernel 'new' is no known"
        + " release; expected a version from 2.6.34 on, for example 4.4")]
    [InlineData("kernel: 4.4\nnodes: [{memory: 0, cpus: 0}]", "m.yaml:2:8: error NUMA116: no node has memory")]
    [InlineData("kernel: 4.4\nnodes: [{memory: 64TiB, cpus: 0}, {memory: 4KiB}]",
        "m.yaml:2:8: error NUMA116: the nodes hold more than 64TiB")]
    [InlineData("kernel: \"6.12\"\nsysctls: {vm.numa_zonelist_order: zone}\nnodes: [{memory: 1GiB, cpus: 0}]",
        "m.yaml:2:35: error NUMA117: vm.numa_zonelist_order is 'zone': Linux 6.12 knows node order only,"
        + " expected default or node; write zonelistOrder: zone to ask what if")]
    public void Kernels(string text, string expected) => Check(text, expected);

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var problems = ScenarioTexts.MachineProblems(
            "kernel: x\nnodes:\n  - {memory: 4GB, cpus: 0}\n  - {memory: 1GiB, cpu: 1}\nholes: [x]\n");
        Assert.Equal(4, problems.Length);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(1_100_000)]
    public void Brackets_without_end_are_an_error(int depth)
    {
        var problem = Assert.Single(ScenarioTexts.MachineProblems("nodes: " + new string('[', depth)));
        Assert.Contains("NUMA114", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kernel: \"4.4\"\narchitecture: x86-32",
        "m.yaml:3:15: error NUMA108: architecture: 'x86-32' is unknown; did you mean 'x86-64'?")]
    [InlineData("kernel: \"6.1\"\narchitecture: x86-32-pae", "m.yaml:3:15: error NUMA115: Linux 6.1 is known on x86-64"
        + " only; expected up to 4.14 on 32 bit")]
    [InlineData("kernel: \"4.4\"\narchitecture: x86-32-pae\nmemoryModel: sparse",
        "m.yaml:3:15: error NUMA115: sparse memory is known on x86-64 only; leave memoryModel out")]
    [InlineData("kernel: \"2.6.34\"\narchitecture: x86-32-pae\nearlyAllocator: bootmem",
        "m.yaml:3:15: error NUMA115: bootmem is known on x86-64 only; leave earlyAllocator out")]
    [InlineData("kernel: \"4.4\"\narchitecture: x86-32-pae\nsysctls: {vm.lowmem_reserve_ratio: 1 2 3 4}",
        "m.yaml:4:36: error NUMA117: vm.lowmem_reserve_ratio has 4 values: expected 1 to 3")]
    public void Architectures(string text, string expected) =>
        Check("nodes: [{memory: 4GiB, cpus: 0}]\n" + text, expected);

    private static void Check(string text, params string[] expected)
    {
        var problems = ScenarioTexts.MachineProblems(text);
        Assert.Equal(expected.Length, problems.Length);
        foreach (var (want, found) in expected.Zip(problems))
        {
            // The words of a syntax error are the parser's own; only their place is ours.
            if (want.EndsWith('*')) Assert.StartsWith(want[..^1], found, StringComparison.Ordinal);
            else Assert.Equal(want, found);
        }
    }
}
