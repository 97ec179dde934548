using System.Text.RegularExpressions;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;

namespace Numa.Tests.Architecture;

// Goal: the documents send nobody to a file, a command or an option that is not there.
// In the collection of those that move Console.Out, as one of the README's command lines does.
[Collection(nameof(TelemetryTests))]
public partial class DocumentationTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ScenarioTexts.Configs, ".."));

    private static readonly string[] Commands =
        ["run", "compare", "sweep", "explore", "study", "trace", "show", "whatif", "verify", "replay", "explain",
            "schema", "import"];

    public static TheoryData<string> Documents =>
    [
        .. Directory.GetFiles(Root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        var targets = Link().Matches(Read(document)).Select(link => link.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && target[0] != '#')
            .Select(target => target.Split('#')[0]);
        Assert.All(targets, target => Assert.True(Exists(Path.Combine(folder, target)), $"{document}: {target}"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_configuration_that_is_named_exists(string document)
    {
        // "spill-*" names a group, of which there must be one at least.
        var paths = ConfigPath().Matches(Read(document)).Select(path => path.Value.TrimEnd('.', '/'));
        Assert.All(paths, path => Assert.True(Exists(Path.Combine(Root, path)), $"{document}: {path}"));
    }

    [Fact]
    public void Every_shipped_machine_and_scenario_is_listed_in_the_README()
    {
        var readme = Read("README.md");
        var shipped = new[] { "machines", "scenarios", "studies" }
            .SelectMany(kind => Directory.GetFileSystemEntries(Path.Combine(ScenarioTexts.Configs, kind)))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));
        Assert.All(shipped, path => Assert.Contains($"`{path}`", readme, StringComparison.Ordinal));
    }

    // Method: every command line that stands in the documents' code is parsed by the entry point itself, up to the
    // options that it accepts; the simulator behind it is a fake.
    [Fact]
    public async Task Every_command_line_of_the_README_and_the_commands_is_accepted()
    {
        var lines = CommandLines(Read("README.md") + Read("docs/commands.md")).ToList();
        Assert.Superset(new HashSet<string>(Commands), lines.Select(line => line.Split(' ')[0]).ToHashSet());
        foreach (var line in lines)
        {
            var run = await CommandLineRun.OfAsync(line);
            Assert.True(run.ExitCode == 0, $"numa {line}: {run.Error}");
        }
    }

    [Fact]
    public async Task Every_long_option_of_the_documents_stands_in_the_help_and_the_reverse()
    {
        string[] topics = ["explain watermarks", "explain zonelist", "explain allocation", "explain page",
            "explain oom"];
        var help = await Task.WhenAll(Commands.Concat(topics)
            .Select(async command => (await CommandLineRun.OfAsync(command + " --help")).Output));
        var known = help.SelectMany(text => LongOption().Matches(text)).Select(option => option.Value).ToHashSet();
        var written = LongOption().Matches(WithoutOtherTools(Read("README.md") + Read("docs/commands.md")))
            .Select(option => option.Value).ToHashSet();
        Assert.Empty(written.Except(known));
        Assert.Empty(known.Except(written));
    }

    [Fact]
    public async Task Every_command_of_the_help_is_mentioned_in_the_README()
    {
        var help = (await CommandLineRun.OfAsync("--help")).Output;
        var readme = Read("README.md");
        var commands = HelpCommand().Matches(help).Select(command => command.Groups["name"].Value).ToList();
        Assert.Equal(Commands, commands);
        Assert.All(commands, command => Assert.Contains($"numa {command} ", readme, StringComparison.Ordinal));
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(Root, document));

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>What follows <c>numa</c>, or <c>--project Numa.Cli --</c>, in code of the document.</summary>
    private static IEnumerable<string> CommandLines(string document) =>
        CommandLine().Matches(document).Select(line => line.Groups["arguments"].Value.Trim())
            .Where(line => line.Length > 0);

    /// <summary>The document without lines that call another tool, and without what they pass to it.</summary>
    private static string WithoutOtherTools(string document) => string.Join('\n', document.Split('\n').Select(line =>
        !line.Contains("dotnet ", StringComparison.Ordinal) ? line
        : line.IndexOf("Numa.Cli -- ", StringComparison.Ordinal) is >= 0 and var own ? line[(own + 11)..]
        : ""));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w/])configs/[\w./-]+")]
    private static partial Regex ConfigPath();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex LongOption();

    [GeneratedRegex(@"^  (?<name>[a-z]+)( <|  )", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();

    [GeneratedRegex(@"(?:`|\$ )(?:numa|dotnet run -c Release --project Numa\.Cli --) "
        + @"(?<arguments>(?:run|compare|sweep|explore|study|trace|show|whatif|verify|replay|explain|schema|import)"
        + @" [^`\n|]*)")]
    private static partial Regex CommandLine();
}
