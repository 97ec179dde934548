using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Tests.Snapshots;

namespace Numa.Tests.Cli;

/// <summary><c>numa explore</c>: what it asks, what it prints, and how it exits.</summary>
public class ExploreCommandTests
{
    [Fact]
    public async Task Every_option_is_passed_on()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync(
            "explore s.yaml --schedules 9 --machine m.yaml --seed 4 --set a=b --threads 3", simulator);
        var request = simulator.Explore!;
        Assert.Equal(new ExploreRequest("s.yaml", "m.yaml", 4, request.Settings, 9, 3), request);
        Assert.Equal<SettingAssignment>([new("a", "b")], request.Settings);
    }

    [Fact]
    public async Task Without_options_a_hundred_are_played_on_all_cores()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync("explore s.yaml", simulator);
        Assert.Equal((100, Environment.ProcessorCount), (simulator.Explore!.Schedules, simulator.Explore.Threads));
    }

    [Fact]
    public async Task A_healthy_exploration_shows_how_far_figures_spread()
    {
        var run = await CommandLineRun.OfAsync("explore s.yaml");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Snapshot.Matches("explore", run.Output);
    }

    [Fact]
    public async Task A_break_shows_the_shortest_run_that_breaks_and_the_last_messages()
    {
        var run = await CommandLineRun.OfAsync(
            "explore s.yaml --set kernel=4.4", new FakeSimulator { Explored = SampleExploration.Broken });
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("numa: schedule 2 breaks the simulator: ownership: frame 0x401 of 0:Normal is owned by nobody",
            Assert.Single(run.ErrorLines));
        Snapshot.Matches("explore-broken", run.Output);
    }

    [Fact]
    public async Task Interrupted_it_prints_what_is_done()
    {
        var half = SampleExploration.Healthy with
        {
            Exploration = SampleExploration.Healthy.Exploration with { Asked = 10 },
        };
        var run = await CommandLineRun.OfAsync("explore s.yaml", new FakeSimulator { Explored = half });
        Assert.Equal(130, run.ExitCode);
        Assert.Equal("numa: interrupted after 3 of 10 schedules", Assert.Single(run.ErrorLines));
        Assert.Contains("3 schedules of 10, interrupted", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_holds_every_schedule_and_the_command_that_repeats_the_break()
    {
        var run = await CommandLineRun.OfAsync("explore s.yaml --machine m.yaml --seed 4 --format json",
            new FakeSimulator { Explored = SampleExploration.Broken });
        var root = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("numa run s.yaml --machine m.yaml --seed 4 --schedule 2 --set duration=1234ns",
            root.GetProperty("again").GetString());
        Assert.Equal(3, root.GetProperty("schedules").GetArrayLength());
        Assert.Equal(1234, root.GetProperty("firstBreak").GetProperty("prefix").GetProperty("untilNanoseconds")
            .GetInt64());
        Assert.Equal(7000, root.GetProperty("metrics")[0].GetProperty("median").GetDouble());
    }

    [Fact]
    public async Task Csv_has_a_row_for_each_schedule_and_the_unperturbed_run()
    {
        var run = await CommandLineRun.OfAsync("explore s.yaml --format csv");
        var rows = run.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, rows.Length);
        Assert.StartsWith("storm,7,,,,a,b1,100,20000,5000000,4000,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("storm,7,3,,,a3,b3,", rows[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_takes_a_schedule_and_prints_it()
    {
        var simulator = new FakeSimulator
        {
            Outcome = SampleResults.Outcome with { Run = SampleResults.Run with { Schedule = 17 } },
        };
        var run = await CommandLineRun.OfAsync("run s.yaml --schedule 17", simulator);
        Assert.Equal(17ul, simulator.Run!.Schedule);
        Assert.Contains(", schedule 17\n", run.Output, StringComparison.Ordinal);
    }
}
