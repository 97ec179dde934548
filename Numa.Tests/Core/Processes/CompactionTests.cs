using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.HandMadeMachine;

namespace Numa.Tests.Core.Processes;

// Compaction on machines that LRU pages have fragmented.
public class CompactionTests
{
    private const GfpFlags User = GfpFlags.GfpHighUserMovable;

    private static readonly AllocationRequest Plain = new(User & ~GfpFlags.Reclaim, new(0));

    private static readonly AllocationRequest Anonymous = Plain with { Lru = LruType.Anonymous };

    private static readonly AllocationRequest File = Plain with { Lru = LruType.File };

    private static readonly AllocationRequest Huge = new(GfpFlags.GfpTransHuge, new(9));

    // Goal: a huge page that only compaction can make. Method: every second page is on an LRU list, the others
    // are free again; nothing can be reclaimed, as there is no swap.
    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("4.9")]
    [InlineData("4.14")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_huge_page_is_made_of_what_lies_between_LRU_pages(string version)
    {
        var (loop, task) = Run(version, ReclaimSettings.None, [Anonymous, Plain], keeps: 0, Huge);
        var counters = loop.Cpus[0].Counters;
        Assert.Equal(9, task.Held[^1].Order);
        Assert.Equal((1, 1, 0, 0), (counters.CompactionStalls, counters.CompactionSuccesses,
            counters.CompactionFailures, counters.AllocStalls));
        Assert.True(counters.PagesMigrated >= 256, $"{counters.PagesMigrated}");
        Assert.Equal(4050, loop.Zones[0].Lru!.Pages().Count());
        Assert.All(loop.Zones[0].Lru!.Pages(), page => Assert.Equal(task.Id, page.Owner));
    }

    // Without compaction, and without an account of reclaim, the same request fails.
    [Theory]
    [InlineData("2.6.34", true)]
    [InlineData("6.1", false)]
    public void Without_compaction_it_fails(string version, bool hasReclaim)
    {
        var (loop, task) = Run(version, hasReclaim ? ReclaimSettings.None : null, [Anonymous, Plain], 0, Huge);
        Assert.Equal(0, loop.Cpus[0].Counters.PagesMigrated);
        Assert.Equal(1, task.Failures);
    }

    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public void What_tasks_hold_does_not_move(string version)
    {
        var (loop, task) = Run(version, ReclaimSettings.None, [Plain, Plain], 1, Huge);
        Assert.Equal(0, loop.Cpus[0].Counters.PagesMigrated);
        Assert.True(loop.Cpus[0].Counters.CompactionFailures > 0);
        Assert.Equal(1, task.Failures);
    }

    // Spec 08 section 8: at most one direct reclaim and two compactions. The first blocks of 8 pages are still there.
    [Theory]
    [InlineData("4.4", 3)]
    [InlineData("4.4", 9)]
    [InlineData("6.1", 3)]
    [InlineData("6.1", 9)]
    [InlineData("6.12", 9)]
    public void NORETRY_compacts_twice_at_most(string version, int order)
    {
        var request = new AllocationRequest(GfpFlags.GfpKernel | GfpFlags.NoRetry, new(order));
        var (loop, task) = Run(version, ReclaimSettings.None, [Plain, Plain], 1, [.. Enumerable.Repeat(request, 12)]);
        var counters = loop.Cpus[0].Counters;
        Assert.InRange(task.Failures, 1, 12);
        Assert.InRange(counters.AllocStalls, 0, task.Failures);
        Assert.InRange(counters.CompactionStalls, 1, 2 * task.Failures);
        Assert.Empty(loop.Cpus[0].Kills);
    }

    // Goal: what fails is left out more and more often, in its zone. Method: twenty huge pages that nothing can make.
    [Fact]
    public void Attempts_that_fail_are_deferred()
    {
        var (loop, task) = Run("6.1", ReclaimSettings.None, [Plain, Plain], 1, [.. Enumerable.Repeat(Huge, 20)]);
        Assert.Equal(20, task.Failures);
        Assert.InRange(loop.Zones[0].Compaction.Shift, 3, 6);
        Assert.Equal(0, loop.Zones[0].Compaction.OrderFailed);
    }

    // Goal: kcompactd makes what those want who cannot wait. Method: a third of the pages is free, a third can be
    // reclaimed; kswapd gives up on huge pages when it has freed enough, and leaves them to kcompactd.
    [Theory]
    [InlineData("4.9")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Kcompactd_makes_huge_pages_for_those_who_cannot_wait(string version)
    {
        var light = new AllocationRequest(GfpFlags.GfpTransHugeLight | GfpFlags.KswapdReclaim, new(9));
        var (loop, task) = Run(version, ReclaimSettings.None, [Anonymous, File, Plain], 0, light, null, light);
        var counters = loop.Cpus[0].Counters;
        Assert.Equal(1, task.Failures);
        Assert.Equal(9, task.Held[^1].Order);
        Assert.Equal(0, counters.CompactionStalls);
        Assert.True(counters.KcompactdRuns > 0);
        Assert.True(counters.PagesMigrated > 0);
    }

    // Goal: a task is killed while its pages move, again and again, and everything is accounted for. Method: one fills
    // memory for ever, one wants blocks of 8 pages.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public void A_victims_pages_go_wherever_they_are(string version)
    {
        var fault = new AllocationRequest(User, new(0)) { IsFault = true, Lru = LruType.Anonymous };
        var three = new AllocationRequest(GfpFlags.GfpKernel, new(3));
        var filler = new Program(fault);
        var other = new ScriptTask(1, 0, [.. Enumerable.Repeat(ScriptTask.Allocate(three), 300)]);
        var loop = Play(version, ReclaimSettings.None, filler, other);
        Assert.NotEmpty(loop.Cpus[0].Kills);
        Assert.All(loop.Zones[0].Lru!.Pages(), page => Assert.NotEqual(filler.Id, page.Owner));
    }

    /// <summary>Takes nearly all pages by the requests in turn, gives back of each turn all but those on lists and some
    /// others, and goes on with other requests; null: after a while.</summary>
    /// <param name="keeps">Pages of each turn that are on no list and stay.</param>
    private static (RoundLoop Loop, ScriptTask Task) Run(string version, ReclaimSettings? reclaim,
        AllocationRequest[] turn, int keeps, params AllocationRequest?[] wanted)
    {
        const int turns = 8100 / 6;
        List<Action<ScriptTask, TaskStepHolder>> script = [];
        for (var i = 0; i < turns * 6; i++) script.Add(ScriptTask.Allocate(turn[i % turn.Length]));
        var plain = turn.Count(request => request.Lru is null);
        var back = new Queue<LiveBlock>();
        for (var i = 0; i < turns * 6 / turn.Length * (plain - keeps); i++)
        {
            script.Add((task, step) =>
            {
                if (back.Count == 0) back = new(task.Held.Where((_, at) => at % plain >= keeps));
                (step.Step.Kind, step.Step.Block) = (TaskStepKind.Free, back.Dequeue());
                task.Held.Remove(step.Step.Block);
            });
        }

        foreach (var request in wanted)
        {
            // Kernel threads have their turn between two steps.
            if (request is null) script.AddRange(Enumerable.Repeat(ScriptTask.Think(10_000_000), 20));
            else script.Add(ScriptTask.Allocate(request));
        }

        var made = new ScriptTask(0, 0, [.. script]);
        return (Play(version, reclaim, made), made);
    }

    private static RoundLoop Play(string version, ReclaimSettings? reclaim, params SimulatedTask[] tasks)
    {
        var tuning = Generators.Zones.Tuning(40, 50, 60) with { Pageset = new(1, 6, 6), StatThreshold = 0 };
        var start = StartOf(0, ZoneKind.Normal);
        var zone = new ZoneImage(new(new(0), ZoneKind.Normal), new(start), new(0x2000), new(0x2000),
            [Generators.Zones.Range(start, start + 0x2000)], [], tuning);
        var plan = new SimulationPlan(
            Image(version, zone), tasks, CostModel.Default, new(20_000_000_000), []) { Reclaim = reclaim };
        var loop = new RoundLoop(plan, GroupMap.Single(1, 1), new RoundOptions { CountsPages = true });
        loop.Run();
        loop.Zones[0].Zone.CheckInvariants();
        Assert.Null(PageOwnership.FirstBreach(loop.Zones, loop.Cpus, tasks));
        return loop;
    }

    /// <summary>Faults pages for ever.</summary>
    private sealed class Program(AllocationRequest fault) : SimulatedTask(new(0), "program", new(0))
    {
        public override IReadOnlyList<AllocationRequest> Requests => [fault];

        public override long LivePages => 0;

        public override void Next(ref TaskStep step)
        {
            step.Think = VirtualDuration.Zero;
            step.Allocate(fault);
        }

        public override void Allocated(LiveBlock block) => throw new InvalidOperationException("it goes to a list");

        public override IEnumerable<LiveBlock> LiveBlocks() => [];
    }
}
