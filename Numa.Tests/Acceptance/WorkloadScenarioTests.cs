using Numa.Workloads.Measurement;

namespace Numa.Tests.Acceptance;

// Goal: each scenario of a kind of workload shows what its first lines promise.
public class WorkloadScenarioTests
{
    [Fact]
    public async Task Large_buffers_are_dropped_on_old_memory_and_pages_are_not()
    {
        var run = (await Runs.OfAsync("network-receive")).Result;
        Assert.Equal(51_200, Counters(run, "pages")["packets"]);
        Assert.Equal(0, Counters(run, "pages")["dropped: no page"]);
        Assert.InRange(Counters(run, "large")["dropped: no page"], 5_000, 40_000);
        Assert.Equal(0, Counters(run, "pages")["dropped: ring full"] + Counters(run, "large")["dropped: ring full"]);
        Assert.True(run.Zones.Sum(zone => zone.FreePages) > 0.45 * run.Zones.Sum(zone => zone.ManagedPages));
    }

    // The story of README: what is dropped is dropped for want of a page, and min_free_kbytes buys it.
    [Theory]
    [InlineData("vm.min_free_kbytes=67584", 20_000, 60_000)]
    [InlineData("vm.min_free_kbytes=1GiB", 0, 0)]
    public async Task Pages_kept_free_are_there_for_bursts_that_may_not_wait(string setting, int least, int most)
    {
        var run = (await Runs.OfAsync("min-free-kbytes", setting)).Result;
        var counters = Counters(run, "receive");
        Assert.Equal((48, 1_572_864, 0),
            (counters["bursts"], counters["packets"], counters["dropped: ring full"]));
        Assert.InRange(counters["dropped: no page"], least, most);
        Assert.Equal(counters["dropped: no page"], Work(run, "receive").Failures);
    }

    [Fact]
    public async Task Old_memory_has_few_huge_pages()
    {
        var run = (await Runs.OfAsync("thp-fallback")).Result;
        Assert.Equal(0, Counters(run, "fresh")["fallbacks to single pages"]);
        var old = Counters(run, "old");
        Assert.True(old["huge pages"] > 0 && old["fallbacks to single pages"] > 50);
        Assert.Equal(512 * old["fallbacks to single pages"], old["single pages"]);
    }

    [Fact]
    public async Task Caches_hold_what_the_law_of_Little_says()
    {
        var run = (await Runs.OfAsync("slab-churn")).Result;
        var caches = Work(run, "caches");
        var held = caches.Allocations - (caches.Operations - caches.Allocations);
        // 330 on each of eight CPUs; the lifetimes of one instant vary by a twentieth.
        Assert.InRange(held / 8.0, 310, 350);
    }

    [Fact]
    public async Task Years_leave_memory_in_pieces()
    {
        var run = await Runs.OfAsync("aged-memory");
        var work = Work(run.Result, "years");
        Assert.Equal(work.LivePages, work.Operations - 2 * (work.Operations - work.Allocations));
        var fresh = (await Runs.OfAsync("aged-memory", "years.size=1%")).Result;
        Assert.True(run.Result.Zones.Sum(zone => zone.FreePages) > 600_000);
        // What huge pages it can still give: all that was not touched, and little else.
        var after = (await Runs.OfTextAsync(await Text("aged-memory")
            + "  huge: {kind: huge-page-faults, cpus: all, size: 40%, after: years}\n", new())).Result;
        var untouched = fresh.Zones.Sum(zone => zone.FreePages) * 0.27;
        Assert.InRange(512 * Counters(after, "huge")["huge pages"], untouched * 0.5, untouched * 1.3);
    }

    [Fact]
    public async Task Children_leave_nothing()
    {
        var run = (await Runs.OfAsync("fork-storm")).Result;
        Assert.Equal((800, 800), (Counters(run, "script")["children"], Counters(run, "script")["exits"]));
        Assert.Equal(0, Work(run, "script").LivePages);
        Assert.All(run.Zones, zone => Assert.Equal(zone.FreeAtStartPages, zone.FreePages + zone.PagesetPages));
    }

