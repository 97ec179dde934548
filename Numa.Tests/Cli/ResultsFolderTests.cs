using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Tests.Workloads;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Cli;

// Goal: a folder of results is the same, byte for byte, however its runs were made. Method: the command in this
// process, with real runs; for an interruption, runs are taken away again.
public sealed class ResultsFolderTests : IDisposable
{
    private static readonly string Storm = Path.Combine(ScenarioTexts.Configs, "scenarios", "page-fault-storm.yaml");
    private readonly string _folder = Directory.CreateTempSubdirectory("numa-results").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("compare")]
    [InlineData("sweep")]
    public async Task Results_do_not_depend_on_runs_side_by_side_or_on_interruptions(string command)
    {
        var one = await MadeAsync(command, "one", "--threads", "1");
        Assert.Contains("results.json", one.Keys);
        Assert.Equal(6, one.Keys.Count(name => name.StartsWith("runs/", StringComparison.Ordinal)));
        Assert.Equal(one, await MadeAsync(command, "two", "--threads", "2"));
        Assert.Equal(one, await MadeAsync(command, "four", "--threads", "4"));

        foreach (var lost in new[] { "runs/1-2.json", "runs/2-1.json", "results.json", "runs.csv", "versions.json" })
            File.Delete(Path.Combine(_folder, "two", lost));
        Assert.Equal(one, await MadeAsync(command, "two", "--resume"));
        // Nothing is left to be done: --resume DIR by itself, without --out.
        File.Delete(Path.Combine(_folder, "four", "results.json"));
        var again = await RunAsync(command, "--resume", Path.Combine(_folder, "four"));
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(one, Files("four"));
    }

    // Method: interrupted at the moment when the third of six runs is reported, one at a time.
    [Fact]
    public async Task An_interruption_keeps_what_has_ended_and_the_rest_can_be_added()
    {
        var whole = await MadeAsync("compare", "whole", "--threads", "1");
        var target = Path.Combine(_folder, "broken");
        using var interrupt = new CancellationTokenSource();
        var request = new ExperimentRequest(
            new(Storm, null, null, [new("storm.operations", "1000")], null, null, 1, false, 0, false),
            [Variation.Parse("--vary", "kernel=4.4,6.1")], 3, "numa compare")
        {
            Store = ResultsFolder.Check(target, resumes: false,
                File.ReadAllText(Path.Combine(_folder, "whole", "command.txt")).Trim()),
        };
        var outcome = await new Simulator(TimeProvider.System)
            .CompareAsync(request, new AtThird(interrupt), interrupt.Token);
        // Of three runs that were made one stands in no figure: the other arm lacks its seed.
        Assert.Equal((3, 3, 1), (outcome.Result.Made, outcome.Result.Missing, outcome.Result.Seeds.Length));
        Assert.Equal(["1-1.json", "1-2.json", "2-1.json"],
            Directory.GetFiles(Path.Combine(target, "runs")).Select(Path.GetFileName).Order());
        Assert.Equal(whole, await MadeAsync("compare", "broken", "--resume"));
    }

    // Method: the manifest of one experiment is thrown away, so that the folder seems new to the next.
    [Fact]
    public async Task Runs_that_lie_in_a_folder_are_nobodys_without_their_manifest()
    {
        await MadeAsync("compare", "old");
        var target = Path.Combine(_folder, "old");
        File.Delete(Path.Combine(target, "experiment.json"));
        var run = Path.Combine(target, "runs", "1-1.json");
        File.WriteAllText(run, "of another time");
        Assert.Equal(0, (await RunAsync("compare", "--out", target)).ExitCode);
        Assert.DoesNotContain("of another time", File.ReadAllText(run));
    }

    [Fact]
    public async Task A_folder_of_another_command_or_interleaving_is_refused()
    {
        await MadeAsync("sweep", "swept");
        var target = Path.Combine(_folder, "swept");
        var compared = await RunAsync("compare", "--resume", target);
        Assert.Equal(2, compared.ExitCode);
        Assert.Contains("command was", Assert.Single(compared.ErrorLines));
        Assert.Equal(2, (await RunAsync("sweep", "--resume", target, "--schedule", "7")).ExitCode);
    }

    [Fact]
    public async Task Another_experiment_in_the_folder_is_refused()
    {
        await MadeAsync("compare", "one");
        var target = Path.Combine(_folder, "one");
        var other = await RunAsync("compare", "--resume", target, "--seed", "9");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("NUMA902: this is another experiment: cells was", Assert.Single(other.ErrorLines));
        var fresh = await RunAsync("compare", "--out", target);
        Assert.Equal((2, true), (fresh.ExitCode, fresh.Error.Contains("holds an experiment already")));
        var missing = await RunAsync("compare", "--resume", Path.Combine(_folder, "nowhere"));
        Assert.Equal((2, true), (missing.ExitCode, missing.Error.Contains("holds no experiment to go on with")));
        var nameless = await RunAsync("compare", "--resume");
        Assert.Equal((2, true), (nameless.ExitCode, nameless.Error.Contains("no folder to go on with")));
        var twice = await RunAsync("compare", "--out", "a", "--resume", "b");
        Assert.Equal((2, true), (twice.ExitCode, twice.Error.Contains("two folders")));
    }

    [Fact]
    public async Task A_kept_run_that_cannot_be_read_is_named()
    {
        await MadeAsync("compare", "one");
        var run = Path.Combine(_folder, "one", "runs", "1-1.json");
        File.WriteAllText(run, "{}");
        var broken = await RunAsync("compare", "--resume", Path.Combine(_folder, "one"));
        Assert.Equal(2, broken.ExitCode);
        Assert.StartsWith($"{run}: error NUMA901: cannot be read", Assert.Single(broken.ErrorLines));
    }

    [Fact]
    public async Task The_folder_holds_no_wall_time_and_no_path_of_its_own()
    {
        var files = await MadeAsync("compare", "one");
        Assert.DoesNotContain(_folder, string.Concat(files.Values));
        var results = JsonDocument.Parse(files["results.json"]).RootElement;
        Assert.DoesNotContain("wall", files["results.json"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(JsonValueKind.Array, results.GetProperty("findings").ValueKind);
        var lines = files["runs.csv"].Split("\r\n");
        Assert.StartsWith("cell,arm,kernel,seed,hash,", lines[0]);
        Assert.Equal(8, lines.Length);
        Assert.Contains("numa compare", files["command.txt"]);
        Assert.Contains("MathNet.Numerics", files["versions.json"]);
        Assert.Contains("kind: storm", files["scenario.yaml"]);
        Assert.Contains("notes-two-node", files["machine.yaml"]);
    }

    private async Task<SortedDictionary<string, string>> MadeAsync(string command, string name, params string[] more)
    {
        var run = await RunAsync(command, ["--out", Path.Combine(_folder, name), .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return Files(name);
    }

    private SortedDictionary<string, string> Files(string name)
    {
        var folder = Path.Combine(_folder, name);
        return new(Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
    }

    private static Task<CommandLineRun> RunAsync(string command, params string[] more) =>
        CommandLineRun.OfAsync(Line(command, more), new Simulator(TimeProvider.System));

    private static string[] Line(string command, params string[] more) =>
    [
        command, Storm, "--set", "storm.operations=1000", "--vary", "kernel=4.4,6.1", "--seeds", "3", .. more,
    ];

    private sealed class AtThird(CancellationTokenSource interrupt) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (value.Activity.StartsWith("3 of 6 runs", StringComparison.Ordinal)) interrupt.Cancel();
        }
    }
}
