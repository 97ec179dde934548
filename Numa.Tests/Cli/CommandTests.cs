using Numa.Cli.Execution;

namespace Numa.Tests.Cli;

/// <summary>What the commands ask of the engine, and their help.</summary>
public class CommandTests
{
    [Fact]
    public async Task Run_passes_on_every_option()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync(
            "run s.yaml --seed 7 --set a.b=1 --set vm.c=x=y --clock wall --threads 3 --host grouped --check"
            + " --machine m.yaml",
            simulator);
        var request = simulator.Run!;
        Assert.Equal(
            new RunRequest("s.yaml", "m.yaml", 7, request.Settings, "wall", "grouped", 3, true, 5, false), request);
        Assert.Equal<SettingAssignment>([new("a.b", "1"), new("vm.c", "x=y")], request.Settings);
    }

    [Fact]
    public async Task A_setting_does_not_swallow_the_scenario_behind_it()
    {
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync("run --set a=b s.yaml", simulator);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("s.yaml", simulator.Run!.Scenario);
    }

    [Fact]
    public async Task Without_options_the_scenario_decides()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync("trace s.yaml --top 9", simulator);
        var request = simulator.Run!;
        Assert.Null(request.Seed);
        Assert.Null(request.Machine);
        Assert.Empty(request.Settings);
        Assert.Null(request.Clock);
        Assert.Null(request.Host);
        Assert.False(request.Check);
        Assert.True(request.Threads >= 1);
        Assert.Equal(9, request.Top);
    }

    [Fact]
    public async Task What_changes_no_result_is_no_part_of_the_command_to_repeat()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync("compare s.yaml --threads 2 --vary a=b,c --format=json --vary d=1..4:x2"
            + " --seed 3 --otel console", simulator);
        Assert.Equal("numa compare s.yaml --vary a=b,c --vary d=1..4:x2 --seed 3", simulator.Compare!.Command);
        Assert.Equal<string>(["1", "2", "4"], simulator.Compare.Vary[1].Values);
        Assert.Equal(5, simulator.Compare.Seeds);
        await CommandLineRun.OfAsync("sweep s.yaml --metric failures --metric localShare", simulator);
        Assert.Equal("numa sweep s.yaml --metric failures --metric localShare", simulator.Compare.Command);
        Assert.Equal<string>(["failures", "localShare"], simulator.SweptMetrics);
        Assert.Empty(simulator.Compare.Vary);
    }

    [Fact]
    public async Task Compare_passes_on_the_arms_and_the_command_to_repeat()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync(
            ["compare", "my s.yaml", "--vary", "kernel=3.10, 4.4,4.9", "--seeds", "10"], simulator);
        var request = simulator.Compare!;
        var vary = Assert.Single(request.Vary);
        Assert.Equal("kernel", vary.Path);
        Assert.Equal<string>(["3.10", "4.4", "4.9"], vary.Values);
        Assert.Equal(10, request.Seeds);
        Assert.Equal("numa compare 'my s.yaml' --vary 'kernel=3.10, 4.4,4.9' --seeds 10", request.Command);
    }

    [Fact]
    public async Task Show_prints_the_text_alone()
    {
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync(
            "show m.yaml zonelists --kernel 4.4 --set x=1 --after vm.y=2", simulator);
        Assert.Equal("Fallback order for Node 0: 0 1\n", run.Output);
        Assert.Equal("", run.Error);
        var request = simulator.Show!;
        Assert.Equal(("m.yaml", ShowTopic.Zonelists, "4.4"), (request.Machine, request.Topic, request.Kernel));
        Assert.Equal<SettingAssignment>([new("x", "1")], request.Settings);
        Assert.Equal<SettingAssignment>([new("vm.y", "2")], request.After);
    }

    [Theory]
    [InlineData("--help", "numa compare configs/scenarios/one-node-fill.yaml --vary zonelistOrder=node,zone")]
    [InlineData("run --help", "numa run configs/scenarios/one-node-fill.yaml --seed 7")]
    [InlineData("compare --help", "numa compare configs/scenarios/one-node-fill.yaml --vary")]
    [InlineData("trace --help", "numa trace configs/scenarios/page-fault-storm.yaml --top 5")]
    [InlineData("show -h", "numa show configs/machines/notes-two-node.yaml zonelists --kernel 4.4")]
    public async Task Help_ends_with_an_example(string line, string example)
    {
        var run = await CommandLineRun.OfAsync(line);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Examples:\n  ", run.Output, StringComparison.Ordinal);
        Assert.Contains(example, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_example_is_a_valid_command_line()
    {
        foreach (var command in new[] { "run", "compare", "sweep", "trace", "show" })
        {
            var help = await CommandLineRun.OfAsync(command + " --help");
            var examples = help.Output[help.Output.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n')
                .Select(line => line.Trim()).Where(line => line.StartsWith("numa ", StringComparison.Ordinal));
            Assert.All(
                await Task.WhenAll(examples.Select(example => CommandLineRun.OfAsync(example["numa ".Length..]))),
                run => Assert.Equal((0, ""), (run.ExitCode, run.Error)));
        }
    }

    [Fact]
    public async Task Progress_is_drawn_on_standard_error_for_those_who_watch_it()
    {
        var watched = await CommandLineRun.OfAsync("run s.yaml --format json", watched: true);
        Assert.Contains("half 50 %", watched.Error, StringComparison.Ordinal);
        var piped = await CommandLineRun.OfAsync("run s.yaml --format json");
        Assert.Equal("", piped.Error);
        Assert.Equal(piped.Output, watched.Output);
    }

    [Fact]
    public async Task Version_is_a_version()
    {
        var run = await CommandLineRun.OfAsync("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+", run.Output);
    }

    [Fact]
    public async Task Verify_prints_a_row_for_each_claim_and_fails_when_one_differs()
    {
        var good = await CommandLineRun.OfAsync("verify box other");
        Assert.Equal(0, good.ExitCode);
        Assert.Contains("zones", good.Output, StringComparison.Ordinal);
        Assert.Contains("left out: sysctls (no zoneinfo.after-*)", good.Output, StringComparison.Ordinal);
        Assert.Contains("2 captures, 8 values compared, 8 equal", good.Output, StringComparison.Ordinal);

        var bad = await CommandLineRun.OfAsync("verify box", new FakeSimulator { Verified = Differing });
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("0:DMA min: kernel 7, ours 8", bad.Output, StringComparison.Ordinal);
        Assert.Contains("zones: ours is the rule", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_writes_an_array_of_claims()
    {
        var run = await CommandLineRun.OfAsync("verify box --format json", new FakeSimulator { Verified = Differing });
        var claims = System.Text.Json.JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(1, claims.GetArrayLength());
        Assert.Equal(["capture", "claim", "compared", "equal", "firstDifference"],
            claims[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal("7", claims[0].GetProperty("firstDifference").GetProperty("kernel").GetString());
        Assert.Equal(1, run.ExitCode);
    }

    private static Numa.Workloads.Verification.CaptureReport Differing =>
        new("box", [new("box", "zones", 4, 3, new("0:DMA min", "7", "8", "the rule"))], [], []);
}
