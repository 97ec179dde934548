using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Tests.Core.Boot;

public class SyntheticMachineTests
{
    private const long GiB = 1L << 30;

    // 0            3 GiB  4 GiB                          9 GiB            13 GiB
    // [.. node 0 ..]      [..... node 0, the rest ......][.... node 1 ....]
    [Fact]
    public void Nodes_lie_one_after_the_other_around_the_hole_below_4_GiB()
    {
        var layout = EarlyBoot.Run(Machine("4.4", [Node(8 * GiB, [0, 1]), Node(4 * GiB, [2, 3])]));

        Assert.Equal(
        [
            "0:DMA start 0x1 spanned 4095 present 3998",
            "0:DMA32 start 0x1000 spanned 1044480 present 782336",
            "0:Normal start 0x100000 spanned 1310720 present 1310720",
            "1:Normal start 0x240000 spanned 1048576 present 1048576",
        ], layout.Zones.Select(zone =>
            $"{zone.Id} start {zone.Start} spanned {zone.Spanned} present {zone.Present}"));
        Assert.Equal("0 0 1 1", string.Join(" ", layout.Cpus.NodeOfCpu));
        Assert.Contains(layout.Notes, note => note.Contains("estimated", StringComparison.Ordinal));
    }

    [Fact]
    public void Given_holes_replace_the_usual_one()
    {
        var layout = EarlyBoot.Run(
            Machine("6.1", [Node(4 * GiB, [0]), Node(GiB, [1])]) with { Holes = [(1ul << 30, 2ul << 30)] });

        Assert.Equal([(0x1, 0x1000), (0x1000, 0x100000), (0x100000, 0x140000), (0x140000, 0x180000)],
            layout.Zones.Select(zone => (zone.Start.Value, zone.Start.Value + zone.Spanned.Value)));
        Assert.Equal(0x100000 - 0x1000 - 0x40000, layout.Zones[1].Present.Value);
    }

    // Goal: a zone with a known count gets exactly that many pages. DMA keeps back its lowest pages, others their
    // highest.
    [Fact]
    public void A_known_count_is_met_to_the_page()
    {
        var managed = new Dictionary<ZoneKind, PageCount>
        {
            [ZoneKind.DMA] = new(3973), [ZoneKind.DMA32] = new(464142), [ZoneKind.Normal] = new(1300000),
        };
        var node = Node(8 * GiB, [0]) with { Managed = managed.ToImmutableDictionary() };
        var layout = EarlyBoot.Run(Machine("4.4", [node]));

        Assert.Equal([3973L, 464142, 1300000], layout.Zones.Select(zone => zone.ManagedAtEnd.Value));
        Assert.Equal(new PageRange(new(26), new(0x9f)), layout.Zones[0].Released[0]);
        Assert.Equal(new PageRange(new(0x1000), new(0x1000 + 464142)), Assert.Single(layout.Zones[1].Released));
        Assert.Equal(0x100000, Assert.Single(layout.Zones[2].Released).Start.Value);
        Assert.Empty(layout.Notes);
    }

    [Theory]
    [InlineData(ZoneKind.DMA, 3999, "NUMA212: zone 0:DMA cannot have 3999 managed pages: it has 3998 present")]
    [InlineData(ZoneKind.Movable, 1, "NUMA212: zone 0:Movable cannot have 1 managed pages: it has 0 present")]
    public void More_managed_than_present_pages_are_refused(ZoneKind kind, long pages, string expected)
    {
        var managed = ImmutableDictionary<ZoneKind, PageCount>.Empty.Add(kind, new(pages));
        var refused = Assert.Throws<InputException>(
            () => EarlyBoot.Run(Machine("4.4", [Node(8 * GiB, [0]) with { Managed = managed }])));

        Assert.EndsWith(expected, Assert.Single(refused.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_contradiction_is_named_at_once()
    {
        var machine = Machine("4.4", [Node(-4096, [0]), Node(GiB + 1, [2])]) with
        {
            Holes = [(2, 1)], Distances = NodeDistances.Uniform(1),
        };
        var refused = Assert.Throws<InputException>(() => EarlyBoot.Run(machine));

        Assert.Equal(["NUMA214", "NUMA215", "NUMA215", "NUMA216", "NUMA217", "NUMA218"],
            refused.Problems.Select(problem => problem.Code));
    }

    // Before 6.1 the CPUs of a node without memory move to the nearest node; later the node comes online, empty.
    [Theory]
    [InlineData("4.4", "0 2", "0 2 2")]
    [InlineData("6.1", "0 1 2", "0 1 2")]
    public void Cpus_of_a_node_without_memory(string release, string nodes, string cpus)
    {
        var machine = Machine(release, [Node(GiB, [0]), Node(0, [1]), Node(GiB, [2])]) with
        {
            Distances = new(3, [10, 30, 20, 30, 10, 20, 20, 20, 10]),
        };
        var layout = EarlyBoot.Run(machine);

        Assert.Equal((nodes, cpus), (string.Join(" ", layout.Nodes), string.Join(" ", layout.Cpus.NodeOfCpu)));
    }

    // Goal: memory follows what is described, not what is installed. Method: 16 TiB cost what 16 GiB would.
    [Fact]
    public void Sixteen_tebibytes_cost_next_to_nothing()
    {
        var machine = Machine("6.12", [.. Enumerable.Range(0, 16).Select(i => Node(1024 * GiB, [i]))]);
        EarlyBoot.Run(machine);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var layout = EarlyBoot.Run(machine);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(16L * 1024 * (GiB >> 12) - 98, layout.Zones.Sum(zone => zone.Present.Value));
        Assert.All(layout.Zones.Skip(2), zone => Assert.InRange(
            zone.ManagedAtEnd.Value, zone.Present.Value * 98 / 100, zone.Present.Value * 99 / 100));
    }

    [Theory]
    [InlineData("4.4", 16)]
    [InlineData("6.1", 0x100)]
    public void Low_memory_is_kept_by_release(string release, long first) =>
        Assert.Equal(first, EarlyBoot.Run(Machine(release, [Node(GiB, [0])])).Zones[0].Released[0].Start.Value);

    private static SyntheticNode Node(long bytes, int[] cpus) =>
        new(new(bytes), [.. cpus.Select(cpu => new CpuId(cpu))], ImmutableDictionary<ZoneKind, PageCount>.Empty);

    private static SyntheticMachine Machine(string release, SyntheticNode[] nodes) =>
        new("test", KernelRelease.Find(release, out _)!, [.. nodes], [], NodeDistances.Uniform(nodes.Length), new());
}
