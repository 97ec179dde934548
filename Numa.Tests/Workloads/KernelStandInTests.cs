using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: where the rules of an older release stand in for the version asked for, a refusal says so and names both: the
// version itself may well have what is refused.
public class KernelStandInTests
{
    [Theory]
    [InlineData("6.9", "policy: {weightedInterleave: {0: 1}}", "the policy of workload 'fill' needs the rules of Linux"
        + " 6.9 or later; the rule set of Linux 6.1, which stands in for 6.9 here, has none for it")]
    [InlineData("5.15", "policy: {preferredMany: [0]}", "the policy of workload 'fill' needs the rules of Linux 5.15 or"
        + " later; the rule set of Linux 4.14, which stands in for 5.15 here, has none for it")]
    [InlineData("6.1", "policy: {weightedInterleave: {0: 1}}",
        "the policy of workload 'fill' needs Linux 6.9; the machine's kernel is 6.1")]
    public void A_policy_that_is_refused_names_both(string kernel, string policy, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => new ScenarioRunner(TimeProvider.System).PlayAlone(
            ScenarioTexts.Parse(ScenarioTexts.Scenario + "\n    " + policy, $"kernel={kernel}"), new RunOptions(),
            default)).Problems[0].Message);

    [Theory]
    [InlineData("5.4", "vm.watermark_boost_factor=0",
        "the rule set of Linux 4.14, which stands in for 5.4 here, has no vm.watermark_boost_factor")]
    [InlineData("5.4", "vm.numa_zonelist_order=zone", "vm.numa_zonelist_order is 'zone': the rule set of Linux 4.14,"
        + " which stands in for 5.4 here, knows node order only, expected default or node")]
    [InlineData("4.14", "vm.watermark_boost_factor=0", "Linux 4.14 has no vm.watermark_boost_factor")]
    [InlineData("5.4.0-99-generic", "vm.watermark_boost_factor=0",
        "the rule set of Linux 4.14, which stands in for 5.4.0 here, has no vm.watermark_boost_factor")]
    public void A_sysctl_that_is_refused_names_both(string kernel, string setting, string expected) => Assert.Contains(
        expected, Assert.Single(ScenarioTexts.Problems(ScenarioTexts.Scenario, $"kernel={kernel}", setting)),
        StringComparison.Ordinal);

    [Fact]
    public void An_impossible_order_names_both()
    {
        var scenario = ScenarioTexts.Parse(ScenarioTexts.Scenario, "kernel=5.4", "zonelistOrder=zone");
        Assert.Equal("the rule set of Linux 4.14, which stands in for 5.4 here, knows node order only",
            Assert.Single(MachineBoot.Boot(scenario.Machine, scenario.Boot, []).Counterfactuals));
    }

    [Fact]
    public void Rules_that_stand_in_are_the_same_rules()
    {
        var (own, lent) = (KernelRelease.Find("6.1", out _)!, KernelRelease.Find("6.6", out _)!);
        Assert.Equal(("6.1", "6.6"), (lent.Name, lent.StandsInFor));
        Assert.True(lent.HasRulesOf(own));
        Assert.False(lent.HasRulesOf(KernelRelease.Find("6.12", out _)!));
    }
}
