using Numa.Actors.Machine;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Determinism;

public class HostTests
{
    private static readonly SmallRun Mixed = new("6.1", 2, 4, 6, 12, 200, 2_000, false, 11);

    // Goal: the result depends on the plan alone. Method: actors on one and two threads, each message kept waiting a
    // random little, twenty times; each run must leave what a loop in one thread leaves.
    [Fact]
    public async Task Threads_and_delays_change_nothing()
    {
        var (mixed, plan, loop) = FirstMixed();
        var expected = StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings);
        var hash = RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks);
        for (var run = 0; run < 20; run++)
        {
            var delayed = JitterMailbox.Delayed;
            var again = mixed.Plan();
            var threads = 1 + run % 2;
            // Actors apart, a group of all nodes, and a group for each node.
            var outcome = await SimulationHost.RunAsync(again, threads, isVirtual: true, groups: run % 3,
                settings: JitterMailbox.Overlay(threads), worthAThread: 0);
            var actual = StateText.Of(outcome.Zones, outcome.Cpus, again.Tasks, outcome.Ends, outcome.Crossings);
            Assert.True(expected == actual, StateText.Difference(expected, actual));
            Assert.Equal(hash, RunHash.Of(outcome.Zones, outcome.Cpus, again.Tasks));
            // Turns of several groups are lent to their actors only where a round has more than one.
            var least = run % 3 == 0 ? outcome.Rounds : 20;
            Assert.True(JitterMailbox.Delayed - delayed > least, "the delays were at work");
        }
    }

    // The same while memory comes and goes, of which some goes and some is held.
    [Fact]
    public async Task Threads_and_delays_change_nothing_where_memory_comes_and_goes()
    {
        var (blocks, refusals) = (0, 0);
        for (var seed = 1; seed <= 24; seed++)
        {
            var run = Mixed with { Seed = seed, IsPlugged = true };
            var plan = run.Plan();
            var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
            loop.Run();
            var expected = StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings)
                + PluggedRun.Text(plan);
            blocks += plan.Operator!.Results.Sum(result => result.Blocks);
            refusals += plan.Operator.Results.Count(
                result => result.Refusals.Any(why => why.Contains("in use", StringComparison.Ordinal)));
            int[] threads = [1, 2, 8];
            var again = run.Plan();
            var outcome = await SimulationHost.RunAsync(again, threads[seed % 3], isVirtual: true, groups: seed % 4,
                settings: JitterMailbox.Overlay(threads[seed % 3]), worthAThread: 0);
            var actual = StateText.Of(outcome.Zones, outcome.Cpus, again.Tasks, outcome.Ends, outcome.Crossings)
                + PluggedRun.Text(again);
            Assert.True(expected == actual, $"seed {seed}: {StateText.Difference(expected, actual)}");
            Assert.Equal(RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks),
                RunHash.Of(outcome.Zones, outcome.Cpus, again.Tasks));
        }

        Assert.True(blocks > 50 && refusals > 5, $"{blocks} blocks came or went, {refusals} operations were refused");
    }

    private static (SmallRun Run, SimulationPlan Plan, RoundLoop Loop) FirstMixed()
    {
        for (var seed = 1; seed < 200; seed++)
        {
            var run = Mixed with { Seed = seed };
            var plan = run.Plan();
            var loop = new RoundLoop(plan, GroupMap.Single(run.Cpus, run.Zones));
            loop.Run();
            if (IsMixed(loop)) return (run, plan, loop);
        }

        throw new Xunit.Sdk.XunitException("no seed gives a mixed run");
    }

    [Fact]
    public async Task Another_seed_gives_another_run()
    {
        var hashes = new HashSet<string>();
        for (var seed = 11; seed < 15; seed++) hashes.Add(await HashOf(Mixed with { Seed = seed }));

        Assert.Equal(4, hashes.Count);
    }

    // Goal: under the wall clock no page is lost, whatever the order of messages. Think time does not pass there.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task The_wall_clock_conserves_pages(int threads, bool isPlugged)
    {
        var blocks = 0;
        for (var seed = 0; seed < 5; seed++)
        {
            var tasks = Pairs();
            var plan = (Mixed with { Seed = seed, IsPlugged = isPlugged }).PlanOf(tasks, CostModel.Wall);
            var outcome = await SimulationHost.RunAsync(plan, threads, isVirtual: false,
                settings: JitterMailbox.Overlay(threads));

            Assert.All(
                PageAccount.Of(outcome.Zones, outcome.Cpus, plan.Tasks), account => Assert.True(account.Balances));
            Assert.Null(PageOwnership.FirstBreach(outcome.Zones, outcome.Cpus, plan.Tasks));
            blocks += plan.Operator?.Results.Sum(result => result.Blocks) ?? 0;
            Assert.Equal(tasks.Length, outcome.Ends.Count);
        }

        Assert.Equal(isPlugged, blocks > 0);
    }

    // Tasks that hand blocks around and end by themselves; one starts when the run is on its way.
    private static ScriptTask[] Pairs() =>
    [
        .. Enumerable.Range(0, 6).Select(i => new ScriptTask(i, i,
            [.. Enumerable.Repeat(ScriptTask.Allocate(i % 3 * 2), 40), ScriptTask.HandAllTo((i + 1) % 6),
            .. Enumerable.Repeat(ScriptTask.Allocate(4), 8), .. Enumerable.Repeat(ScriptTask.FreeLast, 4)])
        {
            Start = new(i == 5 ? 30_000_000 : 0),
        }),
    ];

    private static async Task<string> HashOf(SmallRun run)
    {
        var plan = run.Plan();
        var outcome = await SimulationHost.RunAsync(plan, 2, isVirtual: true);
        return RunHash.Of(outcome.Zones, outcome.Cpus, plan.Tasks);
    }

    // The plan is worth its name: pages fell back, ran out, went directly, waited for, and changed hands, and settings
    // were written meanwhile.
    private static bool IsMixed(RoundLoop loop)
    {
        var cells = loop.Zones.SelectMany(zone => zone.Ledger.Cells()).ToArray();
        ZoneVisitKind[] kinds =
            [ZoneVisitKind.Refill, ZoneVisitKind.Drain, ZoneVisitKind.Direct, ZoneVisitKind.DirectFree];
        return loop.Cpus.Sum(cpu => cpu.Counters.Fallbacks) > 10 && loop.Cpus.Sum(cpu => cpu.Counters.Failures) > 10
            && loop.Cpus.Sum(cpu => cpu.Counters.SignalsTaken) > 30 && loop.Cpus.Sum(cpu => cpu.BeforeEvents.Count) > 6
            && cells.Any(cell => cell.Sums.Wait > 0)
            && kinds.All(kind => cells.Any(cell => cell.Kind == kind));
    }
}
