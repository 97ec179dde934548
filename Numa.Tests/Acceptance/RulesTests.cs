using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Acceptance;

// Goal: the kernel's rules at work in whole runs. Method: figures that follow from the rules by arithmetic.
public class RulesTests
{
    private const int Batch = 31;

    // What is left of DMA32 shows which check let the last page through: reserve 30181, low 1195, min 956.
    [Fact]
    public async Task The_lowmem_reserve_holds_at_both_marks_and_leaves_pages_for_who_needs_them()
    {
        var run = await Runs.OfTextAsync("""
            machine: ../machines/notes-32g.yaml
            reclaim: none
            occupied: [{zone: "0:Normal", leave: 30000}]
            workloads:
              program: {kind: fill, cpus: 0, size: unlimited, gfp: GFP_HIGHUSER}
              driver: {kind: device, cpus: 0, after: program, gfp: GFP_DMA32, count: 1000}
            """, new());
        var tried = run.Result.Failures.Single().Tried;
        Assert.Equal(["program"], run.Result.Failures.Select(failure => failure.Workload));
        var atMin = tried.Single(zone => (zone.Zone, zone.Mark) == ("0:DMA32", "min"));
        Assert.Equal(30181 + 956, atMin.RequiredPages);
        Assert.InRange(atMin.AvailablePages, 30181 + 956 - 2 * Batch, 30181 + 956);
        Assert.Equal(3973, tried.Single(zone => (zone.Zone, zone.Mark) == ("0:DMA", "min")).AvailablePages);
        Assert.Equal(1000, run.Result.Workloads.Single(workload => workload.Name == "driver").LivePages);

        // Fewer pages are asked for than would lead into the slow path by one batch; one batch more does.
        var entry = run.Result.SlowPathOperation!.Value;
        var before = await Runs.OfTextAsync($$"""
            machine: ../machines/notes-32g.yaml
            occupied: [{zone: "0:Normal", leave: 30000}]
            workloads:
              program: {kind: fill, cpus: 0, pages: {{entry - 1}}, gfp: GFP_HIGHUSER}
            """, new());
        Assert.Null(before.Result.SlowPathOperation);
        Assert.InRange(before.Zone("0:DMA32").FreePages, 30181 + 1195 - 2 * Batch, 30181 + 1195);
        Assert.Equal(3973, before.Zone("0:DMA").FreePages);
    }

