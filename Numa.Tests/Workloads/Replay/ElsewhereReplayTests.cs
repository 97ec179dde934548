using Numa.Core.Diagnostics;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Replay;

public class ElsewhereReplayTests
{
    private const string Bind = "p11-bind1";
    private static readonly string Traces = Path.Combine(ScenarioTexts.Configs, "traces", "qemu-6.1-2node-1g");

    // Goal: what is not changed does not change. Method: settings that have the value already.
    [Theory]
    [InlineData("policy.1", "bind:1")]
    [InlineData("zonelistOrder", "node")]
    public void The_same_machine_does_the_same(string path, string value)
    {
        var result = Run(Bind, null, (path, value));
        Assert.Equal((0, 0), (result.OtherZone, result.OtherNode));
        Assert.Equal<ZonePages>(result.Here.Pages, result.There.Pages);
        Assert.Equal(result.Here with { Pages = [] }, result.There with { Pages = [] });
        Assert.Equal(2057, result.Allocations);
        Assert.True(result.Here.Refills > 10 && result.Here.Drains > 1);
    }

    // Goal: a policy moves exactly its pages. Method: every allocation of the phase is task 1's on CPU 0.
    [Fact]
    public void Without_its_policy_the_task_stays_on_its_node()
    {
        var result = Run(Bind, null, ("policy.1", "local"));
        Assert.Equal((2057, 2057), (result.OtherZone, result.OtherNode));
        Assert.Equal((0, 0.0), (result.Here.Local, result.Here.LocalShare));
        Assert.Equal((result.There.Pages.Sum(zone => zone.Pages), 1.0), (result.There.Local, result.There.LocalShare));
        Assert.Equal([("0:DMA", 0), ("0:DMA32", 2057), ("1:DMA32", 0)],
            result.There.Pages.Select(zone => (zone.Zone, (int)zone.Pages)));
    }

    // Goal: marks are computed anew over the capture's own lists. Method: this min_free_kbytes puts the low marks of
    // both nodes above their free pages (224,716 and 239,076), so that kswapd is woken.
    [Fact]
    public void A_sysctl_moves_marks_and_lists_stay()
    {
        var calm = Run("p12-preferred1", null, ("policy.1", "preferred:0"));
        var tight = Run("p12-preferred1", null, ("policy.1", "preferred:0"), ("vm.min_free_kbytes", "1600000"));
        Assert.Equal(0, calm.There.KswapdWakes);
        Assert.True(tight.There.KswapdWakes > 0);
        Assert.Equal<ZonePages>(calm.Here.Pages, tight.Here.Pages);
    }

    // Goal: another machine begins as it boots; what belongs to the capture's memory is left out and counted.
    [Fact]
    public void Another_machine_begins_at_its_boot()
    {
        var result = Run(Bind, Path.Combine(ScenarioTexts.Configs, "machines", "two-socket-8g.yaml"));
        Assert.Equal(2057, result.OtherZone);
        Assert.Equal(0, result.OtherNode);
        Assert.Contains(result.There.Pages, zone => zone is { Zone: "1:Normal", Pages: 2057 });
        Assert.Contains("two-socket-8g begins as boot leaves it", result.Notes);
    }

    [Fact]
    public void Requests_of_missing_CPUs_go_round_and_missing_nodes_are_refused()
    {
        var one = Path.Combine(ScenarioTexts.Configs, "machines", "notes-32g.yaml");
        var refusal = Assert.Throws<InputException>(() => Run(Bind, one));
        Assert.Contains("names node 1", Assert.Single(refusal.Problems).Message, StringComparison.Ordinal);
        var result = Run(Bind, one, ("policy.1", "local"));
        Assert.Equal((1.0, 0), (result.There.LocalShare, result.There.Failures));
    }

    [Theory]
    [InlineData("policy.1", "round:0", "--set policy.1=round:0: error NUMA113: no policy of a task")]
    [InlineData("zonelistordr", "node", "--set zonelistordr=node: error NUMA113: no setting 'zonelistordr'")]
    [InlineData("policy.1", "bind:9", "policy of task 1 in p11-bind1: error NUMA111: the policy names node 9")]
    public void A_wrong_setting_is_refused(string path, string value, string expected)
    {
        var refusal = Assert.Throws<InputException>(() => Run(Bind, null, (path, value)));
        Assert.StartsWith(expected, Assert.Single(refusal.Problems).ToString(), StringComparison.Ordinal);
    }

    private static ElsewhereResult Run(string phase, string? machine, params (string Path, string Value)[] settings) =>
        Assert.Single(ElsewhereReplay.Run(new(Traces, phase, new Dictionary<int, TaskPolicy>(), machine,
            [.. settings.Select(setting => new Setting("--set", setting.Path, setting.Value))])));
}
