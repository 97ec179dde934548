using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Core.Diagnostics;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Acceptance;

// Goal: a sysctl written in mid-run changes what comes after it and nothing that came before. Method: whole runs, with
// figures that follow from the rules.
public class EventTests
{
    private const int Batch = 31;

    private static readonly string Rebuild =
        Path.Combine(ScenarioTexts.Configs, "scenarios", "rebuild-in-mid-run.yaml");

    private static readonly string[] CutDown = ["program.size=96MiB", "events.0.at=12ms"];

    [Fact]
    public async Task Later_allocations_walk_the_new_list_and_earlier_ones_keep_their_pages()
    {
        var run = await Runs.OfAsync("rebuild-in-mid-run", CutDown);
        var written = Assert.Single(run.Result.Events);
        Assert.Equal(1, run.Result.ZonelistRebuilds);
        Assert.Equal((12_000_000, "vm.numa_zonelist_order", "zone", "zone", true, true), (written.Nanoseconds,
            written.Setting, written.Written, written.ReadsBack, written.Reached, written.RebuiltZonelists));
        var walk = Assert.Single(written.Walks);
        Assert.Equal((0, "0:Normal 0:DMA32 0:DMA 1:Normal", "0:Normal 1:Normal 0:DMA32 0:DMA"),
            (walk.Node, walk.Before, walk.After));

        // DMA32 has room all the while; before the write it is taken, after it never.
        Assert.Equal(["0:DMA32", "0:Normal"], written.Before.Select(cell => cell.Zone));
        Assert.Equal(["0:Normal", "1:Normal"], written.After.Select(cell => cell.Zone));
        Assert.Equal(0, written.After[0].Pages);
        Assert.Equal(written.After[1].Pages, written.After[0].FirstChoicePages);
        Assert.Equal(["0:Normal", "0:DMA32", "1:Normal"],
            run.Placement[0].Runs.Select(part => run.Machine.Zones[part.Zone].Id.ToString()));
        Assert.Equal(written.Before[0].Pages, run.Zone("0:DMA32").TaskPages);
        Assert.Equal(96 << 8, run.Result.Workloads[0].LivePages);
        Assert.Equal(0, run.Result.KswapdWakeUps);
    }

    [Fact]
    public async Task The_order_already_asked_for_and_a_write_after_the_end_change_nothing()
    {
        var same = await Runs.OfAsync(
            "rebuild-in-mid-run", [.. CutDown, "events.0.set.vm.numa_zonelist_order=Node"]);
        var late = await Runs.OfAsync("rebuild-in-mid-run", [.. CutDown, "events.0.at=100s"]);
        Assert.Equal((0, 0), (same.Result.ZonelistRebuilds, late.Result.ZonelistRebuilds));
        Assert.Equal((true, false), (same.Result.Events[0].Reached, late.Result.Events[0].Reached));
        Assert.Equal("Node", same.Result.Events[0].ReadsBack);
        Assert.Equal(same.Result.Hash, late.Result.Hash);
        Assert.Empty(late.Result.Events[0].After);
    }

    // A zone stops at the low mark that is in force when it gets there, and fails at min.
    [Theory]
    [InlineData("1ms", 262144)]
    [InlineData("100s", 67584)]
    public async Task A_raised_min_free_kbytes_moves_the_level_at_which_a_zone_stops(string at, int minFree)
    {
        var run = await Runs.OfTextAsync($$"""
            machine: ../machines/notes-32g.yaml
            reclaim: none
            occupied: [{zone: "0:Normal", leave: 100000}, {zone: "0:DMA32", leave: low}]
            events: [{at: {{at}}, set: { vm.min_free_kbytes: 262144 } }]
            workloads:
              program: {kind: fill, cpus: 0, size: unlimited, gfp: GFP_HIGHUSER}
            """, new());
        var min = minFree / 4 * 7726451L / (3973 + 464142 + 7726451);
        var tried = Assert.Single(run.Result.Failures).Tried
            .Where(zone => zone.Zone == "0:Normal").ToDictionary(zone => zone.Mark, zone => zone);
        Assert.Equal((min + min / 4, min), (tried["low"].RequiredPages, tried["min"].RequiredPages));
        Assert.InRange(run.Zone("0:Normal").FreePages, min - 2 * Batch, min);
        Assert.Equal(min, run.Zone("0:Normal").MinPages);
        Assert.Equal(100000 - run.Zone("0:Normal").FreePages, run.Result.Workloads[0].LivePages + run.Zone("0:Normal")
            .PagesetPages);
    }

