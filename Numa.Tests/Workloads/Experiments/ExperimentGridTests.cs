using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

public sealed class ExperimentGridTests
{
    private static readonly string Storm = Path.Combine(ScenarioTexts.Configs, "scenarios", "page-fault-storm.yaml");
    private static readonly string Machines = Path.Combine(ScenarioTexts.Configs, "machines");

    [Fact]
    public void A_grid_has_a_cell_for_every_combination_the_last_setting_fastest()
    {
        var grid = Load("kernel=4.4,6.1", "workloads.storm.cpus=0,default");
        Assert.Equal(["kernel=4.4 cpus=0", "kernel=4.4 cpus=default", "kernel=6.1 cpus=0", "kernel=6.1 cpus=default"],
            grid.Experiment.Cells.Select(cell => cell.Name));
        Assert.Equal([2, 1, 2, 1], grid.Experiment.Cells.Select(cell => cell.Settings.Length));
        Assert.Equal("kernel, workloads.storm.cpus", grid.Paths);
        Assert.Equal(new(0, 0, 1), grid.Experiment.Runs.First());
        Assert.Equal(new(1, 0, 1), grid.Experiment.Runs.ElementAt(1));
        Assert.Equal(new(0, 1, 2), grid.Experiment.Runs.ElementAt(4));
    }

    [Fact]
    public void Machines_costs_and_seeds_can_be_varied()
    {
        var grid = Load($"machine={Machines}/notes-two-node.yaml,{Machines}/two-socket-8g.yaml",
            "costs.holdBase=600,618");
        Assert.Equal(["notes-two-node", "two-socket-8g"],
            grid.Experiment.Cells.Select(cell => cell.Scenario.Machine.Name).Distinct());
        Assert.Equal("machine=notes-two-node holdBase=600", grid.Experiment.Cells[0].Name);
        Assert.True(grid.Experiment.IsPaired);
        var seeds = Load("seed=1,1001");
        Assert.False(seeds.Experiment.IsPaired);
        Assert.Equal([1UL, 1001], seeds.Experiment.Cells.Select(cell => cell.FirstSeed));
    }

    [Fact]
    public void Without_variations_those_of_the_scenario_are_taken()
    {
        var own = Path.Combine(ScenarioTexts.Configs, "scenarios", "one-node-fill.yaml");
        var grid = ExperimentGrid.Load(own, [], [], 5, null, RunMetric.All);
        Assert.Equal(["node", "zone"], grid.Experiment.Cells.Select(cell => cell.Name));
        Assert.Contains("nothing is varied",
            Assert.Throws<InputException>(() => ExperimentGrid.Load(Storm, [], [], 5, null, RunMetric.All)).Message);
    }

    [Fact]
    public void Problems_of_all_cells_come_at_once()
    {
        var error = Assert.Throws<InputException>(() => Load("kernel=4.4,2.4", "storm.cpus=0,0-"));
        Assert.Equal(["--vary kernel=2.4", "--vary storm.cpus=0-"], error.Problems.Select(problem => problem.At.File)
            .Order(StringComparer.Ordinal));
        Assert.Contains("varied twice", Assert.Throws<InputException>(() => Load("seed=1,9", "seed=2,3")).Message);
    }

    [Fact]
    public void A_cause_is_told_once_however_many_values_have_it()
    {
        Assert.Equal(["--vary workloads.storm.order=11: error NUMA107: order is 11; expected 0 to 10 "
            + "(likewise 12, 13, 14, 15, 16 and 4 more)"], Problems("workloads.storm.order=9..20"));
        Assert.Equal(["--vary storm.cpu: error NUMA113: no setting 'storm.cpu'; did you mean 'storm.cpus'?"],
            Problems("storm.cpu=1,2,3"));
        // "a" is a word of the message as well; a wrong number is another cause than a wrong word.
        Assert.Equal(
            [
                "--vary storm.order=a: error NUMA106: order must be a whole number, not 'a' (likewise b)",
                "--vary storm.order=11: error NUMA107: order is 11; expected 0 to 10",
            ], Problems("storm.order=a,b,11", "kernel=4.4,6.1"));
    }

    [Fact]
    public void A_wrong_list_does_not_hide_what_else_is_wrong() =>
        Assert.Equal(
            [
                "--vary storm.cpus=3..1: error NUMA113: '3..1' runs backwards, as 3 is more than 1; expected 1..3",
                "--vary kernel: error NUMA113: expected path=value, for example --vary zonelistOrder=zone",
                "--set storm.orde=3: error NUMA113: no setting 'storm.orde'; did you mean 'storm.order'?",
                "--vary storm.order=11: error NUMA107: order is 11; expected 0 to 10",
            ],
            Assert.Throws<InputException>(() => ExperimentGrid.Load(Storm, [new("--set", "storm.orde", "3")],
                [
                    Variation.Read("--vary", "storm.cpus=3..1"), Variation.Read("--vary", "kernel"),
                    Variation.Read("--vary", "storm.order=0,11"),
                ], 5, null, RunMetric.All)).Problems.Select(problem => problem.ToString()));

    [Fact]
    public void A_seed_is_varied_or_given() => Assert.Contains("expected one of both",
        Assert.Throws<InputException>(() => ExperimentGrid.Load(
            Storm, [], [Variation.Parse("--vary", "seed=1,1001")], 5, 3, RunMetric.All)).Message);

    private static IEnumerable<string> Problems(params string[] vary) =>
        Assert.Throws<InputException>(() => Load(vary)).Problems.Select(problem => problem.ToString());

    private static ExperimentGrid Load(params string[] vary) => ExperimentGrid.Load(
        Storm, [], [.. vary.Select(text => Variation.Parse("--vary", text))], 5, null, RunMetric.All);
}
