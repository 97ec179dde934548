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

    // Goal: what a run was made of includes what its scenario and machine extend, of which two may be called alike.
    [Fact]
    public async Task A_run_of_a_variant_is_made_again_without_its_files()
    {
        var below = Directory.CreateDirectory(Path.Combine(_folder, "below")).FullName;
        await File.WriteAllTextAsync(Path.Combine(below, "pair-fill.yaml"),
            Pair.Replace("machine: pair", "machine: ../pair", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(below, "pair.yaml"), "extends: ../pair.yaml\ndistances: ~");
        var kept = await KeepAsync(
            "extends: below/pair-fill.yaml\nmachine: below/pair.yaml\nworkloads: {then: {size: 64MiB}}");
        Directory.Delete(below, recursive: true);
        Assert.Equal("0:Normal", await ZoneAsync(kept, 32_767));
        await RefusedAsync("the run got 32768 pages", kept, "32768");
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

    // Goal: the first failure in time is found, of all workloads or of one, and its walk is that of the run. Method: two
    // programs fail, each on its own node; what the run's report says of the failure stands in the walk.
    [Fact]
    public async Task The_first_failure_of_a_scenario_is_explained()
    {
        var scenario = await WriteAsync("""
            machine: pair.yaml
            kernel: "6.1"
            occupied:
              - {zone: "0:DMA32", leave: 100MiB}
              - {zone: "0:Normal", leave: 100MiB}
              - {zone: "1:Normal", leave: 900MiB}
            workloads:
              late: {kind: fill, cpus: 2, size: unlimited, gfp: GFP_ATOMIC|__GFP_THISNODE, think: 1us}
              soon: {kind: fill, cpus: 0, size: unlimited, gfp: GFP_ATOMIC|__GFP_THISNODE}
              fine: {kind: fill, cpus: 0, size: 4KiB}
            """);
        var run = await NumaAsync("run", scenario, "--format", "json");
        using var result = JsonDocument.Parse(run.Output);
        var failures = result.RootElement.GetProperty("failures").EnumerateArray()
            .ToDictionary(failure => failure.GetProperty("workload").GetString()!);

        var first = await NumaAsync("explain", "allocation", scenario, "--first-failure");
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Contains("(soon)", first.Output, StringComparison.Ordinal);
        foreach (var (workload, failure) in failures)
        {
            var asked = await NumaAsync(
                "explain", "allocation", scenario, "--first-failure", workload, "--format", "json");
            var walk = JsonDocument.Parse(asked.Output).RootElement;
            Assert.Equal(workload, walk.GetProperty("run").GetProperty("workload").GetString());
            Assert.Equal(["low", "min"], walk.GetProperty("passes").EnumerateArray()
                .Select(pass => pass.GetProperty("mark").GetString()).Distinct());
            var checks = walk.GetProperty("passes").EnumerateArray().Last().GetProperty("zones").EnumerateArray()
                .Select(zone => (Zone: zone.GetProperty("zone").GetString(),
                    zone.GetProperty("check").GetProperty("availablePages").GetInt64(),
                    zone.GetProperty("check").GetProperty("requiredPages").GetInt64()));
            Assert.Equal(failure.GetProperty("tried").EnumerateArray()
                .Where(tried => tried.GetProperty("mark").GetString() == "min")
                .Select(tried => (tried.GetProperty("zone").GetString(),
                    tried.GetProperty("availablePages").GetInt64(), tried.GetProperty("requiredPages").GetInt64())),
                checks);
        }

        var none = await NumaAsync("explain", "allocation", scenario, "--first-failure", "fine");
        Assert.Equal((2, "--first-failure: error NUMA107: no allocation of fine failed\n"), (none.ExitCode, none.Error));
        var missing = await NumaAsync("explain", "allocation", scenario, "--first-failure", "fin");
        Assert.Contains("no workload 'fin'; did you mean 'fine'?", missing.Error, StringComparison.Ordinal);
        var after = await NumaAsync(
            "explain", "allocation", scenario, "--first-failure", "--after", "vm.min_free_kbytes=1");
        Assert.Contains("a run has no moment after boot", after.Error, StringComparison.Ordinal);
    }

    // The same page as of a run that was kept, without one.
    [Fact]
    public async Task A_page_of_a_scenario_is_explained_without_a_kept_run()
    {
        var of = await NumaAsync("explain", "page", await KeepAsync(Pair), "70000");
        var asked = await NumaAsync(
            "explain", "allocation", await WriteAsync(Pair), "--page", "70000", "--kernel", "4.9");
        Assert.Equal((0, ""), (asked.ExitCode, asked.Error));
        Assert.Equal(of.Output, asked.Output);
    }

    [Theory]
    [InlineData("explain", "explain needs one of watermarks, zonelist, allocation, page, oom (see numa explain --help)")]
    [InlineData("explain watermark m.yaml", "unknown command 'watermark'; did you mean 'watermarks'?")]
    [InlineData("explain allocation m.yaml", "--gfp is required, or for a scenario --first-failure or --page")]
    [InlineData("explain allocation m.yaml --page 1 --gfp GFP_DMA", "an allocation of a run, which --gfp cannot change")]
    [InlineData("explain allocation m.yaml --page 1 --first-failure", "--first-failure and --page exclude each other")]
    [InlineData("explain allocation m.yaml --first-failure --task 1", "--task needs --page")]
    [InlineData("explain allocation m.yaml --page x", "--page is a whole number, 0 or more; found 'x'")]
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
        var file = await WriteAsync(scenario);
        var kept = Path.Combine(_folder, "kept");
        var run = await NumaAsync(["run", file, "--set", "kernel=4.9", "--out", kept, .. options]);
        Assert.Equal(0, run.ExitCode);
        File.Delete(file);
        File.Delete(Path.Combine(_folder, "pair.yaml"));
        return kept;
    }

    private async Task<string> WriteAsync(string scenario)
    {
        var file = Path.Combine(_folder, "pair-fill.yaml");
        await File.WriteAllTextAsync(file, scenario);
        await File.WriteAllTextAsync(Path.Combine(_folder, "pair.yaml"), ScenarioTexts.Machine);
        return file;
    }

    private static Task<CommandLineRun> NumaAsync(params string[] args) =>
        CommandLineRun.OfAsync(args, new Simulator(TimeProvider.System));
}