    [Fact]
    public async Task The_trio_differs_in_how_often_it_leaves_the_pageset()
    {
        var visits = new Dictionary<string, double>();
        foreach (var pattern in new[] { "bulk", "repeat", "random" })
        {
            var run = (await Runs.OfTextAsync(
                "machine: ../machines/small-node0.yaml\nkernel: \"6.1\"\nworkloads:\n"
                + $"  w: {{kind: allocator-benchmark, cpus: 0, size: 64MiB, pattern: {pattern}}}\n", new())).Result;
            visits[pattern] = run.Zones.Sum(zone => zone.Visits);
        }

        // All fill first, batch by batch: 16 384 pages. What comes then is in the pageset, unless everything is freed.
        Assert.InRange(visits["repeat"], 16_384 / 63, 16_384 / 63 + 4);
        Assert.InRange(visits["random"], visits["repeat"], visits["repeat"] + 4);
        Assert.InRange(visits["bulk"], visits["repeat"] + 8, 2 * visits["repeat"]);
    }

    [Fact]
    public async Task Three_of_four_pages_come_from_the_faster_tier()
    {
        var run = (await Runs.OfAsync("cxl-tier")).Result;
        Assert.Equal([196_608, 65_536], run.Placement.Where(from => from.Pages > 0).Select(from => from.Pages));
        Assert.Equal(0.75, run.LocalShare);
        Assert.Equal(1, (await Runs.OfAsync("cxl-tier", "workloads.program.policy=local")).Result.LocalShare);
    }

    [Fact]
    public async Task A_trace_is_made_again_beside_another_program()
    {
        var run = (await Runs.OfAsync("traced-program")).Result;
        var traced = Work(run, "traced");
        Assert.Equal((2057, 4114, 0), (traced.Allocations, traced.Operations, traced.LivePages));
        Assert.Equal(4, Counters(run, "traced")["frees of older blocks left out"]);
        Assert.Equal("exited", traced.End);
    }

    [Fact]
    public async Task A_trace_keeps_its_times_unless_it_is_told_otherwise()
    {
        var slow = Work((await Runs.OfAsync("traced-program", "beside.size=4KiB", "beside.cpus=4")).Result, "traced");
        var fast = Work((await Runs.OfAsync(
            "traced-program", "beside.size=4KiB", "beside.cpus=4", "traced.speed=20")).Result, "traced");
        Assert.InRange((double)slow.FinishedNanoseconds! / fast.FinishedNanoseconds!.Value, 1.95, 2.05);
    }

    [Fact]
    public async Task One_initialiser_puts_the_pool_on_its_node()
    {
        var one = (await Runs.OfAsync("buffer-pool")).Result;
        var all = (await Runs.OfAsync("buffer-pool", "pool.by=all")).Result;
        Assert.Equal((1, 4), (Work(one, "pool").Tasks, Work(all, "pool").Tasks));
        Assert.Equal(Work(one, "pool").LivePages, Work(all, "pool").LivePages);
        long OfNode(RunResult run, string node) => run.Zones.Where(zone => zone.Zone.StartsWith(node)).Sum(
            zone => zone.TaskPages);
        Assert.Equal((Work(one, "pool").LivePages, 0), (OfNode(one, "0:"), OfNode(one, "1:")));
        Assert.InRange(OfNode(all, "1:") / (double)OfNode(all, "0:"), 0.99, 1.01);
        Assert.Equal(6, Counters(one, "batch")["runs"]);
    }

    private static Task<string> Text(string scenario) => File.ReadAllTextAsync(
        Path.Combine(Workloads.ScenarioTexts.Configs, "scenarios", scenario + ".yaml"));

    private static WorkloadResult Work(RunResult run, string name) => run.Workloads.Single(work => work.Name == name);

    private static IReadOnlyDictionary<string, long> Counters(RunResult run, string name) => Work(run, name).Counters!;
}
