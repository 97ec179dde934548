using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Zonelists;

namespace Numa.Tests.Core.Zonelists;

public class ZonelistBuilderTests
{
    private static readonly NodeDistances Ring =
        new(4, [10, 20, 30, 20, 20, 10, 20, 30, 30, 20, 10, 20, 20, 30, 20, 10]);

    private static readonly NodeDistances Pairs =
        new(4, [10, 21, 31, 31, 21, 10, 31, 31, 31, 31, 10, 21, 31, 31, 21, 10]);

    // Node 0: DMA, DMA32, Normal; node 1: Normal.
    private static readonly ImmutableDictionary<ZoneId, PageCount> TwoNodes =
        Zones("0:DMA 3998", "0:DMA32 520160", "0:Normal 524288", "1:Normal 1048576");

    [Theory]
    [InlineData("4.9", "node", "0:Normal(2) 0:DMA32(1) 0:DMA(0) 1:Normal(2)")]
    [InlineData("4.9", "zone", "0:Normal(2) 1:Normal(2) 0:DMA32(1) 0:DMA(0)")]
    [InlineData("6.1", "default", "0:Normal(2) 0:DMA32(1) 0:DMA(0) 1:Normal(2)")]
    public void Two_nodes_get_the_lists_that_the_kernel_dumped(string release, string order, string first)
    {
        var set = Build(release, 2, TwoNodes, NodeDistances.Uniform(2), order);
        var lists = ZonelistText.Lists(set, KernelArchitecture.X64).ToList();
        Assert.Equal($"zonelist 0 FALLBACK: {first}", lists[0]);
        Assert.Equal("zonelist 0 NOFALLBACK: 0:Normal(2) 0:DMA32(1) 0:DMA(0)", lists[1]);
        Assert.Equal("zonelist 1 FALLBACK: 1:Normal(2) 0:Normal(2) 0:DMA32(1) 0:DMA(0)", lists[2]);
        Assert.Equal("zonelist 1 NOFALLBACK: 1:Normal(2)", lists[3]);
    }

    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public void Around_a_ring_each_node_asks_its_neighbours_before_the_far_side(string release) =>
        Assert.Equal("0132 1203 2310 3021", Orders(release, Normals(0, 1, 2, 3), Ring));

    [Theory]
    [InlineData("3.10", "0123 1032 2301 3201")]
    [InlineData("4.4", "0123 1032 2301 3201")]
    [InlineData("6.1", "0123 1032 2301 3210")]
    [InlineData("6.12", "0123 1032 2301 3210")]
    public void Node_loads_decide_which_of_two_far_nodes_comes_first(string release, string orders) =>
        Assert.Equal(orders, Orders(release, Normals(0, 1, 2, 3), Pairs));

    // Up to 5.15 a load is not one more but a value that falls with each pick: node 3 sees the difference.
    [Theory]
    [InlineData("4.4", "0213 1320 2013 3120")]
    [InlineData("6.1", "0213 1320 2013 3102")]
    public void A_load_assigned_late_weighs_less_in_old_kernels(string release, string orders)
    {
        var distances = new NodeDistances(4, [10, 40, 30, 40, 40, 10, 30, 20, 30, 30, 10, 40, 40, 20, 40, 10]);
        Assert.Equal(orders, Orders(release, Normals(0, 1, 2, 3), distances));
    }

    [Theory]
    [InlineData("6.1", "023 1320 230 302")]
    [InlineData("6.12", "023 320 230 302")]
    public void A_node_without_memory_is_nobodys_fallback(string release, string orders) =>
        Assert.Equal(orders, Orders(release, Normals(0, 2, 3), NodeDistances.Uniform(4)));

