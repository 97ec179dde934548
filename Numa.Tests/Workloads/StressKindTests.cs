using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Nodes;
using Numa.Workloads.Scenarios.Keys;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads;

// Goal: each kind does what docs/workloads.md says, to the page. Method: its tasks against a counter of free pages that
// checks that nothing is freed twice, or that was not held.
public class StressKindTests
{
    private static readonly CpuTopology FourCpus = new([new(0), new(0), new(1), new(1)]);

    public static TheoryData<string> Kinds =>
        [.. WorkloadKinds.Names.Where(name => name is not ("trace" or "fill" or "aging" or "huge-page-faults"
            or "allocator-benchmark"))];

    // One line is enough: every key has a default. Of kinds that take a share of a machine, the scenarios tell.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_kind_and_its_CPUs_are_a_whole_workload(string kind)
    {
        var tasks = Plan($"kind: {kind}, cpus: all");
        var cpus = new FakeCpus(1 << 20);
        Assert.Empty(cpus.Run(tasks, 20_000_000));
        Assert.Equal((1 << 20) - cpus.FreePages, tasks.Sum(task => task.LivePages));
        Assert.All(tasks, task => Assert.Equal(task.LivePages, task.LiveBlocks().Sum(block => block.Pages)));
    }

    // Once these went on for ever: time stood still between bursts, a consumer waited for a batch that was the last, and
    // an operation that was half done was asked for again and again.
    [Theory]
    [InlineData("kind: network-receive, cpus: 0, arrivals: 0, ring: 8, duration: 100us")]
    [InlineData("kind: producer-consumer, cpus: 0, consumers: 1, batch: 4, backlog: 1, think: 1us, duration: 50us")]
    [InlineData("kind: allocator-benchmark, cpus: 0, pattern: random, size: 1MiB, duration: 20us")]
    public void Whoever_has_a_duration_ends(string workload)
    {
        var tasks = Plan(workload);
        Assert.Empty(new FakeCpus(100_000).Run(tasks, 2_000_000));
    }

    [Theory]
    [InlineData("kind: network-receive, cpus: all, consumers: elsewhere, bursts: 50")]
    [InlineData("kind: fork-storm, cpus: all, forks: 9")]
    [InlineData("kind: allocator-benchmark, cpus: 0-2, size: 1MiB")]
    [InlineData("kind: slab-churn, cpus: all, operations: 900, hold: 1ms")]
    [InlineData("kind: aging, cpus: 1, size: 2MiB, hold: 0, repeat: 3")]
    [InlineData("kind: fill, cpus: all, size: 3MiB, hold: 5us, repeat: 2")]
    [InlineData("kind: storm, cpus: 0, operations: 77")]
    public void Nothing_is_held_at_its_end(string workload)
    {
        var tasks = Plan(workload);
        var cpus = new FakeCpus(100_000);
        Assert.Empty(cpus.Run(tasks));
        Assert.Equal((100_000, 0), (cpus.FreePages, cpus.LiveBlocks));
        Assert.True(cpus.Frees > 30);
        Assert.All(tasks, task => Assert.Equal(0, task.LivePages));
    }

    [Fact]
    public void Packets_without_a_buffer_or_descriptor_are_dropped_and_counted()
    {
        var tasks = Plan("kind: network-receive, cpus: 0, bursts: 40, burst: 10, ring: 6, processing: 1ms");
        new FakeCpus(4).Run(tasks);
        var counts = Counts(tasks);
        Assert.Equal((40, 400), (counts["bursts"], counts["packets"]));
        Assert.InRange(counts["dropped: no page"], 2, 399);
        Assert.InRange(counts["dropped: ring full"], 160, 399);
        var received = tasks[0].Allocations;
        Assert.True(counts["dropped: no page"] + counts["dropped: ring full"] + received <= 400);
    }

    // Once a burst began when the last one was done, so that no CPU was ever too slow.
    [Theory]
    [InlineData("bursts: 1000, arrivals: 0", 1000, 512, 560)]
    [InlineData("duration: 100ms, arrivals: 50us, think: 5us", 2000, 19_900, 20_600)]
    [InlineData("bursts: 2000, arrivals: 50us, think: 5us", 2000, 19_900, 20_600)]
    [InlineData("duration: 10ms, arrivals: 1us, burst: 1, think: 2us, ring: 4, processing: 0", 10_000, 4_950, 5_050)]
    public void Packets_come_by_the_clock_and_a_CPU_that_is_too_slow_overruns_the_ring(
        string load, int bursts, int least, int most)
    {
        var tasks = Plan($"kind: network-receive, cpus: 0, {load}");
        var cpus = new FakeCpus(100_000);
        cpus.Run(tasks);
        var counts = Counts(tasks);
        Assert.Equal((bursts, 0), (counts["bursts"], counts["dropped: no page"]));
        Assert.Equal(counts["packets"], cpus.Frees + counts["dropped: ring full"]);
        Assert.InRange(cpus.Frees, least, most);
    }

