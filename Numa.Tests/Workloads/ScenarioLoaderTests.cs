using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// What the disk can do to us: nothing there, a folder instead of a file, a path that no disk knows.
public class ScenarioLoaderTests
{
    [Fact]
    public void A_scenario_reads_its_machine_from_its_own_folder()
    {
        var file = Path.Combine(ScenarioTexts.Configs, "scenarios", "page-fault-storm.yaml");
        Assert.Equal("notes-two-node", ScenarioLoader.Load(file, []).Machine.Name);
    }

    [Theory]
    [InlineData("nowhere.yaml", "nowhere.yaml: error NUMA100: there is no file nowhere.yaml")]
    [InlineData("no/where.yaml", "no/where.yaml: error NUMA100: there is no file no/where.yaml")]
    [InlineData(".", ".: error NUMA100: . is a folder; expected a file")]
    [InlineData("", ": error NUMA100: the path is empty; expected a file")]
    [InlineData("a\0b", "a\0b: error NUMA100: cannot be read: *")]
    public void What_is_no_scenario_file_says_so(string path, string expected)
    {
        var problem = Assert.Single(Assert.Throws<InputException>(() => ScenarioLoader.Load(path, [])).Problems);
        if (expected.EndsWith('*')) Assert.StartsWith(expected[..^1], problem.ToString(), StringComparison.Ordinal);
        else Assert.Equal(expected, problem.ToString());
    }

    [Fact]
    public void A_folder_is_a_machine_only_with_a_boot_log_or_a_zoneinfo()
    {
        var folder = Path.Combine(ScenarioTexts.Configs, "scenarios");
        var problem = Assert.Single(
            Assert.Throws<InputException>(() => ScenarioLoader.LoadMachine(folder, [])).Problems);
        Assert.Equal($"folder {folder} holds no dmesg.txt and no zoneinfo.txt", problem.Message);
    }

    [Fact]
    public void A_machine_that_cannot_be_read_is_a_problem_at_its_place_in_the_scenario()
    {
        var problem = Assert.Single(Assert.Throws<InputException>(() => ScenarioParser.Parse(
            ScenarioTexts.Scenario, "x/s.yaml", [], ScenarioLoader.FindMachine)).Problems);
        Assert.Equal("x/s.yaml:1:10: error NUMA100: machine 'pair.yaml': there is no file x/pair.yaml",
            problem.ToString());
    }
}
