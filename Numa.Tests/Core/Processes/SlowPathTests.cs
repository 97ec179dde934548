using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.HandMadeMachine;

namespace Numa.Tests.Core.Processes;

// What follows when no zone is above its low mark: reclaim, retries, the OOM killer.
public class SlowPathTests
{
    private const GfpFlags User = GfpFlags.GfpHighUserMovable;

    private static readonly AllocationRequest Fault = new(User, new(0)) { IsFault = true };

    private static ZoneTuning Marks(long min, long low, long high, int batch = 1)
    {
        var tuning = Generators.Zones.Tuning(min, low, high, []);
        return tuning with { Pageset = new(batch, 6 * batch, 6 * batch), StatThreshold = 0 };
    }

    private static ZoneImage Normal(long free, long min = 100, long low = 125, long high = 150) =>
        Boot(ZoneKind.Normal, Marks(min, low, high), free);

    private static ZoneImage Boot(ZoneKind kind, ZoneTuning tuning, long free)
    {
        var start = StartOf(0, kind);
        return new(new(new(0), kind), new(start), new(0x10000), new(0x10000),
            [Generators.Zones.Range(start, start + free)], [], tuning) { Managed = new(free) };
    }

    private static RoundLoop Run(string version, ReclaimSettings? reclaim, ZoneImage[] zones, params SimulatedTask[] tasks)
    {
        var plan = new SimulationPlan(Image(version, zones), tasks, CostModel.Default, new(20_000_000_000), [])
        {
            Reclaim = reclaim,
        };
        var loop = new RoundLoop(plan, GroupMap.Single(1, zones.Length), new RoundOptions { CountsPages = true });
        loop.Run();
        foreach (var zone in loop.Zones) zone.Zone.CheckInvariants();
        Assert.Null(PageOwnership.FirstBreach(loop.Zones, loop.Cpus, tasks));
        return loop;
    }

    private static FillingTask Fill(int id, AllocationRequest request, int adjustment = 0, long most = long.MaxValue) =>
        new(id, request, most) { OomAdjustment = adjustment };

    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("4.9")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_program_that_takes_everything_is_killed_and_gives_all_back(string version)
    {
        var task = Fill(0, Fault);
        var loop = Run(version, ReclaimSettings.None, [Normal(1000)], task);

        var kill = Assert.Single(loop.Cpus[0].Kills);
        Assert.Equal(task.Id, kill.Victim!.Task);
        // Down to the min mark, and no further: then it was to die.
        // 6.12 refills up to two batches at a time here.
        var left = kill.Tried.Last(refusal => refusal.Level == WatermarkLevel.Min).Verdict.Available;
        Assert.InRange(left, version == "6.12" ? 98 : 100, 100);
        Assert.InRange(kill.Victim.ResidentPages, 1000 - left - 4, 1000 - left);
        Assert.Equal(TaskEnd.Killed, loop.Ends[task.Id].End);
        Assert.Equal(1000, loop.Zones[0].Zone.FreePages + (loop.Cpus[0].Zones[0]?.Pageset.Count ?? 0));
    }

    [Fact]
    public void The_largest_dies_adjusted_and_of_equal_ones_the_last()
    {
        var release = Generators.Zones.Release("6.1");
        OomCandidate Candidate(int id, long pages, int adjustment = 0) =>
            new(new(id), 0, "w", pages, adjustment, false, []);
        OomCandidate[] some = [Candidate(0, 700), Candidate(1, 900), Candidate(2, 900), Candidate(3, 100)];
        Assert.Equal((2, 902L), Chosen(some, 10_000));
        Assert.Equal((3, 101L + 900 * 10), Chosen([.. some[..3], Candidate(3, 100, 900)], 10_000));
        Assert.Equal((0, 702L), Chosen([some[0], Candidate(1, 9000, OomBadness.Never)], 10_000));
        Assert.Null(OomBadness.Choose(release, [Candidate(1, 9000, OomBadness.Never)], 10_000).Victim);

        (int Task, long Points) Chosen(OomCandidate[] candidates, long total)
        {
            var (victim, points) = OomBadness.Choose(release, candidates, total);
            return (victim!.Task.Value, points);
        }
    }

    // Spec 09 E5: nothing is reclaimable, so free pages count twice, and 16 rounds pass before the killer comes.
    [Theory]
    [InlineData("4.9", 17)]
    [InlineData("6.1", 17)]
    [InlineData("6.12", 17)]
    [InlineData("4.4", 1)]
    public void Rounds_without_progress_are_counted(string version, int rounds)
    {
        var loop = Run(version, ReclaimSettings.None, [Normal(400, min: 300, low: 375, high: 450)], Fill(0, Fault));
        Assert.Single(loop.Cpus[0].Kills);
        // The victim's own last rounds come on top: it finds no page, and is done.
        Assert.InRange(loop.Cpus[0].Counters.AllocStalls, rounds, rounds + 1);
    }

    [Fact]
    public void Who_must_not_reclaim_fails_at_once()
    {
        var task = Fill(0, new(GfpFlags.GfpNoWait, new(0)));
        var loop = Run("6.1", ReclaimSettings.None, [Normal(1000)], task);
        Assert.Equal(0, loop.Cpus[0].Counters.AllocStalls);
        Assert.Equal(FailureKind.NoPage, Assert.Single(loop.Cpus[0].Failures).First.Kind);
        Assert.Equal(100, loop.Zones[0].Zone.FreePages);
    }