    // As many pages as descriptors: with one buffer more than that there would be no page.
    [Fact]
    public void No_more_buffers_are_in_use_than_the_ring_has_descriptors()
    {
        var tasks = Plan(
            "kind: network-receive, cpus: 0, bursts: 200, arrivals: 5us, burst: 3, ring: 8, think: 2us,"
            + " processing: 30us");
        var cpus = new FakeCpus(8);
        cpus.Run(tasks);
        Assert.Equal(0, Counts(tasks)["dropped: no page"]);
        Assert.Equal(600, cpus.Frees + Counts(tasks)["dropped: ring full"]);
    }

    [Fact]
    public void A_buffer_at_a_consumer_keeps_its_descriptor_until_it_is_freed()
    {
        var receiver = Plan("kind: network-receive, cpus: 0, consumers: 2, bursts: 50, burst: 3, ring: 8")[0];
        var step = default(TaskStep);
        var received = 0;
        // The consumer takes what it is given, and frees nothing.
        while (step.Kind != TaskStepKind.Sleep)
        {
            step.NotBefore = step.Kind == TaskStepKind.SleepUntil ? step.WakeAt : step.NotBefore + step.Think;
            receiver.Next(ref step);
            if (step.Kind == TaskStepKind.Allocate) receiver.Allocated(new(received++, 0, 0));
        }

        Assert.Equal((8, 150 - 8), (received, Counts([receiver])["dropped: ring full"]));
    }

    [Fact]
    public void A_buffer_is_freed_so_long_after_its_packet_came_however_long_that_waited()
    {
        var cpus = new FakeCpus(1000);
        cpus.Run(Plan(
            "kind: network-receive, cpus: 0, bursts: 1, burst: 4, arrivals: 10us, processing: 5us, think: 1us"));
        Assert.Equal(15_000, cpus.Now.Nanoseconds);
    }

    [Theory]
    [InlineData("end")]
    [InlineData("wait")]
    [InlineData("shrink")]
    [InlineData("skip")]
    public void Every_packet_is_received_or_dropped_whatever_is_done_without_memory(string answer)
    {
        var tasks = Plan("kind: network-receive, cpus: 0, duration: 90ms, arrivals: 1ms, burst: 40, ring: 60,"
            + $" processing: 3ms, onFailure: {answer}");
        var cpus = new FakeCpus(30);
        cpus.Run(tasks);
        var counts = Counts(tasks);
        Assert.Equal(counts["packets"],
            cpus.Frees + counts["dropped: no page"] + counts["dropped: ring full"]);
        Assert.Equal(answer == "end" ? 1 : 90, counts["bursts"]);
        Assert.Equal(0, cpus.LiveBlocks);
    }

    [Fact]
    public void A_burst_comes_when_it_is_due_and_a_buffer_lives_as_long_as_it_is_processed()
    {
        var cpus = new FakeCpus(1000);
        cpus.Run(Plan("kind: network-receive, cpus: 0, bursts: 3, burst: 2, arrivals: 10us, processing: 4us, think: 0"));
        Assert.Equal(34_000, cpus.Now.Nanoseconds);
        Assert.Equal(6, cpus.Frees);
    }

    [Fact]
    public void What_huge_pages_cannot_give_single_pages_do()
    {
        var tasks = Plan("kind: huge-page-faults, cpus: 0, size: 8MiB");
        var cpus = new FakeCpus(2 * 512 + 511 + 600) { SmallestFreeForHuge = 512 + 511 };
        cpus.Run(tasks);
        var counts = Counts(tasks);
        Assert.Equal(512 * counts["huge pages"] + counts["single pages"], tasks[0].LivePages);
        Assert.True(counts["fallbacks to single pages"] > 0 && counts["huge pages"] > 0);
    }

