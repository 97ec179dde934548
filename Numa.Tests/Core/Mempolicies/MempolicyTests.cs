using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Mempolicies;
using Numa.Core.Zones;
using static Numa.Core.Mempolicies.MempolicyMode;

namespace Numa.Tests.Core.Mempolicies;

// Spec 10, sections 1 and 2, and the worked examples E2 and E3.
public class MempolicyTests
{
    [Theory]
    [InlineData(Local, NodeSetMeaning.Remapped, "", "local")]
    [InlineData(Local, NodeSetMeaning.Remapped, "1", nameof(MempolicyRefusal.NodesOrFlagsOfLocal))]
    [InlineData(Local, NodeSetMeaning.Static, "", nameof(MempolicyRefusal.NodesOrFlagsOfLocal))]
    [InlineData(Preferred, NodeSetMeaning.Remapped, "", "local")]
    [InlineData(Preferred, NodeSetMeaning.Relative, "", nameof(MempolicyRefusal.NodesOrFlagsOfLocal))]
    [InlineData(Preferred, NodeSetMeaning.Remapped, "3,2,5", "2")]
    [InlineData(Bind, NodeSetMeaning.Remapped, "", nameof(MempolicyRefusal.NoNodes))]
    [InlineData(Interleave, NodeSetMeaning.Static, "", nameof(MempolicyRefusal.NoNodes))]
    [InlineData(PreferredMany, NodeSetMeaning.Remapped, "", nameof(MempolicyRefusal.NoNodes))]
    [InlineData(Bind, NodeSetMeaning.Remapped, "5,2,7", "2,5")]
    [InlineData(Bind, NodeSetMeaning.Static, "7", nameof(MempolicyRefusal.NothingAllowed))]
    [InlineData(WeightedInterleave, NodeSetMeaning.Remapped, "7,9", nameof(MempolicyRefusal.NothingAllowed))]
    // Four allowed nodes: 0 is the first of them, 1 the second, 4 the first again.
    [InlineData(Bind, NodeSetMeaning.Relative, "1", "3")]
    [InlineData(Bind, NodeSetMeaning.Relative, "0,3,4,6", "2,5,6")]
    public void Creation(MempolicyMode mode, NodeSetMeaning meaning, string named, string expected)
    {
        var policy = Mempolicy.Create(mode, meaning, Nodes(named), Nodes("2,3,5,6"), out var refusal);
        Assert.Equal(expected, policy is null ? refusal.ToString()
            : policy.Mode == Local ? "local" : string.Join(',', policy.Nodes));
        Assert.Equal(policy is null, refusal != MempolicyRefusal.None);
    }

    [Fact]
    public void Bind_is_for_the_policy_zone_and_above_and_for_Movable_alone_where_its_nodes_have_nothing_else()
    {
        Assert.True(Mempolicy.Restricts(ZoneKind.Normal, ZoneKind.Normal, movableOnly: false));
        Assert.False(Mempolicy.Restricts(ZoneKind.DMA32, ZoneKind.Normal, movableOnly: false));
        Assert.False(Mempolicy.Restricts(ZoneKind.Normal, ZoneKind.Normal, movableOnly: true));
        Assert.True(Mempolicy.Restricts(ZoneKind.Movable, ZoneKind.Normal, movableOnly: true));
    }

    [Fact]
    public void Interleaving_begins_with_the_lowest_node_and_goes_by_the_place_in_a_mapping()
    {
        Assert.Equal("0,1,0,1,0", Turns(Policy(Interleave, "1,0"), 5));
        // Page 5 of a mapping that begins with page 3 of its file.
        Assert.Equal(new NodeId(5), InterleaveTurns.OfMapping(Policy(Interleave, "0,2,5"), 3 + 5));
    }

    [Fact]
    public void Weights_give_a_node_as_many_turns_in_a_row()
    {
        var policy = Weighted("0:3,1:1");
        Assert.Equal("0,0,0,1,0,0,0,1", Turns(policy, 8));
        Assert.Equal(new NodeId(1), InterleaveTurns.OfMapping(policy, 7));
        var turns = new InterleaveTurns();
        Assert.Equal("8,2", string.Join(',', turns.Bulk(policy, 10)));
        Assert.Equal((0, 1), (turns.Previous.Value, turns.WeightLeft));
    }

    [Fact]
    public void A_node_that_has_left_the_set_loses_what_is_left_of_its_turn()
    {
        var turns = new InterleaveTurns();
        turns.Next(Weighted("0:3,1:1"));
        Assert.Equal(new NodeId(1), turns.Next(Weighted("1:2,2:1")));
        Assert.Equal(1, turns.WeightLeft);
    }

    // Goal: over as many picks as the weights add up to, each node appears as often as it weighs, from wherever the
    // window begins; and a bulk is the picks that it stands for, and leaves the turns where they would.
    [Fact]
    public void Any_window_of_picks_holds_each_node_as_often_as_it_weighs_and_a_bulk_is_its_picks() =>
        Gen.Select(Gen.Int[1, 9].Array[1, 5], Gen.Int[0, 40], Gen.Int[1, 60]).Sample((weights, skip, bulk) =>
        {
            var policy = Weighted(string.Join(',', weights.Select((weight, node) => $"{2 * node}:{weight}")));
            var (single, whole) = (new InterleaveTurns(), new InterleaveTurns());
            for (var i = 0; i < skip; i++) Assert.Equal(single.Next(policy), whole.Next(policy));
            var window = Picks(single, policy, weights.Sum());
            Assert.Equal(weights, policy.Nodes.Select(node => window.Count(pick => pick == node)));

            Picks(whole, policy, weights.Sum());
            var counts = whole.Bulk(policy, bulk);
            var picks = Picks(single, policy, bulk);
            Assert.Equal(policy.Nodes.Select(node => picks.Count(pick => pick == node)), counts.AsEnumerable());
            Assert.Equal(Picks(single, policy, 9), Picks(whole, policy, 9));
        }, iter: 500);

    private static List<NodeId> Picks(InterleaveTurns turns, Mempolicy policy, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => turns.Next(policy))];

    private static string Turns(Mempolicy policy, int count) =>
        string.Join(',', Picks(new(), policy, count));

    private static Mempolicy Policy(MempolicyMode mode, string nodes) =>
        Mempolicy.Create(mode, NodeSetMeaning.Remapped, Nodes(nodes), default, out _)!;

    private static Mempolicy Weighted(string weights)
    {
        var parts = weights.Split(',').Select(part => part.Split(':').Select(int.Parse).ToArray()).ToList();
        return Policy(WeightedInterleave, string.Join(',', parts.Select(part => part[0]))) with
        {
            Weights = parts.ToImmutableDictionary(part => new NodeId(part[0]), part => part[1]),
        };
    }

    private static ImmutableArray<NodeId> Nodes(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(word => new NodeId(int.Parse(word)))];
}