    [Fact]
    public async Task Other_settings_take_hold_in_mid_run_too()
    {
        var run = await Runs.OfTextAsync("""
            machine: ../machines/notes-32g.yaml
            kernel: "6.1"
            occupied: [{zone: "0:Normal", leave: low}, {zone: "0:DMA32", leave: 60000}]
            events:
              - at: 1ms
                set: {vm.lowmem_reserve_ratio: 256 512 32 0 0, vm.watermark_scale_factor: 100}
              - at: 2ms
                set: {vm.percpu_pagelist_high_fraction: 100, transparent_hugepage.enabled: never}
            workloads:
              program: {kind: fill, cpus: 0, pages: 20000, gfp: GFP_HIGHUSER}
            """, new());
        Assert.Equal(["256\t512\t32\t0\t0", "100", "100", "always madvise [never]"],
            run.Result.Events.Select(written => written.ReadsBack));
        Assert.All(run.Result.Events, written => Assert.False(written.RebuiltZonelists));
        // Square root rule less the high marks in force; the step is a hundredth of the zone.
        var zone = run.Zone("0:DMA32");
        Assert.Equal(464142 * 100 / 10000, zone.LowPages - zone.MinPages);
        Assert.True(zone.MinPages < 956 / 2);
    }

    [Fact]
    public async Task A_what_if_order_written_to_a_kernel_without_it_exits_2()
    {
        var run = await CommandLineRun.OfAsync(["run", Rebuild, "--set", "kernel=6.12"],
            new Simulator(TimeProvider.System));
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.EndsWith("rebuild-in-mid-run.yaml:14:35: error NUMA117: vm.numa_zonelist_order is 'zone': Linux 6.12 "
            + "knows node order only, expected default or node; write zonelistOrder: zone to ask what if",
            Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_refused_write_is_a_problem_at_its_place()
    {
        var refusal = await Assert.ThrowsAsync<InputException>(() => Runs.OfTextAsync("""
            machine: ../machines/notes-32g.yaml
            events:
              - {at: 1ms, set: {vm.watermark_scale_factor: 10}}
              - {at: 0, set: {vm.percpu_pagelist_fraction: 7, vm.min_free_kbytes: -1}}
            workloads: {program: {kind: fill, cpus: 0, pages: 1}}
            """, new()));
        Assert.Equal([(3, 48), (4, 48), (4, 71)],
            refusal.Problems.Select(problem => (problem.At.Line, problem.At.Column)));
        Assert.All(refusal.Problems, problem => Assert.Equal(ProblemCodes.Sysctl, problem.Code));
    }

    [Fact]
    public async Task JSON_and_table_show_what_was_written_and_the_rebuild()
    {
        string[] args = ["run", Rebuild, .. CutDown.SelectMany(setting => new[] { "--set", setting })];
        var table = await CommandLineRun.OfAsync(args, new Simulator(TimeProvider.System));
        Assert.Contains("  at 12 ms vm.numa_zonelist_order <- zone, reads back zone; zonelists rebuilt\n",
            table.Output, StringComparison.Ordinal);
        Assert.Contains("  zonelists rebuilt 1 time\n", table.Output, StringComparison.Ordinal);
        var json = await CommandLineRun.OfAsync([.. args, "--format", "json"], new Simulator(TimeProvider.System));
        var run = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(1, run.GetProperty("zonelistRebuilds").GetInt32());
        Assert.Equal("zone", Assert.Single(run.GetProperty("events").EnumerateArray())
            .GetProperty("readsBack").GetString());
    }

    [Fact]
    public async Task A_comparison_names_the_writes_of_each_arm_and_predicts_nothing()
    {
        var run = await CommandLineRun.OfAsync(
            ["compare", Rebuild, "--vary", "events.0.at=10ms,12ms", "--set", CutDown[0]],
            new Simulator(TimeProvider.System));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("10ms: at 10 ms vm.numa_zonelist_order <- zone, reads back zone; zonelists rebuilt", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("no prediction of placement", run.Output, StringComparison.Ordinal);
        // How many pages come before the write is a matter of how long each takes.
        Assert.DoesNotContain("exact", run.Output, StringComparison.Ordinal);
    }

    // Under the wall clock an event comes at its time of the host: here it is past before the first page is asked for.
    [Fact]
    public async Task Under_the_wall_clock_a_write_takes_hold_too()
    {
        var run = await Runs.OfTextAsync("""
            machine: ../machines/two-socket-8g.yaml
            kernel: "4.9"
            zonelistOrder: node
            occupied: [{zone: "0:Normal", leave: low}]
            events: [{at: 1us, set: {vm.numa_zonelist_order: zone}}]
            workloads:
              program: {kind: fill, cpus: 0-3, size: 32MiB, gfp: GFP_HIGHUSER_MOVABLE}
            """, new(Clock: SimulationClock.Wall, Threads: 2));
        Assert.Equal(1, run.Result.ZonelistRebuilds);
        Assert.Equal((0, 32 << 8), (run.Zone("0:DMA32").AllocatedPages, run.Zone("1:Normal").AllocatedPages));
    }
}