    [Theory]
    [InlineData("always", "none", "GFP_TRANSHUGE|__GFP_NORETRY")]
    [InlineData("always", "hugepage", "GFP_TRANSHUGE")]
    [InlineData("defer", "hugepage", "GFP_TRANSHUGE_LIGHT|GFP_NOWAIT")]
    [InlineData("defer+madvise", "none", "GFP_TRANSHUGE_LIGHT|GFP_NOWAIT")]
    [InlineData("defer+madvise", "hugepage", "GFP_TRANSHUGE")]
    [InlineData("madvise", "none", "GFP_TRANSHUGE_LIGHT")]
    [InlineData("madvise", "hugepage", "GFP_TRANSHUGE")]
    [InlineData("never", "hugepage", "GFP_TRANSHUGE_LIGHT")]
    public void Defrag_and_advice_say_what_a_huge_fault_may_do(string defrag, string advice, string gfp)
    {
        var task = Plan($"kind: huge-page-faults, cpus: 0, size: 2MiB, defrag: {defrag}, advice: {advice}")[0];
        var step = default(TaskStep);
        task.Next(ref step);
        Assert.Equal(gfp, Numa.Core.Text.GfpText.Format(step.Request!.Gfp));
        Assert.Equal(9, step.Request.Order.Value);
        Assert.True(step.Request.IsHugePageFault && step.Request.IsZeroed);
    }

    // The shares of 20 000 draws by chi-square, at a level that one right sampler in a thousand would fail.
    [Fact]
    public void Slabs_have_the_orders_of_their_shares()
    {
        var tasks = Plan("kind: slab-churn, cpus: 0, operations: 20000");
        new FakeCpus(1 << 20).Run(tasks);
        var counts = Counts(tasks);
        var statistic = new[] { 0.55, 0.2, 0.15, 0.1 }.Select((share, order) =>
            Math.Pow(counts[$"slabs of order {order}"] - share * 20_000, 2) / (share * 20_000)).Sum();
        Assert.InRange(statistic, 0, ChiSquared.InvCDF(3, 0.999));
    }

    [Fact]
    public void Aging_frees_its_share_and_keeps_the_rest()
    {
        var tasks = Plan("kind: aging, cpus: all, size: 16MiB, freed: 70%");
        var cpus = new FakeCpus(1 << 14);
        cpus.Run(tasks);
        Assert.Equal((4096, 2864), (Counts(tasks)["blocks taken"], Counts(tasks)["blocks freed again"]));
        Assert.Equal(4096 - 2864, tasks.Sum(task => task.LivePages));
    }

    [Fact]
    public void A_child_takes_a_stack_page_tables_and_pages_and_a_fork_that_fails_gives_all_back()
    {
        var cpus = new FakeCpus(100);
        var tasks = Plan("kind: fork-storm, cpus: 0, forks: 5, children: 1, pages: 30, pageTables: 6");
        cpus.Run(tasks);
        Assert.Equal(5 * 37, cpus.Frees);
        var tight = new FakeCpus(36);
        var failing = Plan("kind: fork-storm, cpus: 0, forks: 5, children: 2, pages: 30, pageTables: 6");
        tight.Run(failing);
        Assert.Equal((36, 5, 0), (tight.FreePages, Counts(failing)["forks that failed"], Counts(failing)["children"]));
    }

    [Theory]
    [InlineData("3.10", 1)]
    [InlineData("4.4", 2)]
    [InlineData("6.12", 2)]
    public void A_childs_stack_is_as_large_as_its_kernel_makes_it(string kernel, int order)
    {
        var machine = Generators.HandMadeMachine.Image(
            kernel, Generators.HandMadeMachine.Zone(0, ZoneKind.Normal, Generators.Zones.Tuning(), 64));
        var scenario = ScenarioTexts.Parse("machine: pair.yaml\nworkloads: {a: {kind: fork-storm, cpus: 0}}");
        var forks = scenario.Workloads[0].On(machine);
        var tasks = WorkloadPlan.Build(scenario with { Workloads = [forks] }, FourCpus, new(1));
        var step = default(TaskStep);
        tasks[0].Next(ref step);
        Assert.Equal(order, step.Request!.Order.Value);
    }

    [Theory]
    [InlineData("bulk", 512, 512)]
    [InlineData("repeat", 1024, 512)]
    [InlineData("random", 1024, 512)]
    public void The_trio_does_as_many_operations_as_it_took_blocks(string pattern, int allocations, int frees)
    {
        var tasks = Plan($"kind: allocator-benchmark, cpus: 0, size: 2MiB, pattern: {pattern}");
        var cpus = new FakeCpus(1 << 14);
        cpus.Run(tasks);
        Assert.Equal(frees, cpus.Frees);
        Assert.Equal(allocations - frees, tasks[0].LivePages);
    }

    [Fact]
    public void One_initialiser_touches_all_that_many_would()
    {
        var one = Assert.Single(Plan("kind: fill, cpus: 1-3, by: one, pages: 10"));
        Assert.Equal(1, one.Cpu.Value);
        new FakeCpus(100).Run([one]);
        Assert.Equal(10, one.LivePages);
    }