    [Fact]
    public async Task Only_this_node_means_three_zones_and_a_failure()
    {
        var run = await Runs.OfAsync("this-node-only");
        var failure = Assert.Single(run.Result.Failures);
        Assert.Equal(run.Zone("1:Normal").ManagedPages, run.Zone("1:Normal").FreePages);
        Assert.Equal(["0:Normal", "0:DMA32", "0:DMA"],
            failure.Tried.Where(zone => zone.Mark == "low").Select(zone => zone.Zone));
        Assert.All(failure.Tried, zone => Assert.StartsWith("0:", zone.Zone, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_node_beside_an_empty_one_spills_while_kswapd_sleeps()
    {
        var run = await Runs.OfAsync("this-node-only", "strict.gfp=GFP_KERNEL", "strict.pages=10000");
        Assert.Equal(10000, run.Zone("1:Normal").AllocatedPages);
        Assert.Equal(0, run.Result.KswapdWakeUps);
        Assert.Null(run.Result.SlowPathOperation);
        Assert.Equal(10000, run.Result.Fallbacks);
    }

    [Theory]
    [InlineData("node", "0:Normal 0:DMA32 0:DMA 1:Normal", "1:Normal 0:Normal 0:DMA32 0:DMA")]
    [InlineData("zone", "0:Normal 1:Normal 0:DMA32 0:DMA", "1:Normal 0:Normal 0:DMA32 0:DMA")]
    public async Task Lists_follow_the_order_and_first_choices_are_counted(string order, string node0, string node1)
    {
        var run = await StressAsync("virtual", order);
        Assert.Equal([node0, node1], run.Machine.Zonelists.Nodes.Select(
            lists => string.Join(' ', lists.Fallback.Zones.Select(zone => zone.ToString()))));
        Assert.Equal(run.Result.Allocations, run.Result.Placement.Sum(place => place.FirstChoicePages));
        Assert.All(run.Result.Placement.Where(place => place.FirstChoicePages > 0),
            place => Assert.Equal($"{place.CpuNode}:Normal", place.Zone));
    }

    // 64 CPUs fill node 0 and go on: every task's pages come from zones of its list, in the order of the list.
    [Theory]
    [InlineData("virtual")]
    [InlineData("wall")]
    public async Task Many_CPUs_wait_fall_back_in_the_order_of_the_list_and_lose_no_page(string clock)
    {
        var run = await StressAsync(clock, "node");
        Assert.True(run.Result.Fallbacks > 0);
        Assert.True(run.Zone("1:Normal").AllocatedPages > 0);
        if (clock == "wall") return;
        Assert.True(run.Contention.TotalWaitNanoseconds > 0);
        string[] list = ["0:Normal", "0:DMA32", "0:DMA", "1:Normal"];
        foreach (var runs in run.Placement.Take(32))
        {
            var steps = runs.Runs.Select(part =>
                Array.IndexOf(list, run.Machine.Zones[part.Zone].Id.ToString())).ToList();
            Assert.Equal(steps.Order(), steps);
        }
    }

    // A closed queue: N CPUs, one server that takes h, t from an answer to the next question. Once the server never
    // rests, each round takes N x h, of which a CPU waits (N - 1) x h - t.
    [Theory]
    [InlineData(8, 1000, 2000)]
    [InlineData(4, 700, 500)]
    [InlineData(1, 1000, 500)]
    public async Task Waits_are_those_of_a_closed_queue(int cpus, int hold, int think)
    {
        const int pagesetHit = 40, way = 50;
        var run = await Runs.OfTextAsync($$"""
            machine: ../machines/two-node-112cpu.yaml
            costs: {holdBase: {{hold}}, holdPerPage: 0, holdPerTail: 0, holdPerSplit: 0, holdPerMerge: 0, handOver: 0,
              pagesetHit: {{pagesetHit}}, way: {{way}}, zeroPerPage: 0}
            workloads:
              direct: {kind: fill, cpus: 0-{{cpus - 1}}, pages: {{16 * 2000 * cpus}}, order: 4, think: {{think}}ns}
            """, new());
        var zone = run.Zone("0:Normal");
        Assert.Equal(2000 * cpus, zone.Visits);
        var expected = cpus == 1 ? 0 : (cpus - 1) * hold - (think + pagesetHit + 2 * way);
        Assert.InRange(zone.MeanWaitNanoseconds, expected * 0.99, expected * 1.01);
        Assert.Equal(2000L * cpus * hold, zone.LockHoldNanoseconds);
    }

    // The same queue with a lock that has to be handed over. All others wait when a CPU comes, so a ticket lock (3.10)
    // pays for seven and a queued one (4.9) for one; nothing else differs.
    [Theory]
    [InlineData("3.10", 10_000 + 7 * 60)]
    [InlineData("4.9", 10_000 + 60)]
    public async Task Hand_over_is_paid_by_the_kind_of_lock(string kernel, int hold)
    {
        const int cpus = 8, outside = 500 + 40 + 2 * 50;
        var run = await Runs.OfTextAsync($$"""
            machine: ../machines/two-node-112cpu.yaml
            kernel: "{{kernel}}"
            costs: {holdBase: 10000, holdPerPage: 0, holdPerTail: 0, holdPerSplit: 0, holdPerMerge: 0, handOver: 60,
              zeroPerPage: 0}
            workloads:
              direct: {kind: fill, cpus: 0-{{cpus - 1}}, pages: {{16 * 2000 * cpus}}, order: 4, think: 500ns}
            """, new());
        var zone = run.Zone("0:Normal");
        Assert.Equal(2000 * cpus, zone.Visits);
        Assert.InRange((double)zone.LockHoldNanoseconds / zone.Visits, hold * 0.999, hold);
        var expected = (cpus - 1) * hold - outside;
        Assert.InRange(zone.MeanWaitNanoseconds, expected * 0.99, expected * 1.01);
    }

    [Fact]
    public async Task Every_kind_of_actor_hears_and_decides()
    {
        var run = await Runs.OfTextAsync("""
            machine: ../machines/notes-32g.yaml
            reclaim: none
            occupied: [{zone: "0:Normal", leave: 30000}]
            workloads:
              program: {kind: fill, cpus: 0, size: unlimited, gfp: GFP_HIGHUSER}
            """, new());
        Assert.True(run.Result.Fallbacks > 0);
        Assert.NotEmpty(run.Result.WatermarkEvents);
        Assert.Equal(["clock", "machine", "node", "pageset", "workload", "zone"],
            run.Result.Actors.Select(actor => actor.Kind));
        Assert.All(run.Result.Actors, actor => Assert.True(actor.Messages > 0 && actor.Decisions > 0, actor.Kind));
    }

    // All other scenarios of configs/ run elsewhere in this folder, whole or cut down.
    [Theory]
    [InlineData("producer-consumer", "receive.batches=100")]
    [InlineData("page-fault-storm", "storm.operations=2000")]
    [InlineData("one-node-fill", "fill.size=1GiB")]
    [InlineData("lowmem-reserve", "program.size=1GiB")]
    public async Task A_scenario_runs_to_its_end(string scenario, string setting)
    {
        var run = await Runs.OfAsync(scenario, setting);
        Assert.Empty(run.Result.Failures);
        Assert.All(run.Result.Workloads, workload => Assert.Equal("exited", workload.End));
    }

    private const string EndedByTheDuration = """
        machine: ../machines/small-node0.yaml
        duration: 100us
        workloads:
          storm: {kind: storm, cpus: 0, workingSet: 64KiB, operations: unlimited}
          receive: {kind: producer-consumer, cpus: 2, consumers: 4, batches: 1, think: 1ms}
          late: {kind: fill, cpus: 1, after: storm, pages: 1}
        """;

    // Of a task that did not end the report says what it was about: at work, asleep, or not yet begun.
    [Fact]
    public async Task What_the_duration_cuts_off_is_told_from_what_never_started()
    {
        var run = await Runs.OfTextAsync(EndedByTheDuration, new());
        Assert.Equal(["cut off by the duration", "1 asleep at the end, 1 cut off by the duration", "never started"],
            run.Result.Workloads.Select(workload => workload.End));
        Assert.All(run.Result.Workloads, workload => Assert.Null(workload.FinishedNanoseconds));
    }

    [Fact]
    public async Task A_workload_that_only_a_duration_ends_is_refused_under_the_wall_clock()
    {
        var refusal = await Assert.ThrowsAsync<InputException>(
            () => Runs.OfTextAsync(EndedByTheDuration, new(Clock: SimulationClock.Wall)));
        Assert.Contains("never ends under the wall clock", Assert.Single(refusal.Problems).Message,
            StringComparison.Ordinal);
    }

    private static Task<RunRecord> StressAsync(string clock, string order) => Runs.OfTextAsync($$"""
        machine: ../machines/two-node-112cpu.yaml
        zonelistOrder: {{order}}
        occupied: [{zone: "0:Normal", leave: 60000}, {zone: "0:DMA32", leave: 70000}]
        workloads:
          storm: {kind: storm, cpus: "0-31,56-87", workingSet: unlimited, operations: 3000}
        """, new(Clock: Enum.Parse<SimulationClock>(clock, ignoreCase: true), Threads: 2));
}
