using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Workloads.Experiments;

// Goal: what stands beside the figures of an arm is that arm's own, whatever was varied.
public class ArmsOfTheirOwnTests
{
    private const string Fill = "machine: pair.yaml\nkernel: '6.1'\nworkloads:\n  fill: {kind: fill, cpus: 0, size: 8MiB}\n";

    [Fact]
    public void Each_arm_walks_as_its_own_policy_says()
    {
        var walks = Compare("fill.policy", "local", "{bind: [1]}", "{interleave: [0, 1]}", "{preferredMany: [1]}").Walks;
        var ofNode0 = walks.Single(walk => walk.Group == "CPUs of node 0");
        Assert.False(ofNode0.Same);
        Assert.Contains("1:", ofNode0.PerArm[0]);
        Assert.DoesNotContain("0:", ofNode0.PerArm[1]);
        Assert.Equal("nodes 0,1 in turn, each by its own list", ofNode0.PerArm[2]);
        Assert.StartsWith("of nodes 1 first, then of all: 0:", ofNode0.PerArm[3]);
    }

    [Fact]
    public void A_cpuset_takes_zones_off_the_walk() => Assert.DoesNotContain("1:",
        Compare("fill.mems", "[0, 1]", "[0]").Walks.Single(walk => walk.Group == "CPUs of node 0").PerArm[1]);

    [Fact]
    public void Costs_that_differ_are_no_default_set()
    {
        var p99 = Compare("costs.holdBase", "1000", "2000").Metrics.Single(metric => metric.Name == "latency p99");
        Assert.Contains("cost sets that differ", p99.BasisNote);
    }

    [Fact]
    public void Where_kernels_differ_a_note_says_in_what()
    {
        var note = Assert.Single(Compare("kernel", "4.4", "4.9").Notes,
            note => note.StartsWith("the kernels differ in: ", StringComparison.Ordinal));
        Assert.Contains("fair zone policy", note);
        Assert.DoesNotContain(Compare("kernel", "4.4", "4.4.178").Notes,
            note => note.StartsWith("the kernels differ", StringComparison.Ordinal));
    }

    // Goal: the law of reachable difference is about orders of zones; where arms ask for other things it says nothing.
    [Fact]
    public void Arms_that_ask_for_other_things_have_no_reachable_difference() =>
        Assert.Empty(Compare("fill.policy", "local", "{bind: [1]}").Reachable);

    // Goal: who gets nothing is neither local nor fast. Method: CPUs of node 1 ask for DMA of their own node, which has
    // none.
    [Fact]
    public void An_arm_that_gets_no_page_has_no_share_of_pages_and_no_rate()
    {
        var result = SmallExperiment.Compare(SmallExperiment.Of(Fill.Replace("cpus: 0", "cpus: 2"), 2, "fill.gfp",
            "GFP_KERNEL", "GFP_DMA|__GFP_THISNODE|GFP_NOWAIT"));
        Assert.Equal((1.0, null), Values("local share"));
        Assert.Equal((10.0, null), Values("mean distance (SLIT)"));
        Assert.Equal((0.0, 1.0), Values("failed"));
        Assert.Equal(0, Values("allocations").Item2);
        Assert.DoesNotContain(result.Notes, note => note.StartsWith("every page came", StringComparison.Ordinal));

        (double?, double?) Values(string name)
        {
            var metric = result.Metrics.Single(metric => metric.Name == name);
            return (metric.Values[0].Mean, metric.Values[1].Mean);
        }
    }

    [Fact]
    public void Every_release_that_cannot_do_it_is_named()
    {
        var cells = new[] { "6.1", "6.12" }.Select(kernel => SmallExperiment.Cell(Fill,
            [new("--vary", "kernel", kernel), new("--vary", "zonelistOrder", "zone")]));
        Assert.Equal("Linux 6.1 knows node order only; Linux 6.12 knows node order only",
            SmallExperiment.Compare(new Experiment([.. cells], 1, RunMetric.All)).Counterfactual);
    }

    [Theory]
    [InlineData("{kind: fill, cpus: 0, size: 8MiB}", MetricBasis.Exact)]
    [InlineData("{kind: toggle, cpus: 0, slots: 9, mix: order0, operations: 500}", MetricBasis.Exact)]
    [InlineData("{kind: fill, cpus: all, size: 8MiB}", MetricBasis.Model)]
    [InlineData("{kind: slab-churn, cpus: 0, operations: 200}", MetricBasis.Model)]
    public void Placement_is_exact_where_no_time_decides_it(string workload, MetricBasis basis)
    {
        var experiment = new Experiment(
            [SmallExperiment.Cell($"machine: pair.yaml\nworkloads:\n  work: {workload}\n", [])], 1, RunMetric.All);
        Assert.Equal(basis, SmallExperiment.Play(experiment, records: true)[0].Record!.Result.PlacementBasis);
    }

    [Fact]
    public void A_task_that_is_killed_or_sleeps_for_ever_has_ended_early()
    {
        const string text = """
            machine: pair.yaml
            workloads:
              fill: {kind: fill, cpus: 0, size: 100GiB}
              small: {kind: fill, cpus: 1, size: 1MiB}
            """;
        var result = SmallExperiment.Compare(SmallExperiment.Of(text, 2, "fill.cpus", "0", "2"));
        Assert.All(result.Arms, arm => Assert.Equal(("fill", "killed", 2), Early(arm)));

        static (string, string, int) Early(ArmResult arm)
        {
            var early = Assert.Single(arm.EarlyEnds);
            return (early.Workload, early.End, early.Runs);
        }
    }

    private static ComparisonResult Compare(string path, params ImmutableArray<string> values) =>
        SmallExperiment.Compare(SmallExperiment.Of(Fill, 1, path, [.. values]));
}
