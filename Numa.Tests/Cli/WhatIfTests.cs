using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Tests.Snapshots;
using Numa.Tests.Workloads;

namespace Numa.Tests.Cli;

/// <summary><c>numa whatif</c> as a person meets it.</summary>
public class WhatIfTests
{
    [Fact]
    public async Task The_table_holds_what_differs()
    {
        var run = await NumaAsync("machines/notes-two-node.yaml", "vm.min_free_kbytes=1GiB");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Snapshot.Matches("whatif", run.Output);
    }

    [Fact]
    public async Task Zonelists_show_where_they_change()
    {
        var run = await NumaAsync("machines/notes-two-node.yaml", "vm.numa_zonelist_order=node");
        Snapshot.Matches("whatif-order", run.Output);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_says_so()
    {
        var run = await NumaAsync("machines/notes-32g.yaml", "vm.min_free_kbytes=66MiB");
        Assert.StartsWith("vm.min_free_kbytes=66MiB changes nothing here.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_the_machine_has_is_told_in_the_answer()
    {
        var run = await NumaAsync("machines/notes-32g.yaml", "vm.min_free_kbytes=64GiB");
        Assert.StartsWith("vm.min_free_kbytes=64GiB keeps all 8 194 566 pages free below the min marks, 8 177 672 more: "
            + "GFP_KERNEL from node 0 wakes kswapd 31794 MiB earlier (at the first page) and reclaims by itself 31811 MiB "
            + "earlier (at the first page).", string.Join(' ', run.Output.Split((char[])['\n', ' '],
                StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    // A scenario stands for the machine that it names, with the kernel and settings that it gives it.
    [Fact]
    public async Task A_scenario_and_a_capture_are_machines_too()
    {
        var scenario = await NumaAsync("scenarios/one-node-fill-4.4.yaml", "vm.min_free_kbytes=1GiB");
        Assert.Contains("notes-two-node, kernel 4.4", scenario.Output, StringComparison.Ordinal);
        var capture = await NumaAsync("machines/qemu-2node-4g", "vm.min_free_kbytes=1GiB");
        Assert.Contains("qemu-2node-4g, kernel 6.1,", capture.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_and_csv_hold_every_figure()
    {
        var json = await NumaAsync("machines/notes-32g.yaml", "vm.min_free_kbytes=1GiB", "--format", "json");
        using var answer = JsonDocument.Parse(json.Output);
        var figures = answer.RootElement.GetProperty("figures").EnumerateArray().ToList();
        var low = figures.Single(figure => figure.GetProperty("of").GetString() == "0:DMA32"
            && figure.GetProperty("name").GetString() == "low");
        Assert.Equal((1195, 18558, 17363), (Number(low, "now"), Number(low, "with"), Number(low, "difference")));
        Assert.Equal(figures.Count, Number(answer.RootElement, "changed") + Number(answer.RootElement, "unchanged"));

        var csv = await NumaAsync("machines/notes-32g.yaml", "vm.min_free_kbytes=1GiB", "--format", "csv");
        var lines = csv.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(figures.Count + 1, lines.Length);
        Assert.Contains("notes-32g,4.4,room,0:DMA32,GFP_ATOMIC,failure,433602,428393,-5209", lines);
    }

    [Theory]
    [InlineData("vm.min_free_kbytes", "whatif needs SYSCTL=VALUE, found 'vm.min_free_kbytes'")]
    [InlineData("vm.min_free_kbytes=-5", "vm.min_free_kbytes is -5: expected 0 to 2147483647")]
    public async Task A_refused_write_ends_with_the_reason(string write, string reason)
    {
        var run = await NumaAsync("machines/notes-32g.yaml", write);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(reason, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static Task<CommandLineRun> NumaAsync(string machine, params string[] options) => CommandLineRun.OfAsync(
        ["whatif", Path.Combine(ScenarioTexts.Configs, machine), .. options], new Simulator(TimeProvider.System));
}
