using System.Text.Json;
using System.Text.Json.Nodes;
using Numa.Cli.Execution;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

// Goal: what a user sees of a run depends on scenario and seed alone. Method: the command in this process, twice.
public class CommandLineTests
{
    private static readonly string Storm = Path.Combine(ScenarioTexts.Configs, "scenarios", "page-fault-storm.yaml");

    [Fact]
    public async Task One_seed_gives_one_result_with_any_number_of_threads()
    {
        var first = await JsonAsync("--seed", "7", "--threads", "1");
        var again = await JsonAsync("--seed", "7", "--threads", "1");
        var parallel = await JsonAsync("--seed", "7", "--threads", "2");
        var other = await JsonAsync("--seed", "8", "--threads", "1");
        Assert.Equal(first["hash"]!.GetValue<string>(), parallel["hash"]!.GetValue<string>());
        Assert.NotEqual(first["hash"]!.GetValue<string>(), other["hash"]!.GetValue<string>());
        Assert.Equal(WithoutWallTime(first), WithoutWallTime(again));
        Assert.Equal(WithoutWallTime(first), WithoutWallTime(parallel));
    }

    private static string WithoutWallTime(JsonObject run)
    {
        Assert.True(run.Remove("wallSeconds") && run.Remove("operationsPerSecond"));
        var text = run.ToJsonString();
        run["wallSeconds"] = 0;
        run["operationsPerSecond"] = 0;
        return text;
    }

    private static async Task<JsonObject> JsonAsync(params string[] options)
    {
        string[] args = ["run", Storm, "--set", "storm.operations=2000", "--format", "json", .. options];
        var run = await CommandLineRun.OfAsync(args, new Simulator(TimeProvider.System));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonSerializer.Deserialize<JsonObject>(run.Output)!;
    }
}
