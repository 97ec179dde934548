using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// One grammar names every setting: a sysctl, a path in the scenario, or its unique tail.
public class SettingTests
{
    [Theory]
    [InlineData("workloads.fill.size=2GiB")]
    [InlineData("fill.size=2GiB")]
    [InlineData("size=2GiB")]
    public void A_path_and_each_of_its_unique_tails_name_the_same(string setting) =>
        Assert.Equal(524_288, Fill(ScenarioTexts.Parse(ScenarioTexts.Scenario, setting)).Blocks);

    [Theory]
    [InlineData("zonelistOrder=zone")]
    [InlineData("machine.zonelistOrder=zone")]
    [InlineData("vm.numa_zonelist_order=zone")]
    [InlineData("sysctls.vm.numa_zonelist_order=zone")]
    public void The_order_of_zonelists_has_many_names_and_one_home(string setting) =>
        Assert.Equal("zone", Machine(ScenarioTexts.Parse(ScenarioTexts.Scenario, setting)).Settings.ZonelistOrder);

    [Fact]
    public void Settings_reach_into_the_machine_file()
    {
        var machine = Machine(ScenarioTexts.Parse(ScenarioTexts.Scenario, "machine.nodes.1.memory=8GiB", "kernel=4.9",
            "machine.nodes.0.managed.DMA32=5", "machine.distances=[[10, 31], [31, 10]]",
            "vm.lowmem_reserve_ratio=256 16 32", "transparentHugepages=never"));
        Assert.Equal(8L << 30, machine.Nodes[1].Memory.Bytes);
        Assert.Equal(new(5), machine.Nodes[0].Managed[ZoneKind.DMA32]);
        Assert.Equal("4.9", machine.Release.Name);
        Assert.Equal(31, machine.Distances[new(0), new(1)]);
        Assert.Equal("256 16 32", string.Join(' ', machine.Settings.LowmemReserveRatio));
        Assert.Equal(Numa.Core.Boot.HugePageMode.Never, machine.Settings.HugePages);
    }

    [Fact]
    public void A_later_setting_wins_and_a_whole_structure_can_be_set()
    {
        var fill = Fill(ScenarioTexts.Parse(
            ScenarioTexts.Scenario, "fill.size=2GiB", "fill.size=3GiB", "fill.policy={bind: [1]}", "fill.cpus=all"));
        Assert.Equal(3 << 18, fill.Blocks);
        Assert.Equal(new NodeId(1), Assert.Single(fill.Basis.Request.AllowedNodes));
        Assert.True(fill.Basis.Cpus.Cpus.IsEmpty);
    }

    // As where a file extends another: of keys that exclude each other the later one holds.
    [Theory]
    [InlineData("pages: 512", "fill.size=1GiB", 262_144)]
    [InlineData("size: 1GiB", "fill.pages=512", 512)]
    [InlineData("size: 1GiB", "fill.pages=5,fill.size=2MiB", 512)]
    public void A_setting_replaces_the_key_that_it_excludes(string written, string settings, long blocks)
    {
        var text = ScenarioTexts.Scenario.Replace("size: 1GiB", written, StringComparison.Ordinal);
        Assert.Equal(blocks, Fill(ScenarioTexts.Parse(text, settings.Split(','))).Blocks);
    }

    [Fact]
    public void A_setting_replaces_cpus_by_a_node_and_one_policy_by_another()
    {
        var fill = Fill(ScenarioTexts.Parse(ScenarioTexts.Scenario + "\n    policy: {bind: [0], flags: static}",
            "fill.node=1", "fill.policy.preferred=1"));
        Assert.Equal(new NodeId(1), fill.Basis.Cpus.Node);
        Assert.Equal(new NodeId(1), fill.Basis.Request.Policy!.PreferredNode);
        Assert.Equal(Numa.Core.Mempolicies.NodeSetMeaning.Static, fill.Basis.Request.Policy.Meaning);
    }

    [Fact]
    public void Another_kind_takes_no_key_of_the_former_with_it() => Assert.IsType<StormWorkload>(
        ScenarioTexts.Parse(ScenarioTexts.Scenario, "fill.kind=storm").Workloads[0]);

    [Fact]
    public void Another_machine_is_found_from_the_working_directory()
    {
        string? from = "unset";
        var other = new Setting("--set", "machine", "b/other.yaml");
        ScenarioParser.Parse(ScenarioTexts.Scenario, "a/s.yaml", [other], (path, file) =>
        {
            from = file;
            return new(path, ScenarioTexts.Machine);
        });
        Assert.Null(from);
    }

