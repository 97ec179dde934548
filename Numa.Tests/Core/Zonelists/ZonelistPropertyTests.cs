using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Zonelists;

public class ZonelistPropertyTests
{
    private static readonly Gen<(AnyMachine Machine, string Order)> Cases =
        Gen.Select(AnyMachine.Machines, Gen.Int[0, 2].Select(i => new[] { "default", "node", "zone" }[i]));

    // Goal: no zone is lost or tried twice. Method: every list against the plain set of populated zones.
    [Fact]
    public void Every_populated_zone_stands_once_in_every_fallback_list() => Cases.Sample(test =>
    {
        var populated = test.Machine.Zones.Where(zone => zone.IsPopulated).Select(zone => zone.Id).Order().ToList();
        foreach (var lists in ZonelistBuilder.Build(test.Machine.ZonelistInputs(test.Order)).Nodes)
        {
            Assert.Equal(populated, lists.Fallback.Zones.Order());
            Assert.Equal(populated.Where(zone => zone.Node == lists.Node).Reverse(), lists.ThisNode.Zones);
        }
    });

    [Fact]
    public void Zones_are_grouped_by_what_the_order_puts_first() => Cases.Sample(test =>
    {
        var set = ZonelistBuilder.Build(test.Machine.ZonelistInputs(test.Order));
        foreach (var lists in set.Nodes)
        {
            var zones = lists.Fallback.Zones;
            for (var i = 1; i < zones.Length; i++)
            {
                if (set.Order == ZonelistOrder.Zone) Assert.True(zones[i].Kind <= zones[i - 1].Kind);
                else if (zones[i].Node == zones[i - 1].Node) Assert.True(zones[i].Kind < zones[i - 1].Kind);
                else Assert.DoesNotContain(zones[..i], earlier => earlier.Node == zones[i].Node);
            }

            var localFirst = set.Order == ZonelistOrder.Node && test.Machine.NodesWithMemory.Contains(lists.Node);
            if (localFirst) Assert.Equal(lists.Node, zones[0].Node);
        }
    });

    // Loads only break ties: they never send a request farther than it must go.
    [Fact]
    public void Nodes_follow_in_order_of_distance() => AnyMachine.Machines.Sample(machine =>
    {
        foreach (var lists in ZonelistBuilder.Build(machine.ZonelistInputs()).Nodes)
        {
            var others = lists.FallbackOrder.Where(node => node != lists.Node).ToList();
            var terms = others.Select(node => machine.Distances[lists.Node, node]
                + (node.Value < lists.Node.Value ? 1 : 0)
                + (machine.Cpus.NodeOfCpu.Contains(node) ? 1 : 0)).ToList();
            Assert.Equal(terms.Order(), terms);
            Assert.Equal(machine.NodesWithMemory.Where(node => node != lists.Node).Order(), others.Order());
        }
    });

    [Fact]
    public void A_rebuild_without_change_gives_the_same_lists() => Cases.Sample(test =>
    {
        var inputs = test.Machine.ZonelistInputs(test.Order);
        Assert.Equal(Print(ZonelistBuilder.Build(inputs)), Print(ZonelistBuilder.Build(inputs)));
    });

    // Method: the iterator beside a plain filter of the list.
    [Fact]
    public void The_walk_visits_what_a_filter_keeps() => Gen
        .Select(AnyMachine.Machines, Gen.Enum<ZoneKind>(), Gen.Int[0, 5].Array[0, 4])
        .Sample((machine, highest, mask) =>
        {
            var nodes = mask.Select(id => new NodeId(id)).ToHashSet();
            foreach (var lists in ZonelistBuilder.Build(machine.ZonelistInputs()).Nodes)
            {
                var kept = lists.Fallback.Zones.Where(zone => zone.Kind <= highest && nodes.Contains(zone.Node));
                Assert.Equal(kept, lists.Fallback.Permitted(highest, nodes));
            }
        });

    private static IEnumerable<string> Print(ZonelistSet set) =>
        set.Nodes.Select(ZonelistText.FallbackOrder).Concat(
            ZonelistText.Lists(set, KernelArchitecture.X64));
}
