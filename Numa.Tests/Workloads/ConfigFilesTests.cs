using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: every file in configs/ is valid, and says what its comments promise.
public class ConfigFilesTests
{
    public static TheoryData<string> Scenarios => Files("scenarios");

    public static TheoryData<string> Machines => Files("machines");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_scenario_of_ours_is_valid(string name)
    {
        var scenario = Load(name);
        Assert.Equal(name, scenario.Name);
        Assert.NotEmpty(scenario.Workloads);
        Assert.Empty(scenario.Notes);
        foreach (var variation in scenario.Compare)
        {
            foreach (var setting in variation.Settings.OfType<Setting>()) Load(name, setting);
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void A_machine_of_ours_is_valid(string name)
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", name + ".yaml"), []);
        Assert.Equal(name, file.Machine.Name);
        Assert.Empty(file.Notes);
    }

    [Fact]
    public void The_notes_machine_has_the_managed_pages_of_the_notes()
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", "notes-32g.yaml"), []);
        var machine = Assert.IsType<DescribedMachine>(file.Machine).Machine;
        var node = Assert.Single(machine.Nodes);
        Assert.Equal(32L << 30, node.Memory.Bytes);
        Assert.Equal(8, node.Cpus.Length);
        Assert.Equal(new(3973), node.Managed[ZoneKind.DMA]);
        Assert.Equal(new(464142), node.Managed[ZoneKind.DMA32]);
        Assert.Equal(new(7726451), node.Managed[ZoneKind.Normal]);
        Assert.Equal((2ul << 30, 4ul << 30), Assert.Single(machine.Holes));
        Assert.Equal("4.4", machine.Release.Name);
    }

    [Fact]
    public void The_one_node_fill_is_80_GiB_of_single_pages_from_CPU_0()
    {
        var scenario = Load("one-node-fill");
        var machine = Assert.IsType<DescribedMachine>(scenario.Machine).Machine;
        Assert.Equal(("notes-two-node", "3.10", "default"),
            (machine.Name, machine.Release.Name, machine.Settings.ZonelistOrder));
        Assert.Equal(21, machine.Distances[new(0), new(1)]);
        var fill = Assert.IsType<FillWorkload>(Assert.Single(scenario.Workloads));
        Assert.Equal(20_971_520, fill.Blocks);
        Assert.Equal(new CpuId(0), Assert.Single(fill.Basis.Cpus.Cpus));
        Assert.Equal(new(GfpFlags.GfpHighUserMovable, new(0)) { IsFault = true }, fill.Basis.Request);
        Assert.Equal("node,zone", string.Join(',', Assert.Single(scenario.Compare).Values));
    }

    [Fact]
    public void The_largest_machine_has_16_TiB_and_4096_CPUs_and_falls_back_on_its_own_board_first()
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", "big-64node.yaml"), []);
        var machine = Assert.IsType<DescribedMachine>(file.Machine).Machine;
        Assert.Equal(64, machine.Nodes.Length);
        Assert.Equal(16L << 40, machine.Nodes.Sum(node => node.Memory.Bytes));
        Assert.Equal(4096, machine.Nodes.Sum(node => node.Cpus.Length));
        var image = MachineBoot.Boot(file.Machine, file.Boot, []).Image;
        image.RequireFreeLists();
        var order = image.Zonelists[new(17)].FallbackOrder;
        Assert.Equal(Enumerable.Range(16, 16), order.Take(16).Select(node => node.Value).Order());
        Assert.Equal(Enumerable.Range(48, 16), order.TakeLast(16).Select(node => node.Value).Order());
    }

    [Fact]
    public void The_spills_boot_from_captures_in_their_order()
    {
        var scenario = Load("spill-4.4-zone");
        Assert.Equal("spill-4.4.178-zone", Assert.IsType<CapturedMachine>(scenario.Machine).Name);
        Assert.Equal("zone", scenario.Boot.ZonelistOrder);
        Assert.Equal("zone", scenario.Boot.ApplyTo(new(), Numa.Core.Kernels.KernelRelease.Known[4]).ZonelistOrder);
    }

    // Captures come from elsewhere: what this test holds is the scenario, not that the folder is there.
    private static Scenario Load(string name, params Setting[] settings)
    {
        var file = Path.Combine(ScenarioTexts.Configs, "scenarios", name + ".yaml");
        return ScenarioParser.Parse(File.ReadAllText(file), file, settings, (path, from) =>
            path.EndsWith(".yaml", StringComparison.Ordinal)
                ? ScenarioLoader.FindMachine(path, from)
                : new(path, null));
    }

    private static TheoryData<string> Files(string folder) => [.. Directory
        .GetFiles(Path.Combine(ScenarioTexts.Configs, folder), "*.yaml")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];
}