    [Theory]
    [InlineData("", "012")]
    [InlineData("0,1", "021")]
    public void Nodes_without_CPUs_are_preferred_once_the_kernel_knows_of_CPUs(string nodesWithCpus, string order)
    {
        var known = nodesWithCpus.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => new NodeId(int.Parse(id)));
        foreach (var release in KernelRelease.Known)
        {
            var set = ZonelistBuilder.Build(new(
                release, Ids(3), Normals(0, 1, 2), NodeDistances.Uniform(3), [.. known]));
            Assert.Equal(order, string.Concat(set[new(0)].FallbackOrder));
        }
    }

    // A ring whose node 0 lies below 4 GiB: its own zones come last in zone order.
    [Fact]
    public void Zone_order_puts_a_node_without_Normal_behind_all_others()
    {
        var zones = Normals(1, 2, 3).AddRange(Zones("0:DMA 3998", "0:DMA32 520160"));
        var ring = new NodeDistances(4, [10, 16, 22, 16, 16, 10, 16, 22, 22, 16, 10, 16, 16, 22, 16, 10]);
        var set = Build("4.9", 4, zones, ring, "zone");
        Assert.Equal(
            "zonelist 0 FALLBACK: 1:Normal(2) 3:Normal(2) 2:Normal(2) 0:DMA32(1) 0:DMA(0)",
            ZonelistText.Lists(set, KernelArchitecture.X64).First());
    }

    [Theory]
    [InlineData("4000 480000 520000", ZonelistOrder.Zone)]
    [InlineData("4000 480000 100000", ZonelistOrder.Node)]
    [InlineData("4000 480000 0", ZonelistOrder.Node)]
    public void Before_3_18_the_sizes_of_the_zones_choose_the_order(string node0, ZonelistOrder expected)
    {
        var sizes = node0.Split(' ');
        var zones = Zones($"0:DMA {sizes[0]}", $"0:DMA32 {sizes[1]}", $"0:Normal {sizes[2]}", "1:Normal 1000000");
        Assert.Equal(expected, Build("3.10", 2, zones, NodeDistances.Uniform(2)).Order);
    }

    [Fact]
    public void The_oldest_heuristic_does_not_ask_whether_Normal_is_populated()
    {
        // Low memory is under half of the total, and no node is both large and mostly low.
        var zones = Zones("0:DMA 4000", "0:DMA32 200000", "1:Normal 1000000");
        Assert.Equal(ZonelistOrder.Zone, Build("2.6.34", 2, zones, NodeDistances.Uniform(2)).Order);
        Assert.Equal(ZonelistOrder.Node, Build("2.6.35", 2, zones, NodeDistances.Uniform(2)).Order);
    }

    // The machines on which 3.10.108 was booted.
    [Theory]
    [InlineData("0:DMA 3998,0:DMA32 520160,0:Normal 524288,1:Normal 1048576", 2, ZonelistOrder.Zone)]
    [InlineData("0:DMA 3998,0:DMA32 520160,0:Normal 1572864", 1, ZonelistOrder.Zone)]
    [InlineData("0:DMA 3998,0:DMA32 520160,0:Normal 64512,1:Normal 1048576", 2, ZonelistOrder.Node)]
    [InlineData("0:DMA 3998,0:DMA32 520160,1:Normal 524288,2:Normal 524288,3:Normal 524288", 4, ZonelistOrder.Node)]
    public void Linux_3_10_chose_the_order_that_it_chose(string zones, int nodes, ZonelistOrder expected) =>
        Assert.Equal(expected, Build("3.10", nodes, Zones(zones.Split(',')), NodeDistances.Uniform(nodes)).Order);

    [Theory]
    [InlineData("4.9", "nonsense", true)]
    [InlineData("4.9", "Z", true)]
    [InlineData("4.9", "xyz", false)]
    [InlineData("6.1", "Default", true)]
    [InlineData("6.1", "n", true)]
    [InlineData("6.1", "zone", false)]
    [InlineData("6.1", "", false)]
    public void The_first_letter_of_the_setting_decides(string release, string value, bool taken)
    {
        ZonelistOrderSetting.Parse(Release(release), value, out var refusal);
        Assert.Equal(taken, refusal is null);
    }

    [Fact]
    public void Zone_order_on_a_release_that_has_none_must_be_forced()
    {
        var inputs = Inputs("6.1", 2, TwoNodes, NodeDistances.Uniform(2), "zone");
        Assert.Equal(ZonelistOrder.Node, ZonelistBuilder.Build(inputs).Order);
        var forced = ZonelistText.Lists(
            ZonelistBuilder.Build(inputs with { ForceZoneOrder = true }), KernelArchitecture.X64);
        Assert.Equal("zonelist 0 FALLBACK: 0:Normal(2) 1:Normal(2) 0:DMA32(1) 0:DMA(0)", forced.First());
    }

    [Fact]
    public void A_request_sees_only_the_zones_and_nodes_it_may_use()
    {
        var list = Build("6.1", 2, TwoNodes, NodeDistances.Uniform(2))[new(1)].Fallback;
        Assert.Equal("0:DMA32 0:DMA", string.Join(' ', list.Permitted(ZoneKind.DMA32)));
        Assert.Equal("1:Normal", string.Join(' ', list.Permitted(ZoneKind.Movable, new HashSet<NodeId> { new(1) })));
        Assert.Empty(list.Permitted(ZoneKind.DMA, new HashSet<NodeId> { new(1) }));
        Assert.Equal(ZoneKind.Normal, Build("6.1", 2, TwoNodes, NodeDistances.Uniform(2)).PolicyZone);
    }

    [Fact]
    public void Kernel_messages_name_the_order_only_where_there_is_a_choice()
    {
        var set = Build("6.1", 2, TwoNodes, NodeDistances.Uniform(2));
        Assert.Equal("Fallback order for Node 1: 1 0 ", ZonelistText.FallbackOrder(set[new(1)]));
        Assert.Equal(
            "Built 2 zonelists, mobility grouping on.  Total pages: 2064096",
            ZonelistText.Built(Release("6.1"), set.Order, 2, new(2064096)));
        Assert.Equal(
            "Built 1 zonelists in Zone order, mobility grouping off.  Total pages: 2559",
            ZonelistText.Built(Release("4.9"), ZonelistOrder.Zone, 1, new(2559)));
    }

    private static KernelRelease Release(string name) => KernelRelease.Known.Single(release => release.Name == name);

    private static ImmutableArray<NodeId> Ids(int nodes) =>
        [.. Enumerable.Range(0, nodes).Select(id => new NodeId(id))];

    private static ImmutableDictionary<ZoneId, PageCount> Normals(params int[] nodes) =>
        Zones([.. nodes.Select(node => $"{node}:Normal 524288")]);

    private static ImmutableDictionary<ZoneId, PageCount> Zones(params string[] zones) =>
        zones.Select(zone => zone.Split(':', ' ')).ToImmutableDictionary(
            parts => new ZoneId(new(int.Parse(parts[0])), Enum.Parse<ZoneKind>(parts[1])),
            parts => new PageCount(long.Parse(parts[2])));

    private static ZonelistInputs Inputs(
        string release, int nodes, ImmutableDictionary<ZoneId, PageCount> zones, NodeDistances distances,
        string order) =>
        new(Release(release), Ids(nodes), zones, distances, [], order);

    private static ZonelistSet Build(
        string release, int nodes, ImmutableDictionary<ZoneId, PageCount> zones, NodeDistances distances,
        string order = "default") => ZonelistBuilder.Build(Inputs(release, nodes, zones, distances, order));

    private static string Orders(
        string release, ImmutableDictionary<ZoneId, PageCount> zones, NodeDistances distances) =>
        string.Join(' ', Build(release, 4, zones, distances).Nodes.Select(lists => string.Concat(lists.FallbackOrder)));
}