    [Theory]
    [InlineData("end", 100, 0)]
    [InlineData("skip", 100, 900)]
    [InlineData("shrink", 90, 0)]
    public void Want_of_memory_is_answered_as_asked(string answer, int least, int skipped)
    {
        var cpus = new FakeCpus(100);
        var tasks = Plan($"kind: fill, cpus: 0, pages: 1000, onFailure: {answer}");
        cpus.Run(tasks);
        Assert.InRange(tasks[0].LivePages, least, 100);
        Assert.Equal(skipped, Counts(tasks).GetValueOrDefault("skipped"));
        if (answer == "shrink") Assert.Equal(1000 - tasks[0].LivePages, Counts(tasks)["pages given back"]);
    }

    [Fact]
    public void Who_waits_asks_every_20_ms_and_gives_up_after_two_minutes()
    {
        var cpus = new FakeCpus(10);
        var tasks = Plan("kind: fill, cpus: 0, pages: 20, onFailure: wait, think: 0");
        cpus.Run(tasks);
        Assert.Equal((10, 6000), (tasks[0].LivePages, Counts(tasks)["waits"]));
        Assert.Equal(120_000_000_000, cpus.Now.Nanoseconds);
    }

    [Fact]
    public void Work_begins_late_and_ends_by_the_clock()
    {
        var cpus = new FakeCpus(1 << 20);
        var tasks = Plan("kind: storm, cpus: 0, start: 3ms, duration: 2ms");
        cpus.Run(tasks);
        Assert.InRange(cpus.Now.Nanoseconds, 5_000_000, 5_010_000);
        Assert.Equal(0, tasks[0].LivePages);
    }

    [Theory]
    [InlineData("kind: network-receive, cpus: 0, arrivals: {poison: 5us}", "s.yaml:2:60: error NUMA102: unknown key"
        + " 'poison' in arrivals; did you mean 'poisson'?")]
    [InlineData("kind: network-receive, cpus: 0, arrivals: 5", "s.yaml:2:59: error NUMA106: arrivals: '5' is no"
        + " duration; expected a number with ns, us, ms or s, for example 50ms")]
    [InlineData("kind: network-receive, cpus: 0, burst: {uniform: [9, 3]}",
        "s.yaml:2:70: error NUMA107: uniform goes from 9 to 3; expected the least first")]
    [InlineData("kind: slab-churn, cpus: 0, lifetime: {lognormal: {median: 1ms, sigma: 11}}",
        "s.yaml:2:87: error NUMA107: sigma is '11'; expected a number, 0 to 10")]
    [InlineData("kind: slab-churn, cpus: 0, orders: {0: 50%, 3: 40%}",
        "s.yaml:2:52: error NUMA107: orders are 90% together; expected 100%")]
    [InlineData("kind: slab-churn, cpus: 0, operations: unlimited", "s.yaml:2:56: error NUMA103: workload 'a' never"
        + " ends: operations is unlimited and the scenario has no duration")]
    [InlineData("kind: aging, cpus: 0, types: {movable: 60%, unmoveable: 40%}",
        "s.yaml:2:61: error NUMA108: types: 'unmoveable' is unknown; did you mean 'unmovable'?")]
    [InlineData("kind: fill, cpus: 0, lru: file, repeat: 2", "s.yaml:2:57: error NUMA115: repeat frees memory, and"
        + " such pages are not their task's to free; leave lru out")]
    [InlineData("kind: fork-storm, cpus: 0, order: 2", "s.yaml:2:51: error NUMA115: a child takes a stack of its"
        + " kernel's order and single pages; leave order out")]
    [InlineData("kind: trace, cpus: 0, file: none.txt", "s.yaml:2:45: error NUMA100: file: there is no file none.txt")]
    public void What_is_wrong_with_a_workload_is_told_at_its_place(string workload, string problem) => Assert.Equal(
        [problem], ScenarioTexts.Problems($"machine: pair.yaml\nworkloads: {{a: {{{workload}}}}}"));

    private static Dictionary<string, long> Counts(IEnumerable<SimulatedTask> tasks) =>
        tasks.SelectMany(task => task.Tallies).GroupBy(tally => tally.Name)
            .ToDictionary(tally => tally.Key, tally => tally.Sum(one => one.Count));

    private static ImmutableArray<SimulatedTask> Plan(string workload) => WorkloadPlan.Build(
        ScenarioTexts.Parse($"machine: pair.yaml\nworkloads: {{a: {{{workload}}}}}"), FourCpus, new(1));
}
