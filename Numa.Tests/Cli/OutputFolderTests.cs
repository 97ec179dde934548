using System.Text.Json;
using Numa.Cli.Execution;

namespace Numa.Tests.Cli;

/// <summary>The folder of <c>--out</c>. Goal: whole files or none, and no surprise after a long run.</summary>
public sealed class OutputFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("numa-out").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_writes_whole_files_and_says_which()
    {
        var target = Path.Combine(_folder, "new", "deeper");
        var run = await CommandLineRun.OfAsync(["run", "s.yaml", "--out", target]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            ["contention.json", "run.json"], Directory.GetFiles(target).Select(Path.GetFileName).Order());
        JsonDocument.Parse(File.ReadAllText(Path.Combine(target, "run.json")));
        Assert.Equal($"wrote {Path.Combine(target, "run.json")}", run.ErrorLines[0]);

        var again = await CommandLineRun.OfAsync(["run", "s.yaml", "--out", target]);
        Assert.Equal($"replaced {Path.Combine(target, "run.json")}", again.ErrorLines[0]);
    }

    [Fact]
    public async Task Compare_writes_its_own_file()
    {
        await CommandLineRun.OfAsync(["compare", "s.yaml", "--vary", "a=b,c", "--out", _folder]);
        Assert.Equal(["command.txt", "results.json", "versions.json"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_file_in_the_folders_place_is_refused_before_the_run()
    {
        var file = Path.Combine(_folder, "taken");
        File.WriteAllText(file, "mine");
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync(["run", "s.yaml", "--out", file], simulator);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"{file}: error NUMA901: is a file; --out needs a folder", Assert.Single(run.ErrorLines));
        Assert.Null(simulator.Run);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    // The text is wrong, or the machine refuses it, or the cells of an experiment do.
    [Theory]
    [InlineData("run", "size: 0")]
    [InlineData("run", "policy: {weightedInterleave: {0: 1}}")]
    [InlineData("compare --vary seed=1,2", "policy: {weightedInterleave: {0: 1}}")]
    [InlineData("sweep --vary seed=1,2", "policy: {weightedInterleave: {0: 1}}")]
    [InlineData("trace", "size: 0")]
    public async Task A_refused_run_leaves_no_folder(string command, string key)
    {
        var scenario = Path.Combine(_folder, "s.yaml");
        await File.WriteAllTextAsync(scenario, "machine: {kernel: \"6.1\", nodes: [{memory: 1GiB, cpus: 0}]}\n"
            + $"workloads:\n  w: {{kind: fill, cpus: all, {key}}}\n");
        string[] words = [.. command.Split(' '), scenario, "--out", Path.Combine(_folder, "new", "deeper")];
        var run = await CommandLineRun.OfAsync(words, new Simulator(TimeProvider.System));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal([scenario], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_folder_that_was_there_stays()
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, "mine")).FullName;
        await CommandLineRun.OfAsync(["run", "nowhere.yaml", "--out", target], new Simulator(TimeProvider.System));
        Assert.True(Directory.Exists(target));
    }

    [Fact]
    public async Task Where_nothing_can_be_written_the_folder_is_named_and_no_temporary_file()
    {
        var file = Path.Combine(_folder, "taken");
        File.WriteAllText(file, "mine");
        var run = await CommandLineRun.OfAsync(["run", "s.yaml", "--out", file + "/deeper"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"{file}/deeper: error NUMA901: cannot be written to: {file} is a file, not a folder",
            Assert.Single(run.ErrorLines));
    }

    [Fact]
    public async Task What_cannot_be_replaced_leaves_nothing_half_written()
    {
        // A folder where the second file should go: the files are staged, and the staging is cleared away.
        Directory.CreateDirectory(Path.Combine(_folder, "versions.json"));
        var run = await CommandLineRun.OfAsync(["compare", "s.yaml", "--vary", "a=b,c", "--out", _folder]);
        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain(".tmp", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }
}
