using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Workloads.Experiments;

// Goal: a figure is exact because it must be, never because seeds happened to agree.
public class SeedRuleTests
{
    [Theory]
    [InlineData("{kind: fill, cpus: 0, size: 8MiB}", "", SeedRule.Placement)]
    [InlineData("{kind: fill, cpus: 0, size: 8MiB, think: 9ns}", "", SeedRule.Run)]
    [InlineData("{kind: storm, cpus: 0, workingSet: 1MiB, release: all, operations: 500}", "", SeedRule.Placement)]
    [InlineData("{kind: fill, cpus: 0-1, size: 8MiB}", "", SeedRule.None)]
    [InlineData("{kind: fill, cpus: 0-1, size: 8MiB, think: 0}", "", SeedRule.Run)]
    [InlineData("{kind: fill, cpus: 0, size: 8MiB}", "duration: 1ms", SeedRule.None)]
    [InlineData("{kind: fill, cpus: 0, size: 8MiB}", "events: [{at: 1us, set: {vm.min_free_kbytes: 4096}}]",
        SeedRule.None)]
    [InlineData("{kind: toggle, cpus: 0, slots: 9, mix: order0, operations: 500}", "", SeedRule.None)]
    [InlineData("{kind: huge-page-faults, cpus: 0, size: 8MiB}", "", SeedRule.Placement)]
    [InlineData("{kind: allocator-benchmark, cpus: 0, size: 8MiB, pattern: bulk, think: 20ns}", "", SeedRule.Placement)]
    [InlineData("{kind: allocator-benchmark, cpus: 0-1, size: 8MiB, pattern: repeat}", "", SeedRule.Run)]
    [InlineData("{kind: allocator-benchmark, cpus: 0, size: 8MiB, pattern: random}", "", SeedRule.None)]
    [InlineData("{kind: producer-consumer, cpus: 0, consumers: 1, think: 20ns}", "", SeedRule.None)]
    [InlineData("{kind: producer-consumer, cpus: 0, consumers: 1, think: 0}", "", SeedRule.Run)]
    [InlineData("{kind: aging, cpus: 0, size: 8MiB}", "", SeedRule.None)]
    [InlineData("{kind: slab-churn, cpus: 0, operations: 200}", "", SeedRule.None)]
    public void A_rule_holds_where_nothing_that_matters_is_drawn(string workload, string more, object rule)
    {
        var text = $"machine: pair.yaml\n{more}\nworkloads:\n  work: {workload}\n";
        var experiment = new Experiment([SmallExperiment.Cell(text, [])], 4, RunMetric.All);
        var runs = SmallExperiment.Play(experiment, records: true);
        Assert.Equal(rule, SeedRules.Of(experiment.Cells[0].Scenario, runs[0].Record!.Machine));
        // What the rule claims, the runs must bear out.
        if ((SeedRule)rule == SeedRule.Run) Assert.Single(runs.Select(run => run.Hash).Distinct());
        if ((SeedRule)rule == SeedRule.Placement) Assert.Single(runs.Select(run => run.PlacementHash).Distinct());
    }

    [Fact]
    public void Seeds_that_agree_without_a_rule_are_no_proof()
    {
        const string many = "machine: pair.yaml\nworkloads:\n  work: {kind: fill, cpus: 0-1, size: 8MiB}\n";
        const string one = "machine: pair.yaml\nworkloads:\n  work: {kind: fill, cpus: 0, size: 8MiB}\n";
        var (agreed, ruled) = (Failed(many), Failed(one));
        Assert.Equal((MetricBasis.Interval, "3 seeds agree, none must"), (agreed.Basis, agreed.BasisNote));
        Assert.Equal(DifferenceVerdict.NotFound, agreed.Differences[0].Verdict);
        Assert.Equal((MetricBasis.Exact, "3/3 seeds"), (ruled.Basis, ruled.BasisNote));
        Assert.Equal(DifferenceVerdict.Fixed, ruled.Differences[0].Verdict);
    }

    private static MetricResult Failed(string text) => SmallExperiment.Compare(
        SmallExperiment.Of(text, 3, "zonelistOrder", "node", "zone")).Metrics.Single(metric => metric.Name == "failed");
}
