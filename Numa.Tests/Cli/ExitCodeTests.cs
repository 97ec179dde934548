using Numa.Cli.Execution;
using Numa.Core.Diagnostics;

namespace Numa.Tests.Cli;

/// <summary>What the caller learns. Goal: one line per error, on standard error, never a stack trace.</summary>
public class ExitCodeTests
{
    [Theory]
    [InlineData("", "no command given")]
    [InlineData("rnu s.yaml", "unknown command 'rnu'; did you mean 'run'?")]
    [InlineData("run", "run needs SCENARIO: ")]
    [InlineData("run --sed 5", "unknown option '--sed'; did you mean '--seed'?")]
    [InlineData("run s.yaml --sed=5", "unknown option '--sed'; did you mean '--seed'?")]
    [InlineData("run s.yaml extra", "unexpected argument 'extra'")]
    [InlineData("run s.yaml --seed -1", "--seed is a whole number, 0 or more; found '-1'")]
    [InlineData("run s.yaml --seed 1e3", "--seed is a whole number, 0 or more; found '1e3'")]
    [InlineData("run s.yaml --threads 0", "--threads is a whole number, 1 to 1024; found '0'")]
    [InlineData("run s.yaml --threads 1025", "--threads is a whole number, 1 to 1024; found '1025'")]
    [InlineData("run s.yaml --threads 99999999999", "--threads is a whole number")]
    [InlineData("run s.yaml --clock vritual", "virtual, wall; found 'vritual'; did you mean 'virtual'?")]
    [InlineData("run s.yaml --host locked", "--host is one of actors, grouped; found 'locked'")]
    [InlineData("run s.yaml --format xml", "--format is one of table, json, csv; found 'xml'")]
    [InlineData("run s.yaml --set zonelistOrder", "--set needs path=value, found 'zonelistOrder'")]
    [InlineData("run s.yaml --out", "--out")]
    [InlineData("show m.yaml", "show needs TOPIC: What to show: zoneinfo, ")]
    [InlineData("explain page", "explain page needs RUN-DIR: Folder of a run")]
    [InlineData("schema", "schema needs KIND: Of which files: machine, policy, scenario; a study is a scenario (see")]
    [InlineData("schema s.yaml", "KIND is one of machine, policy, scenario; found 's.yaml'")]
    [InlineData("schema scenaro", "KIND is one of machine, policy, scenario; found 'scenaro'; did you mean 'scenario'?")]
    [InlineData("import", "import needs FILE: Kernel log, saved /proc/zoneinfo,")]
    [InlineData("show m.yaml zonelsts", "found 'zonelsts'; did you mean 'zonelists'?")]
    public async Task A_command_line_that_makes_no_sense_exits_2_with_one_line(string line, string expected)
    {
        var run = await CommandLineRun.OfAsync(line);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains(expected, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("--help)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_problem_exits_2_and_every_problem_is_printed()
    {
        var problems = new InputException(
        [
            new(new("s.yaml", 3, 5), "NUMA101", "unknown key 'ordr'; did you mean 'order'?"),
            new(new("s.yaml", 9, 1), "NUMA102", "size -1 is negative"),
        ]);
        var run = await CommandLineRun.OfAsync("run s.yaml", new FakeSimulator { Failure = problems });
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            ["s.yaml:3:5: error NUMA101: unknown key 'ordr'; did you mean 'order'?",
                "s.yaml:9:1: error NUMA102: size -1 is negative"],
            run.ErrorLines);
    }

    [Fact]
    public async Task A_wrong_list_of_values_exits_2()
    {
        var run = await CommandLineRun.OfAsync(
            "sweep configs/scenarios/page-fault-storm.yaml --vary storm.cpus=3..1".Replace(
                "configs", Workloads.ScenarioTexts.Configs, StringComparison.Ordinal),
            new Simulator(TimeProvider.System));
        Assert.Equal((2, "--vary storm.cpus=3..1: error NUMA113: '3..1' runs backwards, as 3 is more than 1; "
            + "expected 1..3\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_breach_of_an_invariant_blames_the_simulator_and_names_the_seed()
    {
        var breach = new InvariantBreachException("free >= 0")
        {
            Data = { ["seed"] = 7ul, ["actor"] = "/user/machine/cpu-3", ["message"] = "round 9 at 5 ns" },
        };
        var run = await CommandLineRun.OfAsync("run s.yaml", new FakeSimulator { Failure = breach });
        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(run.ErrorLines);
        Assert.Contains("the simulator is wrong", line, StringComparison.Ordinal);
        Assert.Contains("free >= 0 (seed 7, actor /user/machine/cpu-3, handling round 9 at 5 ns)", line,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_error_is_one_line_without_stack_trace()
    {
        var error = new InvalidOperationException("two\nlines");
        var run = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c", new FakeSimulator { Failure = error });
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("numa: unexpected error: two lines (InvalidOperationException)", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public async Task An_input_problem_that_a_task_wrapped_is_still_one()
    {
        var wrapped = new AggregateException(new InputException([new(new("s.yaml", 0, 0), "NUMA100", "missing")]));
        var run = await CommandLineRun.OfAsync("show m.yaml zoneinfo", new FakeSimulator { Failure = wrapped });
        Assert.Equal((2, "s.yaml: error NUMA100: missing\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Waits_that_do_not_add_up_fail_a_trace()
    {
        var contention = SampleResults.Contention with { TotalWaitNanoseconds = 1 };
        var simulator = new FakeSimulator { Outcome = SampleResults.Outcome with { Contention = contention } };
        var run = await CommandLineRun.OfAsync("trace s.yaml", simulator);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NOT EQUAL !", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_are_not_conserved_fail_the_run()
    {
        var lost = SampleResults.Run with { Conserved = false };
        var simulator = new FakeSimulator { Outcome = SampleResults.Outcome with { Run = lost } };
        Assert.Equal(1, (await CommandLineRun.OfAsync("run s.yaml --format json", simulator)).ExitCode);
    }

    [Fact]
    public async Task An_interrupted_run_exits_130_and_prints_no_result()
    {
        using var interrupt = new CancellationTokenSource();
        var running = CommandLineRun.OfAsync("run s.yaml", new FakeSimulator { Hangs = true }, cancel: interrupt.Token);
        await interrupt.CancelAsync();
        var run = await running;
        Assert.Equal(130, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal("numa: interrupted", Assert.Single(run.ErrorLines));
    }
}
