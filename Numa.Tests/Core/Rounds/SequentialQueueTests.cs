using CsCheck;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Rounds;

public class SequentialQueueTests
{
    // Goal: no host, grouping or turn order can be told from a plain sequential queue of events. Method: play random
    // small machines, half of them with perturbed costs and ties, as such a queue, then in rounds: as one group, all
    // apart, by node, and in random groups with turns in random order, with windows as wide as the costs allow and
    // narrowed at random. Free lists, ledgers, longest waits, CPUs, pagesets, tasks and ends must be equal to the last
    // frame and nanosecond; pages must be conserved, at every round's end too.
    [Fact]
    public void Rounds_equal_a_sequential_queue_under_any_grouping() =>
        SmallRun.Any.Sample(AssertAnyGrouping, iter: 1_000, threads: 2);

    // The same with room on every node, so that groups of nodes are calm for a while.
    [Fact]
    public void So_do_rounds_in_which_groups_are_calm() =>
        SmallRun.AnyRoomy.Sample(AssertAnyGrouping, iter: 150, threads: 2);

    // The same while memory comes and goes: what of it goes offline depends on what the tasks hold just then, and so
    // does all that follows.
    [Fact]
    public void So_do_rounds_in_which_memory_comes_and_goes() =>
        SmallRun.AnyPlugged.Sample(AssertAnyGrouping, iter: 400, threads: 2);

    // The first zone of kswapd's node loses all its memory, and nothing can be reclaimed: it must sleep all the same.
    [Fact]
    public void Kswapd_gives_up_also_where_its_first_zone_is_gone() =>
        SmallRun.AnyPlugged.Sample(AssertAnyGrouping, iter: 1, threads: 1, seed: "9fQQj1xGHepf");

    [Fact]
    public void Any_grouping_of_a_machine_that_is_short_of_memory_runs_like_one_queue() =>
        SmallRun.AnyTight.Sample(AssertAnyGrouping, iter: 300, threads: 2);

    // The same with workloads that sleep until an instant, hand blocks over, begin again, shrink, and end by the clock.
    [Fact]
    public void So_do_rounds_with_every_kind_of_workload() =>
        SmallRun.AnyStressed.Sample(AssertAnyGrouping, iter: 120, threads: 2);

    [Fact]
    public void So_do_they_where_memory_is_short() => SmallRun.AnyTight.Select(run => run with { IsStressed = true })
        .Sample(AssertAnyGrouping, iter: 60, threads: 2);

    // One run in five moves pages about for larger blocks; now and then their task is killed meanwhile.
    [Fact]
    public void So_does_one_whose_memory_is_compacted() =>
        SmallRun.AnyFragmented.Sample(AssertAnyGrouping, iter: 150, threads: 2);

    // Of pages that come back from compaction, those of a task that was killed meanwhile are nobody's.
    [Fact]
    public void Pages_of_a_task_that_died_meanwhile_are_not_put_back() => AssertAnyGrouping(
        new SmallRun("6.12", 1, 1, 5, 8, 712, 20000, false, 1930603886)
        {
            IsTight = true, IsFragmented = true, HasLru = true,
        });

    // A write fills the zone's fair batch at the next arrival; a CPU may read that before the visit has its effect.
    [Fact]
    public void A_write_is_on_the_board_before_the_visit_behind_it_has_its_effect() => AssertAnyGrouping(
        new SmallRun("4.4", 3, 3, 5, 4, 85, 1_244, false, 700586190) { IsRoomy = true });

    // A task that has not begun is chosen by the OOM killer, or one that is dying finds another one at that: both once
    // kept everybody waiting for ever.
    [Fact]
    public void Nobody_waits_for_ever_for_the_end_of_a_victim() => AssertAnyGrouping(
        new SmallRun("3.10", 2, 2, 7, 13, 255, 149, false, 1928235085) { IsRoomy = true, HasLru = true });

    private static void AssertAnyGrouping(SmallRun run)
    {
        var plan = run.Plan();
        var oracle = new SequentialQueue(plan);
        oracle.Run();
        AssertConserved(oracle.Zones, oracle.Cpus, plan);
        PluggedRun.AssertTold(plan, oracle.Zones, oracle.Cpus);
        var expected = StateText.Of(oracle.Zones, oracle.Cpus, plan.Tasks, oracle.Ends, oracle.Crossings)
            + PluggedRun.Text(plan);
        var hash = RunHash.Of(oracle.Zones, oracle.Cpus, plan.Tasks);
        AssertSame(run, "single", GroupMap.Single(plan.CpuCount, plan.ZoneCount), null, expected, hash);
        AssertSame(run, "apart", GroupMap.Apart(plan.CpuCount, plan.ZoneCount), null, expected, hash);
        AssertSame(run, "per node", SmallRun.PerNode(plan), null, expected, hash);
        AssertSame(run, "per node, narrow", SmallRun.PerNode(plan), (ulong)run.Seed + 3, expected, hash, true);
        AssertSame(run, "any", SmallRun.Grouping(plan, (ulong)run.Seed + 1), (ulong)run.Seed + 2, expected, hash);
        AssertSame(
            run, "any, narrow", SmallRun.Grouping(plan, (ulong)run.Seed + 4), (ulong)run.Seed + 5, expected, hash, true);
    }

    private static void AssertSame(
        SmallRun run, string grouping, GroupMap map, ulong? order, string expected, string hash,
        bool narrow = false)
    {
        var plan = run.Plan();
        var options = narrow ? AnyWindow.Options(order ?? 0) : RoundOptions.Default;
        var loop = new RoundLoop(plan, map, options with { CountsPages = true });
        var random = new SeededRandom(order ?? 0);
        while (loop.Step(order is null ? null : turns => Shuffle(turns, ref random)))
        {
        }

        var actual = StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings)
            + PluggedRun.Text(plan);
        Assert.True(expected == actual, $"{grouping}: {StateText.Difference(expected, actual)}");
        Assert.Equal(hash, RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks));
        AssertConserved(loop.Zones, loop.Cpus, plan);
    }

    private static void AssertConserved(ZoneProcess[] zones, CpuProcess[] cpus, SimulationPlan plan) =>
        Assert.All(PageAccount.Of(zones, cpus, plan.Tasks), account => Assert.True(account.Balances, $"{account}"));

    private static void Shuffle(List<(int Group, Go Go)> turns, ref SeededRandom random)
    {
        for (var i = turns.Count - 1; i > 0; i--)
        {
            var j = (int)random.NextBelow(i + 1);
            (turns[i], turns[j]) = (turns[j], turns[i]);
        }
    }
}