    // Spec 08 section 8.
    [Fact]
    public void NORETRY_reclaims_once_and_nobody_is_killed_for_it()
    {
        var task = Fill(0, new AllocationRequest(User | GfpFlags.NoRetry, new(0)) { IsFault = true });
        var loop = Run("6.1", ReclaimSettings.None, [Normal(1000)], task);
        Assert.Equal(1, loop.Cpus[0].Counters.AllocStalls);
        Assert.Empty(loop.Cpus[0].Kills);
        Assert.Equal(900, task.LivePages);
    }

    // Spec 09 section 8: the killer strikes for no order above 3 and for no zone below Normal.
    [Theory]
    [InlineData(GfpFlags.GfpKernel, 4)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.Dma32, 0)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.RetryMayFail, 0)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.ThisNode, 0)]
    public void Some_fail_without_a_victim(GfpFlags gfp, int order)
    {
        ZoneImage[] zones = [Boot(ZoneKind.DMA32, Marks(100, 125, 150), 500), Normal(500)];
        var loop = Run("6.1", ReclaimSettings.None, zones, Fill(0, new(gfp, new(order))));
        Assert.Empty(loop.Cpus[0].Kills);
        Assert.Equal(FailureKind.NoPage, Assert.Single(loop.Cpus[0].Failures).First.Kind);
    }

    [Fact]
    public void With_nobody_to_kill_the_kernel_panics()
    {
        var task = Fill(0, Fault, OomBadness.Never);
        var loop = Run("6.1", ReclaimSettings.None, [Normal(1000)], task);
        Assert.Null(Assert.Single(loop.Cpus[0].Kills).Victim);
        Assert.Equal(TaskEnd.Deadlocked, loop.Ends[task.Id].End);
    }

    [Fact]
    public void Files_are_reclaimed_before_anybody_dies()
    {
        var files = Fill(0, new AllocationRequest(User, new(0)) { Lru = LruType.File }, most: 5000);
        var loop = Run("6.1", ReclaimSettings.None, [Normal(1000)], files);
        Assert.Empty(loop.Cpus[0].Kills);
        Assert.Equal(TaskEnd.Exited, loop.Ends[files.Id].End);
        Assert.Equal(5000, files.FilePages);
        var counters = loop.Cpus[0].Counters;
        Assert.True(counters.KswapdReclaimed + counters.DirectReclaimed >= 4000);
        Assert.True(counters.PageOutRuns > 0);
    }

    [Fact]
    public void Anonymous_pages_go_to_swap_while_there_is_room()
    {
        var swap = ReclaimSettings.None with { Swap = new(600) };
        var task = Fill(0, Fault with { Lru = LruType.Anonymous });
        var loop = Run("6.1", swap, [Normal(1000)], task);
        var kill = Assert.Single(loop.Cpus[0].Kills);
        // What is in swap counts as the task's too.
        Assert.True(kill.Victim!.ResidentPages is > 1400 and < 1510, $"{kill.Victim} {string.Join(',', kill.Memory.Lru)}"
            + $" {kill.At} stalls {loop.Cpus[0].Counters.AllocStalls} direct {loop.Cpus[0].Counters.DirectReclaimed}"
            + $" kswapd {loop.Cpus[0].Counters.KswapdReclaimed} looked {loop.Cpus[0].Counters.LruScanned}");
        Assert.Equal(1000, loop.Zones[0].Zone.FreePages + (loop.Cpus[0].Zones[0]?.Pageset.Count ?? 0));
    }

    [Fact]
    public void A_request_that_must_not_fail_waits_for_the_memory_of_another()
    {
        var big = Fill(0, Fault, most: 800);
        var must = Fill(1, new(GfpFlags.GfpKernel | GfpFlags.NoFail, new(0)), most: 500);
        var loop = Run("6.1", ReclaimSettings.None, [Normal(1000)], big, must);
        Assert.Equal(TaskEnd.Killed, loop.Ends[big.Id].End);
        Assert.Equal(TaskEnd.Exited, loop.Ends[must.Id].End);
        Assert.Equal(500, must.LivePages);
    }

    /// <summary>Allocates until it has enough, or an allocation fails.</summary>
    private sealed class FillingTask(int id, AllocationRequest request, long most)
        : SimulatedTask(new(id), "fill", new(0))
    {
        private readonly List<LiveBlock> _held = [];
        private bool _failed;

        public override IReadOnlyList<AllocationRequest> Requests => [request];

        public override long LivePages => _held.Sum(block => block.Pages);

        public override void Next(ref TaskStep step)
        {
            step.Think = VirtualDuration.Zero;
            if (_failed || Allocations >= most) step.Kind = TaskStepKind.Exit;
            else step.Allocate(request);
        }

        public override void Allocated(LiveBlock block) => _held.Add(block);

        public override void Failed(AllocationFailure failure) => _failed = true;

        public override IEnumerable<LiveBlock> LiveBlocks() => _held;
    }
}
