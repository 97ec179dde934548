using Numa.Cli;
using Numa.Cli.Commands;
using Numa.Cli.Execution;

namespace Numa.Tests.Cli;

/// <summary><c>numa import</c> from the command line to the file.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private const string Listing = "available: 1 nodes (0)\nnode 0 cpus: 0 1\nnode 0 size: 900 MB\nnode 0 free: 1 MB\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("numa-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData()]
    [InlineData("-o", "-")]
    public async Task Standard_input_becomes_standard_output_and_notes_go_elsewhere(params string[] more)
    {
        var run = await RunAsync(Listing, ["import", "-", .. more]);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("# Made by 'numa import' of the output of numactl --hardware.\n", run.Output,
            StringComparison.Ordinal);
        Assert.EndsWith("\n", run.Output, StringComparison.Ordinal);
        Assert.All(run.ErrorLines, line => Assert.StartsWith("note: ", line, StringComparison.Ordinal));
        Assert.Contains("note: The kernel is not told; the newest that Numa knows is taken. --kernel names another.",
            run.ErrorLines);
    }

    [Fact]
    public async Task A_file_is_written_whole_and_can_be_shown()
    {
        var path = Path.Combine(_folder, "my.yaml");
        var run = await RunAsync(Listing, ["import", "-", "-o", path, "--kernel", "4.9"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Equal($"wrote {path}", run.ErrorLines[^1]);
        Assert.EndsWith("]\n", await File.ReadAllTextAsync(path) + "]\n", StringComparison.Ordinal);
        var shown = await RunAsync("", ["show", path, "hardware"]);
        Assert.StartsWith("available: 1 nodes (0)\nnode 0 cpus: 0 1\nnode 0 size: 900 MB\n", shown.Output,
            StringComparison.Ordinal);
        Assert.Equal(0, shown.ExitCode);
    }

    [Fact]
    public async Task What_cannot_be_read_leaves_no_file()
    {
        var run = await RunAsync("node 0 cpus: x\nnode 0 size: y\n", ["import", "-", "-o", Path.Combine(_folder, "a")]);
        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Equal(2, run.ErrorLines.Length);
        Assert.All(run.ErrorLines, line => Assert.StartsWith("<stdin>:", line, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    // People write into a machine file what no tool prints; results can be made again, a machine file cannot.
    [Theory]
    [InlineData("my.yaml")]
    [InlineData("link.yaml")]
    public async Task A_file_that_is_there_is_not_replaced(string name)
    {
        var path = Path.Combine(_folder, "my.yaml");
        await File.WriteAllTextAsync(path, "old");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.yaml"), path);
        var named = Path.Combine(_folder, name);
        var run = await RunAsync(Listing, ["import", "-", "-o", named]);
        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            $"{named}: error NUMA901: is there already and would be lost; expected another name, or delete the file before",
            Assert.Single(run.ErrorLines));
        Assert.Equal("old", await File.ReadAllTextAsync(path));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task What_cannot_be_written_is_told_of_the_name_that_was_given()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        var missing = Path.Combine(_folder, "missing");
        Assert.Equal($"{missing}/my.yaml: error NUMA901: cannot be written to: there is no folder {missing}",
            await ErrorOf(missing + "/my.yaml"));
        Assert.Equal($"{file}/my.yaml: error NUMA901: cannot be written to: {file} is a file, not a folder",
            await ErrorOf(file + "/my.yaml"));
        Assert.Equal($"{_folder}: error NUMA901: is a folder; expected a file", await ErrorOf(_folder));
        var tooLong = Path.Combine(_folder, new string('a', 300));
        var error = await ErrorOf(tooLong);
        Assert.StartsWith($"{tooLong}: error NUMA901: cannot be written to: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error, StringComparison.Ordinal);

        async Task<string> ErrorOf(string path)
        {
            var run = await RunAsync(Listing, ["import", "-", "-o", path]);
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            return Assert.Single(run.ErrorLines);
        }
    }

    private static async Task<CommandLineRun> RunAsync(string input, string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var standardInput = new StringReader(input);
        var terminal = new Terminal(output, error, Rich: false, ErrorIsTerminal: false, Debug: false)
        {
            Input = standardInput,
        };
        var code = await EntryPoint.RunAsync(args, terminal, new Simulator(TimeProvider.System));
        return new(code, output.ToString(), error.ToString());
    }
}
