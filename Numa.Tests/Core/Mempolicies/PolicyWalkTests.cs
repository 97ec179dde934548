using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Counters;
using Numa.Core.Mempolicies;
using Numa.Core.Processes;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Core.Allocation.GfpFlags;
using static Numa.Core.Mempolicies.MempolicyMode;
using static Numa.Tests.Generators.TinyMachine;

namespace Numa.Tests.Core.Mempolicies;

// Policies, cpusets and NUMA counters at work in whole allocations. Method: two nodes, and marks that make either of
// them full or not; the task runs on node 0.
public class PolicyWalkTests
{
    private const long Pages = 2048;
    private static readonly ZoneTuning Roomy = Generators.Zones.Tuning() with { FairBatch = new(100) };

    /// <summary>Refuses even who may go below the min mark.</summary>
    private static readonly ZoneTuning Full = Generators.Zones.Tuning(8 * Pages, 8 * Pages, 8 * Pages);

    // Worked example E1 of spec 10.
    [Fact]
    public void A_page_of_another_node_is_a_miss_there_and_foreign_here_and_a_hit_when_the_policy_wants_it()
    {
        var spilled = Counts(Machine("6.1", Full, Roomy), new AllocationRequest(GfpKernel, new(0)));
        Assert.Equal(new NumaCounts(0, 1, 0, 0, 0, 1), spilled[1]);
        Assert.Equal(new NumaCounts(0, 0, 1, 0, 0, 0), spilled[0]);

        var bound = Counts(Machine("6.1", Roomy, Roomy), Request(GfpKernel, Bind, 1));
        Assert.Equal(new NumaCounts(1, 0, 0, 0, 0, 1), bound[1]);
        Assert.Equal(default, bound[0]);
    }

    [Theory]
    [InlineData("4.4")]
    [InlineData("6.12")]
    public void Interleaved_pages_alternate_and_are_counted_as_such(string version)
    {
        var machine = Machine(version, Roomy, Roomy);
        var kernel = Request(GfpKernel, Interleave, 0, 1);
        Assert.Equal("0,1,0,1,0", machine.NodesOf([.. Enumerable.Repeat(kernel, 5)]));
        var mapped = Request(GfpHighUserMovable, Interleave, 0, 1);
        // A mapping goes by its own offsets, whatever the task allocated beside it.
        Assert.Equal("0,0,1,1,0", machine.NodesOf(mapped, kernel, mapped, kernel, mapped));
        Assert.Equal([3, 2], Counts(machine, [.. Enumerable.Repeat(mapped, 5)]).Select(node => node.InterleaveHit));

        // A hint, no mask: what node 1 does not have comes from node 0, and is no interleave hit.
        var spilled = Counts(Machine(version, Roomy, Full), [.. Enumerable.Repeat(mapped, 4)]);
        Assert.Equal(new NumaCounts(2, 2, 0, 2, 4, 0), spilled[0]);
        Assert.Equal(new NumaCounts(0, 0, 2, 0, 0, 0), spilled[1]);
    }

    [Fact]
    public void Weighted_turns_are_no_interleave_hits()
    {
        var policy = Request(GfpKernel, WeightedInterleave, 0, 1);
        policy = policy with
        {
            Policy = policy.Policy! with { Weights = ImmutableDictionary<NodeId, int>.Empty.Add(new(0), 3) },
        };
        var machine = Machine("6.12", Roomy, Roomy);
        Assert.Equal("0,0,0,1,0,0,0,1", machine.NodesOf([.. Enumerable.Repeat(policy, 8)]));
        Assert.Equal([0, 0], Counts(machine, policy, policy).Select(node => node.InterleaveHit));
    }

