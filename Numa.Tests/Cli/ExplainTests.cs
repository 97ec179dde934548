using System.Text.Json;
using System.Text.RegularExpressions;
using Numa.Cli.Execution;
using Numa.Tests.Snapshots;
using Numa.Tests.Workloads;

namespace Numa.Tests.Cli;

/// <summary><c>numa explain allocation</c> and <c>numa explain page</c> as a person meets them.</summary>
public sealed class ExplainTests : IDisposable
{
    private const string Pair = """
        seed: 3
        machine: pair.yaml
        workloads:
          first: {kind: fill, cpus: 0, size: 64MiB}
          then: {kind: fill, cpus: 0, size: 3GiB, after: first}
        """;

    private static readonly string TwoNodes = Path.Combine(ScenarioTexts.Configs, "machines", "notes-two-node.yaml");
    private readonly string _folder = Directory.CreateTempSubdirectory("numa-explain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_walk_of_an_allocation()
    {
        var run = await NumaAsync("explain", "allocation", TwoNodes, "--gfp", "GFP_KERNEL", "--kernel", "6.1",
            "--free", "0:Normal=low", "--free", "0:DMA32=100");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Snapshot.Matches("explain-allocation", run.Output);

        var failed = await NumaAsync("explain", "allocation", TwoNodes, "--gfp", "GFP_ATOMIC|__GFP_THISNODE",
            "--order", "3", "--node", "1", "--kernel", "4.4", "--free", "1:Normal=300");
        Snapshot.Matches("explain-allocation-failed", failed.Output);
    }

    [Fact]
    public async Task Json_holds_the_terms_of_every_check()
    {
        var run = await NumaAsync("explain", "allocation", TwoNodes, "--gfp", "GFP_KERNEL", "--order", "3", "--node",
            "1", "--format", "json");
        var walk = JsonDocument.Parse(run.Output).RootElement;
        Assert.StartsWith("1:Normal serves it", walk.GetProperty("answer").GetString(), StringComparison.Ordinal);
        var check = walk.GetProperty("passes")[0].GetProperty("zones")[0].GetProperty("check");
        Assert.Equal(7, check.GetProperty("unusablePages").GetInt32());
        Assert.Equal("buddy", walk.GetProperty("passes")[0].GetProperty("zones")[0].GetProperty("source")
            .GetProperty("list").GetString());
    }

    // Goal: the number that a report prints leads to the page that it is about. Method: the first fallback of two tasks
    // that run one after the other comes from another zone than its list begins with, and the page before does not.
    [Fact]
    public async Task A_number_of_a_report_is_explained()
    {
        var kept = await KeepAsync(Pair);
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(kept, "run.json")));
        var first = result.RootElement.GetProperty("firstFallback").GetProperty("number").GetInt64();
        Assert.True(first > 16_384, "the second task falls back");

