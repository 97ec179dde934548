using System.Text.RegularExpressions;
using Numa.Cli.Execution;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

// Goal: what the README shows is what its commands print. Method: each block that a comment marks is compared with a
// fresh run of the command that its line "again:" names, from the tree's root.
public class ReadmeBlockTests
{
    [Theory]
    [InlineData("compare-table")]
    [InlineData("orders-of-a-database")]
    [InlineData("min-free-kbytes")]
    [InlineData("sweep-of-cpus")]
    public async Task A_block_equals_a_fresh_run(string name)
    {
        var root = Path.GetDirectoryName(ScenarioTexts.Configs)!;
        var readme = await File.ReadAllTextAsync(Path.Combine(root, "README.md"));
        var block = Regex.Match(readme, $"<!-- {name}: [^\n]* -->\n\n(.*?)\n\n<!-- end of {name} -->",
            RegexOptions.Singleline).Groups[1].Value;
        Assert.NotEmpty(block);
        string[] lines = [.. block.Split('\n').Select(line => line.Length > 4 ? line[4..] : line)];
        var command = lines.Single(line => line.StartsWith("  again: numa ", StringComparison.Ordinal));
        // The commands name paths from the root, where a test does not run.
        var run = await CommandLineRun.OfAsync(
            [.. command[14..].Split(' ').Select(word => word.StartsWith("configs/") ? Path.Combine(root, word) : word)],
            new Simulator(TimeProvider.System));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(lines, run.Output.Replace(root + Path.DirectorySeparatorChar, "").TrimEnd('\n').Split('\n'));
    }
}