    [Fact]
    public void Bind_never_leaves_its_nodes_but_for_zones_that_policies_are_not_for()
    {
        var request = Request(GfpKernel, Bind, 1);
        Assert.Equal("1,1", Machine("6.1", Roomy, Roomy).NodesOf(request, request));
        Assert.Equal("", Machine("6.1", Roomy, Full).NodesOf(request));
        Assert.Equal("0", Machine("6.1", Roomy, Full).NodesOf(Request(GfpKernel | Dma32, Bind, 1)));
        var home = request with { Policy = Policy(Bind, 0, 1) with { HomeNode = new(1) } };
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(home));
    }

    // What may not wait and is urgent forgets its policy in the end, from 4.19 on.
    [Theory]
    [InlineData("4.4", "")]
    [InlineData("4.9", "")]
    [InlineData("6.1", "0")]
    [InlineData("6.12", "0")]
    public void An_atomic_request_leaves_its_nodes_rather_than_fail(string version, string expected)
    {
        var machine = Machine(version, Roomy, Full);
        Assert.Equal(expected, machine.NodesOf(Request(GfpAtomic, Bind, 1)));
        Assert.Equal("", machine.NodesOf(Request(GfpNoWait, Bind, 1)));
    }

    [Fact]
    public void Preferred_takes_one_nodes_list_and_preferred_many_its_nodes_before_all()
    {
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(Request(GfpKernel, Preferred, 1)));
        Assert.Equal("0", Machine("6.1", Roomy, Full).NodesOf(Request(GfpKernel, Preferred, 1)));
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(Request(GfpKernel, PreferredMany, 1)));

        // The second pass is a plain one: node 0 serves it as a first choice.
        var second = Counts(Machine("6.1", Roomy, Full), Request(GfpKernel, PreferredMany, 1));
        Assert.Equal(new NumaCounts(1, 0, 0, 0, 1, 0), second[0]);
        Assert.Equal(default, second[1]);
    }

    // A huge page that is not on the preferred node: 3.10 looks elsewhere, 4.4 does not, 6.1 does if it may reclaim.
    [Theory]
    [InlineData("3.10", "1", "1")]
    [InlineData("4.4", "", "")]
    [InlineData("4.9", "", "")]
    [InlineData("6.1", "", "1")]
    [InlineData("6.12", "", "1")]
    public void A_huge_page_comes_from_the_preferred_node_first(string version, string light, string reclaiming)
    {
        var machine = Machine(version, Full, Roomy);
        Assert.Equal(light, machine.NodesOf(Huge(GfpTransHugeLight)));
        Assert.Equal(reclaiming, machine.NodesOf(Huge(GfpTransHuge)));
        Assert.Equal("1", machine.NodesOf(Huge(GfpTransHugeLight) with { Policy = Policy(Interleave, 1) }));
        Assert.Equal("1", machine.NodesOf(Huge(GfpTransHugeLight) with { Policy = Policy(Preferred, 1) }));
    }

    [Fact]
    public void A_cpuset_is_left_at_the_min_mark_by_who_is_not_walled_in()
    {
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(Confined(GfpUser)));
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(Confined(GfpKernel)));
        var full = Machine("6.1", Roomy, Full);
        Assert.Equal("0", full.NodesOf(Confined(GfpKernel)));
        Assert.Equal("", full.NodesOf(Confined(GfpUser)));
        Assert.Equal("0", full.NodesOf(Confined(GfpAtomic)));
        // Policy and cpuset together: the policy is the mask, the cpuset a condition.
        Assert.Equal("", full.NodesOf(Confined(GfpUser) with { Policy = Policy(Bind, 0, 1) }));
        Assert.Equal("1", Machine("6.1", Roomy, Roomy).NodesOf(Confined(GfpUser) with { Policy = Policy(Bind, 0, 1) }));
    }

    [Fact]
    public void MEMALLOC_ignores_every_mark_unless_forbidden()
    {
        var machine = Machine("6.1", Full, Full);
        Assert.Equal("0", machine.NodesOf(new AllocationRequest(GfpKernel | MemAlloc, new(0))));
        Assert.Equal("", machine.NodesOf(new AllocationRequest(GfpKernel | MemAlloc | NoMemAlloc, new(0))));
    }

    private static MachineImage Machine(string version, ZoneTuning first, ZoneTuning second) => Of(version,
        Zone(0, 0, ZoneKind.DMA32, Pages, first), Zone(1, 0, ZoneKind.Normal, Pages, first),
        Zone(2, 1, ZoneKind.Normal, Pages, second));

    private static Mempolicy Policy(MempolicyMode mode, params int[] nodes) => Mempolicy.Create(
        mode, NodeSetMeaning.Remapped, [.. nodes.Select(node => new NodeId(node))], default, out _)!;

    private static AllocationRequest Request(GfpFlags gfp, MempolicyMode mode, params int[] nodes) =>
        new(gfp, new(0)) { Policy = Policy(mode, nodes) };

    private static AllocationRequest Huge(GfpFlags gfp) => new(gfp, new(9)) { Policy = Mempolicy.Default };

    private static AllocationRequest Confined(GfpFlags gfp) => new(gfp, new(0)) { MemsAllowed = [new(1)] };

    private static NumaCounts[] Counts(MachineImage machine, params AllocationRequest[] requests)
    {
        var loop = Run(machine, new ScriptTask(0, 0, [.. requests.Select(ScriptTask.Allocate)]));
        return [.. machine.Nodes.Select(node => machine.Zones.Select((zone, slot) => (zone, slot))
            .Where(known => known.zone.Id.Node == node)
            .Select(known => NumaCounts.Of(known.slot, node, loop.Cpus)).Aggregate((a, b) => a + b))];
    }
}
