using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;
using Numa.Core.Time;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads;

// Goal: each workload does what its description promises, and nothing but its seed decides how.
public class StressTaskTests
{
    private static readonly CpuTopology FourCpus = new([new(0), new(0), new(1), new(1)]);

    public static TheoryData<string> Kinds => new(
        "kind: fill, cpus: all, pages: 1000",
        "kind: storm, cpus: 0-1, workingSet: 400KiB, operations: 3000",
        "kind: storm, cpus: 0-1, workingSet: 400KiB, operations: 3000, release: oldest",
        "kind: producer-consumer, cpus: 0-1, consumers: 2-3, batch: 10, batches: 30, backlog: 3",
        "kind: toggle, cpus: all, slots: 64, operations: 3000, think: 100ns",
        "kind: toggle, cpus: all, slots: 64, operations: 3000, mix: mixed, think: 100ns",
        "kind: toggle, cpus: all, slots: 64, operations: 3000, mix: bulk, think: 100ns");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_seed_gives_the_same_steps_and_another_seed_others(string workload)
    {
        var (first, again, other) = (Steps(workload, 7), Steps(workload, 7), Steps(workload, 8));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_tasks_say_they_hold_is_what_was_allocated_and_not_freed(string workload)
    {
        var tasks = Plan(workload);
        var cpus = new FakeCpus(1 << 20);
        Assert.Empty(cpus.Run(tasks));
        var held = tasks.SelectMany(task => task.LiveBlocks()).ToList();
        Assert.Equal(cpus.LiveBlocks, held.Count);
        Assert.Equal(held.Sum(block => block.Pages), tasks.Sum(task => task.LivePages));
        Assert.Equal((1 << 20) - cpus.FreePages, tasks.Sum(task => task.LivePages));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_task_hangs_or_loses_pages_when_memory_runs_out(string workload)
    {
        var tasks = Plan(workload);
        var cpus = new FakeCpus(70);
        Assert.Empty(cpus.Run(tasks));
        Assert.Equal(70 - cpus.FreePages, tasks.Sum(task => task.LivePages));
    }

    [Fact]
    public void A_fill_shares_its_pages_among_its_CPUs_and_keeps_them()
    {
        var tasks = Plan("kind: fill, cpus: all, pages: 1002");
        var cpus = new FakeCpus(1 << 20);
        cpus.Run(tasks);
        Assert.Equal([251, 251, 250, 250], tasks.Select(task => task.LivePages));
        Assert.Equal(0, cpus.Frees);
    }

    [Theory]
    [InlineData("kind: fill, cpus: 0, size: unlimited")]
    [InlineData("kind: device, cpus: 0")]
    [InlineData("kind: storm, cpus: 0, workingSet: unlimited, operations: unlimited")]
    public void Without_a_limit_the_first_failure_ends_a_fill(string workload)
    {
        var task = Assert.Single(Plan(workload, "duration: 1s"));
        new FakeCpus(500).Run([task]);
        Assert.Equal(500, task.LivePages);
    }

    [Fact]
    public void A_storm_frees_everything_at_its_end_and_never_holds_more_than_its_working_set()
    {
        var task = Assert.Single(Plan("kind: storm, cpus: 0, workingSet: 40KiB, operations: 105"));
        var cpus = new FakeCpus(10);
        cpus.Run([task]);
        Assert.Equal(10, cpus.FreePages);
        Assert.Equal(55, cpus.Frees);

        // All at once: ten faults, then ten frees.
        Assert.All(cpus.Log.Take(10), line => Assert.Contains("Allocate", line, StringComparison.Ordinal));
        Assert.All(cpus.Log.Skip(10).Take(10), line => Assert.Contains("Free", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_storm_that_releases_the_oldest_frees_one_for_each_new_one()
    {
        var task = Assert.Single(Plan("kind: storm, cpus: 0, workingSet: 40KiB, operations: 50, release: oldest"));
        var cpus = new FakeCpus(10);
        cpus.Run([task]);
        Assert.Equal("Free Allocate Free Allocate",
            string.Join(' ', cpus.Log.Skip(10).Take(4).Select(line => line.Split(' ')[1])));
        Assert.Equal(10, cpus.FreePages);
    }

    [Fact]
    public void A_producer_never_runs_further_ahead_than_its_backlog()
    {
        var tasks = Plan("kind: producer-consumer, cpus: 0, consumers: 2, batch: 10, batches: 20, backlog: 3");
        var step = default(TaskStep);
        var handedOver = 0;
        for (var i = 0; i < 500; i++)
        {
            // The consumer stands still: the producer must fall asleep with 3 batches handed over and one in hand.
            tasks[0].Next(ref step);
            if (step.Kind == TaskStepKind.Sleep) break;
            if (step.Kind == TaskStepKind.Allocate) tasks[0].Allocated(new(i, 0, 0));
            else handedOver++;
        }

        Assert.Equal((TaskStepKind.Sleep, 3), (step.Kind, handedOver));
        Assert.Equal(10, tasks[0].LivePages);
    }

    [Fact]
    public void Pages_of_a_producer_are_freed_by_its_consumer_on_the_other_CPU()
    {
        var tasks = Plan("kind: producer-consumer, cpus: 0, consumers: 3, batch: 10, batches: 20");
        var cpus = new FakeCpus(1000);
        Assert.Empty(cpus.Run(tasks));
        Assert.Equal([new CpuId(0), new CpuId(3)], tasks.Select(task => task.Cpu));
        Assert.Equal((1000, 200), (cpus.FreePages, cpus.Frees));
        Assert.DoesNotContain(cpus.Log, line => line.StartsWith("0 Free", StringComparison.Ordinal));
    }

    [Fact]
    public void The_mixed_toggle_draws_every_order_of_its_mix_and_no_other()
    {
        var task = Assert.Single(Plan("kind: toggle, cpus: 0, slots: 4096, mix: mixed, operations: 20000"));
        new FakeCpus(1 << 30).Run([task]);
        var orders = task.LiveBlocks().GroupBy(block => block.Order).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal([0, 1, 2, 3, 5, 9], orders.Keys.Order());
        Assert.InRange(orders[0] / (double)orders.Values.Sum(), 0.85, 0.91);
    }

    [Fact]
    public void Think_time_stays_within_a_tenth_and_averages_what_was_asked()
    {
        var think = new ThinkTime(new(1000), new(5));
        var draws = Enumerable.Range(0, 10_000).Select(_ => think.Next().Nanoseconds).ToList();
        Assert.Equal((900, 1100), (draws.Min(), draws.Max()));
        Assert.InRange(draws.Average(), 998, 1002);
        Assert.Equal(0, new ThinkTime(VirtualDuration.Zero, new(5)).Next().Nanoseconds);
    }

    [Fact]
    public void A_workload_starts_after_every_task_of_those_that_it_names()
    {
        var scenario = ScenarioTexts.Parse("""
            machine: pair.yaml
            workloads:
              last: {kind: fill, cpus: 0, pages: 1, after: [first, pairs]}
              first: {kind: fill, node: 1, pages: 2}
              pairs: {kind: producer-consumer, cpus: 0, consumers: 1, batches: 1}
            """);
        var tasks = WorkloadPlan.Build(scenario, FourCpus, new(1));
        Assert.Equal(Enumerable.Range(0, 5), tasks.Select(task => task.Id.Value));
        Assert.Equal([1, 2, 3, 4], tasks[0].After.Select(id => id.Value));
        Assert.Empty(tasks[1].After);
    }

    [Fact]
    public void A_workload_more_changes_no_steps_of_the_others()
    {
        const string one = "machine: pair.yaml\nworkloads:\n  a: {kind: toggle, cpus: 0, operations: 500}\n";
        const string two = one + "  b: {kind: fill, cpus: 1, pages: 9}\n";
        var alone = new FakeCpus(5000);
        alone.Run([WorkloadPlan.Build(ScenarioTexts.Parse(one), FourCpus, new(1))[0]]);
        var beside = new FakeCpus(5000);
        beside.Run([WorkloadPlan.Build(ScenarioTexts.Parse(two), FourCpus, new(1))[0]]);
        Assert.Equal(alone.Log, beside.Log);
    }

    [Fact]
    public void A_plan_refuses_CPUs_that_a_captured_machine_lacks()
    {
        var scenario = ScenarioTexts.Parse("machine: capture\nworkloads: {a: {kind: fill, cpus: 9, pages: 1}}");
        var problem = Assert.Single(Assert.Throws<InputException>(
            () => WorkloadPlan.Build(scenario, FourCpus, new(1))).Problems);
        Assert.Equal("s.yaml:2:35: error NUMA110: workload 'a' runs on CPU 9, but the machine's CPUs are 0-3",
            problem.ToString());
    }

    [Theory]
    [InlineData("thisnode", true, null, "")]
    [InlineData("{bind: [1, 0]}", false, null, "0,1")]
    [InlineData("{preferred: 1}", false, 1, "")]
    public void A_policy_is_part_of_the_request(string policy, bool thisNode, int? preferred, string allowed)
    {
        var task = Assert.Single(Plan($"kind: fill, cpus: 0, pages: 1, policy: {policy}"));
        var step = default(TaskStep);
        task.Next(ref step);
        Assert.Equal(thisNode, step.Request!.ThisNodeOnly);
        Assert.Equal(preferred, step.Request.PreferredNode?.Value);
        var nodes = step.Request.AllowedNodes;
        Assert.Equal(allowed, nodes.IsDefault ? "" : string.Join(',', nodes));
    }

    private static List<string> Steps(string workload, ulong seed)
    {
        var cpus = new FakeCpus(1 << 20);
        cpus.Run(Plan(workload, seed: seed));
        return cpus.Log;
    }

    private static ImmutableArray<SimulatedTask> Plan(string workload, string more = "seed: 1", ulong seed = 1) =>
        WorkloadPlan.Build(
            ScenarioTexts.Parse($"machine: pair.yaml\n{more}\nworkloads: {{a: {{{workload}}}}}"), FourCpus, new(seed));
}