    [Theory]
    [InlineData("zonelistOrdr=zone", "--set zonelistOrdr=zone: error NUMA113: no setting 'zonelistOrdr';"
        + " did you mean 'zonelistOrder'?")]
    [InlineData("fill.sise=1GiB", "--set fill.sise=1GiB: error NUMA113: no setting 'fill.sise';"
        + " did you mean 'fill.size'?")]
    [InlineData("vm.min_free=1", "--set vm.min_free=1: error NUMA113: no sysctl 'vm.min_free';"
        + " did you mean 'vm.min_free_kbytes'?")]
    [InlineData("vm.zzz=1", "--set vm.zzz=1: error NUMA113: no sysctl 'vm.zzz';"
        + " expected one of vm.min_free_kbytes, vm.watermark_scale_factor, vm.watermark_boost_factor,"
        + " vm.lowmem_reserve_ratio, vm.percpu_pagelist_fraction, vm.percpu_pagelist_high_fraction,"
        + " vm.numa_zonelist_order, vm.zone_reclaim_mode, vm.swappiness")]
    [InlineData("memory=1GiB", "--set memory=1GiB: error NUMA113: 'memory' is ambiguous:"
        + " machine.nodes.0.memory, machine.nodes.1.memory")]
    [InlineData("fill.size=1GB", "--set fill.size=1GB: error NUMA106: size: '1GB' is no size;"
        + " expected a whole number with KiB, MiB, GiB or TiB, for example 1GiB")]
    [InlineData("fill.cpus=[", "--set fill.cpus=[: error NUMA101: no valid YAML: *")]
    [InlineData("machine=missing.yaml", "--set machine=missing.yaml: error NUMA100: machine 'missing.yaml': there is no"
        + " file missing.yaml")]
    [InlineData("fill.slots=2", "--set fill.slots=2: error NUMA113: no setting 'fill.slots'; slots is a key of toggle,"
        + " not of fill, which has size, pages, by and lru")]
    [InlineData("workloads.fill.slot=2", "--set workloads.fill.slot=2: error NUMA113: no setting 'workloads.fill.slot';"
        + " did you mean 'slots'? It is a key of toggle, not of fill, which has size, pages, by and lru")]
    [InlineData("fill.sise=2", "--set fill.sise=2: error NUMA113: no setting 'fill.sise'; did you mean 'fill.size'?")]
    [InlineData("slots=2", "--set slots=2: error NUMA113: no setting 'slots'; slots is a key of toggle, and no workload"
        + " of the scenario is of such a kind")]
    [InlineData("fill.order=1,2", "--set fill.order=1,2: error NUMA106: order must be a whole number, not '1,2';"
        + " several values are for --vary of compare and sweep")]
    [InlineData("fill.order=1..2", "--set fill.order=1..2: error NUMA106: order must be a whole number, not '1..2';"
        + " several values are for --vary of compare and sweep")]
    [InlineData("seed=", "--set seed=: error NUMA106: seed must be a whole number, not ''")]
    [InlineData("kernel=*x", "--set kernel=*x: error NUMA114: anchors and aliases are not read; write the value out")]
    public void A_wrong_setting_is_reported_as_it_was_given(string setting, string expected)
    {
        var problem = Assert.Single(ScenarioTexts.Problems(ScenarioTexts.Scenario, setting));
        if (expected.EndsWith('*')) Assert.StartsWith(expected[..^1], problem, StringComparison.Ordinal);
        else Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("kernel", "--vary kernel: error NUMA113: expected path=value, for example --vary zonelistOrder=zone")]
    [InlineData("kernel=4.4,4.4", "--vary kernel=4.4,4.4: error NUMA113: values that stand more than once: 4.4; expected"
        + " each once")]
    [InlineData("kernel=", "--vary kernel=: error NUMA113: no value; expected two or more different values"
        + " separated by commas, or a range, for example --vary zonelistOrder=node,zone or 1..64:x2")]
    public void A_wrong_variation_says_why(string text, string expected) => Assert.Equal(
        expected, Assert.Throws<InputException>(() => Variation.Parse("--vary", text)).Message);

    [Fact]
    public void A_variation_is_one_setting_for_each_value() => Assert.Equal(
        [new Setting("--vary", "kernel", "3.10"), new Setting("--vary", "kernel", "4.4")],
        Variation.Parse("--vary", "kernel=3.10, 4.4").Settings);

    [Fact]
    public void An_older_release_that_stands_in_is_noted() => Assert.Equal(
        "kernel 4.10: the rules of 4.9, the nearest older release, stand in",
        Assert.Single(ScenarioTexts.Parse(ScenarioTexts.Scenario, "kernel=4.10").Notes));

    [Fact]
    public void A_sysctl_that_the_release_lacks_is_not_suggested()
    {
        var file = ScenarioLoader.LoadMachine(TwoNodes, [new("--kernel", "kernel", "4.4")]);
        Setting after = new("--after", "vm.watermark_scale_factor", "10");
        Assert.Equal("--after vm.watermark_scale_factor=10: error NUMA102: Linux 4.4 has no sysctl"
            + " 'vm.watermark_scale_factor'; expected one of vm.min_free_kbytes, vm.lowmem_reserve_ratio,"
            + " vm.percpu_pagelist_fraction, vm.numa_zonelist_order, vm.zone_reclaim_mode, vm.swappiness,"
            + " transparent_hugepage.enabled",
            Assert.Throws<InputException>(() => MachineBoot.Boot(file.Machine, file.Boot, [after])).Message);
    }

    [Fact]
    public void An_option_of_its_own_is_named_as_it_was_written() => Assert.StartsWith("--kernel 2.4: error NUMA108",
        Assert.Throws<InputException>(() => ScenarioLoader.LoadMachine(TwoNodes, [new("--kernel", "kernel", "2.4")]))
            .Message, StringComparison.Ordinal);

    private static string TwoNodes => Path.Combine(ScenarioTexts.Configs, "machines", "notes-two-node.yaml");

    private static FillWorkload Fill(Scenario scenario) => Assert.IsType<FillWorkload>(scenario.Workloads[0]);

    private static Numa.Core.Boot.SyntheticMachine Machine(Scenario scenario) =>
        Assert.IsType<DescribedMachine>(scenario.Machine).Machine;
}
