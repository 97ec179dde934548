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
        var error = Assert.Throws<InputException>(() => Load("kernel=4.4,2.4,2.2"));
        Assert.Equal(["--vary kernel=2.4", "--vary kernel=2.2"], error.Problems.Select(problem => problem.At.File));
        Assert.Contains("varied twice", Assert.Throws<InputException>(() => Load("seed=1,9", "seed=2,3")).Message);
    }

    [Fact]
    public void A_seed_is_varied_or_given() => Assert.Contains("expected one of both",
        Assert.Throws<InputException>(() => ExperimentGrid.Load(
            Storm, [], [Variation.Parse("--vary", "seed=1,1001")], 5, 3, RunMetric.All)).Message);

    private static ExperimentGrid Load(params string[] vary) => ExperimentGrid.Load(
        Storm, [], [.. vary.Select(text => Variation.Parse("--vary", text))], 5, null, RunMetric.All);
}