        var page = await NumaAsync("explain", "page", kept, $"#{first}");
        Assert.Equal((0, ""), (page.ExitCode, page.Error));
        Snapshot.Matches("explain-page", page.Output);
        Assert.Equal("0:DMA32", await ZoneAsync(kept, first));
        Assert.Equal("0:Normal", await ZoneAsync(kept, first - 1));
        Assert.Equal("0:DMA32", await ZoneAsync(kept, first - 16_384, "--task", "1"));
    }

    [Fact]
    public async Task Pages_of_several_tasks_need_a_task()
    {
        var kept = await KeepAsync(Pair.Replace(", after: first", "", StringComparison.Ordinal));
        var refused = await NumaAsync("explain", "page", kept, "7");
        Assert.Equal((2, "page 7: error NUMA107: several tasks run at once, and a number counts the pages of one;"
            + " expected --task with one of 0 (first), 1 (then)\n"), (refused.ExitCode, refused.Error));
        Assert.Equal("0:Normal", await ZoneAsync(kept, 7, "--task", "1"));
        var missing = await NumaAsync("explain", "page", kept, "7", "--task", "5");
        Assert.Contains("no such task", missing.Error, StringComparison.Ordinal);
    }

    // Made again under another schedule the run would come out otherwise, and be refused.
    [Fact]
    public async Task A_run_under_a_schedule_is_made_again_under_it()
    {
        var kept = await KeepAsync(Pair.Replace("3GiB", "64MiB", StringComparison.Ordinal), "--schedule", "3");
        Assert.Equal("0:Normal", await ZoneAsync(kept, 7));
    }

    [Fact]
    public async Task What_cannot_be_explained_is_refused()
    {
        var kept = await KeepAsync(Pair.Replace("3GiB", "64MiB", StringComparison.Ordinal));
        await RefusedAsync("page 32768: error NUMA107: the run got 32768 pages; expected a number of 0 to 32767",
            kept, "32768");
        await RefusedAsync("there is no such folder", Path.Combine(_folder, "none"), "1");
        await RefusedAsync("is no folder of a run: it holds no run.json", _folder, "1");

        var file = Path.Combine(kept, "run.json");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, Regex.Replace(text, "\"hash\": \"....", "\"hash\": \"0000"));
        await RefusedAsync("another version of Numa made it", kept, "1");
        await File.WriteAllTextAsync(file, text.Replace("\"virtual\"", "\"wall\"", StringComparison.Ordinal));
        await RefusedAsync("made under the wall clock", kept, "1");
        await File.WriteAllTextAsync(file, "{");
        await RefusedAsync("run.json: error NUMA100: cannot be read", kept, "1");
        File.Delete(Path.Combine(kept, "inputs.json"));
        await File.WriteAllTextAsync(file, text);
        await RefusedAsync("it holds no inputs.json", kept, "1");
    }

    [Theory]
    [InlineData("explain", "explain needs one of watermarks, zonelist, allocation, page, oom (see numa explain --help)")]
    [InlineData("explain watermark m.yaml", "unknown command 'watermark'; did you mean 'watermarks'?")]
    [InlineData("explain allocation m.yaml", "'--gfp' is required (see numa explain allocation --help)")]
    [InlineData("explain allocation m.yaml --gfp GFP_DMA --order 11", "--order is a whole number, 0 to 10; found '11'")]
    [InlineData("explain allocation m.yaml --gfp GFP_DMA --free 0:DMA", "--free needs ZONE=PAGES, found '0:DMA'")]
    [InlineData("explain page dir x", "N is a whole number, 0 or more; found 'x'")]
    public async Task A_command_line_that_makes_no_sense_says_what_would(string line, string problem)
    {
        var run = await CommandLineRun.OfAsync(line);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(problem, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string problem, string folder, string number)
    {
        var run = await NumaAsync("explain", "page", folder, number);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    private static async Task<string?> ZoneAsync(string kept, long number, params string[] options)
    {
        var run = await NumaAsync(["explain", "page", kept, $"{number}", "--format", "json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonDocument.Parse(run.Output).RootElement.GetProperty("zone").GetString();
    }

    /// <summary>Runs a scenario, keeps it, and takes its files away.</summary>
    private async Task<string> KeepAsync(string scenario, params string[] options)
    {
        var (file, machine) = (Path.Combine(_folder, "pair-fill.yaml"), Path.Combine(_folder, "pair.yaml"));
        await File.WriteAllTextAsync(file, scenario);
        await File.WriteAllTextAsync(machine, ScenarioTexts.Machine);
        var kept = Path.Combine(_folder, "kept");
        var run = await NumaAsync(["run", file, "--set", "kernel=4.9", "--out", kept, .. options]);
        Assert.Equal(0, run.ExitCode);
        File.Delete(file);
        File.Delete(machine);
        return kept;
    }

    private static Task<CommandLineRun> NumaAsync(params string[] args) =>
        CommandLineRun.OfAsync(args, new Simulator(TimeProvider.System));
}
