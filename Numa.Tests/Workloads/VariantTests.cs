using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: a file that extends another is the other with what it says laid over it, whoever reads it and wherever it lies;
// every problem stands where its value was written.
public class VariantTests
{
    private const string Base = """
        name: base
        machine: machines/pair.yaml
        kernel: "4.4"
        sysctls: {vm.min_free_kbytes: 8192}
        occupied: [{zone: "0:Normal", leave: low}]
        workloads:
          fill: {kind: fill, cpus: 0, size: 1GiB, policy: {preferred: 1}}
          other: {kind: storm, cpus: 1, operations: 10}
        """;

    private static readonly Dictionary<string, string> Files = new()
    {
        ["base.yaml"] = Base,
        ["machines/pair.yaml"] = ScenarioTexts.Machine,
        ["machines/far.yaml"] = "extends: pair.yaml\ndistances: [[10, 40], [40, 10]]",
        ["circle-a.yaml"] = "extends: circle-b.yaml",
        ["circle-b.yaml"] = "extends: circle-a.yaml",
        ["deep/below.yaml"] = "extends: ../base.yaml\nmachine: ../machines/far.yaml",
    };

    private static MachineText Find(string path, string? from)
    {
        var file = Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(from ?? "") ?? "", path))
            .Replace('\\', '/');
        return Files.TryGetValue(file, out var text) ? new(file, text) : new(file, null, $"there is no file {file}");
    }

    private static Scenario Parse(string text, params string[] settings) => ScenarioParser.Parse(
        text, "v.yaml", [.. settings.Select(setting => Setting.Parse("--set", setting))], Find);

    private static string[] Problems(string text) => [.. Assert.Throws<InputException>(() => Parse(text)).Problems
        .Select(problem => problem.ToString())];

    [Fact]
    public void Mappings_merge_and_all_else_replaces()
    {
        var scenario = Parse("""
            extends: base.yaml
            occupied: []
            sysctls: {vm.swappiness: 10}
            workloads:
              fill: {size: 2GiB}
              new: {kind: fill, cpus: 2, pages: 5}
            """);
        Assert.Equal(("v", "4.4"), (scenario.Name, scenario.Boot.Kernel?.Value.Name));
        Assert.Equal(["fill", "other", "new"], scenario.Workloads.Select(workload => workload.Name));
        var fill = Assert.IsType<FillWorkload>(scenario.Workloads[0]);
        Assert.Equal((524_288, 1), (fill.Blocks, fill.Basis.Request.PreferredNode!.Value.Value));
        Assert.Empty(scenario.Occupied);
        Assert.Equal(["vm.min_free_kbytes", "vm.swappiness"], scenario.Boot.Sysctls.Select(one => one.Name));
    }

    [Fact]
    public void A_tilde_takes_away_and_what_excludes_replaces()
    {
        var scenario = Parse("""
            extends: base.yaml
            kernel: ~
            occupied:
            workloads:
              fill: {pages: 7, node: 1, policy: {bind: [0]}}
              other: null
            """);
        Assert.Null(scenario.Boot.Kernel);
        Assert.Empty(scenario.Occupied);
        var fill = Assert.IsType<FillWorkload>(Assert.Single(scenario.Workloads));
        Assert.Equal((7, 1), (fill.Blocks, fill.Basis.Cpus.Node!.Value.Value));
        Assert.Equal(0, Assert.Single(fill.Basis.Request.AllowedNodes).Value);
    }

    [Fact]
    public void Another_kind_forgets_the_keys_of_the_old_one()
    {
        var scenario = Parse("extends: base.yaml\nworkloads: {fill: {kind: storm, operations: 4}}");
        var storm = Assert.IsType<StormWorkload>(scenario.Workloads[0]);
        Assert.Equal((4, 0), (storm.Operations, Assert.Single(storm.Basis.Cpus.Cpus).Value));
    }

    [Fact]
    public void Paths_start_from_the_file_in_which_they_are_written()
    {
        var scenario = Parse("extends: deep/below.yaml");
        var machine = Assert.IsType<DescribedMachine>(scenario.Machine).Machine;
        Assert.Equal(("far", 40), (machine.Name, machine.Distances[new(0), new(1)]));
        var inline = Assert.IsType<DescribedMachine>(
            Parse("extends: base.yaml\nmachine: {extends: machines/far.yaml, name: near, distances: ~}").Machine).Machine;
        Assert.Equal(("near", 20), (inline.Name, inline.Distances[new(0), new(1)]));
    }

    [Fact]
    public void Settings_reach_the_whole() => Assert.Equal(262_144, Assert.IsType<FillWorkload>(
        Parse("extends: base.yaml\nworkloads: {other: ~}", "fill.size=1GiB").Workloads[0]).Blocks);

    [Theory]
    [InlineData("extends: bse.yaml", "v.yaml:1:10: error NUMA100: extends 'bse.yaml': there is no file bse.yaml")]
    [InlineData("extends: [base.yaml]",
        "v.yaml:1:10: error NUMA105: extends must be the path of a file, not a list")]
    [InlineData("extends: circle-a.yaml", "circle-b.yaml:1:10: error NUMA112: files extend each other:"
        + " v.yaml -> circle-a.yaml -> circle-b.yaml -> circle-a.yaml")]
    [InlineData("extends: v.yaml", "v.yaml:1:10: error NUMA112: files extend each other: v.yaml -> v.yaml", true)]
    [InlineData("extends: base.yaml\nworkloads: {othr: ~}", "v.yaml:2:13: error NUMA102: 'base.yaml' has no 'othr' to"
        + " take away; did you mean 'other'?")]
    [InlineData("extends: base.yaml\nworkloads: {fill: {siz: 2GiB}}",
        "v.yaml:2:20: error NUMA102: unknown key 'siz' in workload 'fill'; did you mean 'size'?")]
    [InlineData("extends: base.yaml\nworkloads: {fill: ~, other: ~}",
        "v.yaml:2:12: error NUMA103: the scenario has no workload")]
    [InlineData("extends: base.yaml\nmachine: {extends: machines/x.yaml}",
        "v.yaml:2:20: error NUMA100: extends 'machines/x.yaml': there is no file machines/x.yaml")]
    public void A_problem_stands_where_its_value_was_written(string text, string expected, bool self = false)
    {
        if (self) Files["v.yaml"] = text;
        Assert.Equal([expected], Problems(text));
    }

    [Fact]
    public void A_value_of_the_other_file_is_reported_there()
    {
        Files["wrong.yaml"] = Base.Replace("1GiB", "1GB", StringComparison.Ordinal);
        Assert.Equal(["wrong.yaml:7:37: error NUMA106: size: '1GB' is no size; expected a whole number with KiB, MiB,"
            + " GiB or TiB, for example 1GiB"], Problems("extends: wrong.yaml\nkernel: \"4.9\""));
    }

    [Fact]
    public void A_chain_ends_somewhere()
    {
        for (var i = 0; i < 20; i++) Files[$"chain-{i}.yaml"] = $"extends: chain-{i + 1}.yaml";
        Assert.Equal(["chain-14.yaml:1:10: error NUMA114: a chain of more than 16 files that extend each other"],
            Problems("extends: chain-0.yaml"));
    }
}
