using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Processes;

public class PageOwnershipTests
{
    // Goal: nothing that a sound run does looks like a breach: huge pages in pagesets, blocks under way, cut-off runs.
    [Fact]
    public void Random_runs_own_every_frame_once() =>
        SmallRun.Any.Sample(run =>
        {
            var plan = run.Plan();
            var loop = new RoundLoop(plan, GroupMap.Single(run.Cpus, run.Zones));
            loop.Run();
            Assert.Null(PageOwnership.FirstBreach(loop.Zones, loop.Cpus, plan.Tasks)?.Claim);
        }, iter: 500, threads: 2);

    [Fact]
    public void A_frame_that_two_own_is_named_with_both()
    {
        var (loop, task) = Run();
        task.Held.Add(task.Held[0]);
        AssertBreach(loop, task, $"frame 0x{task.Held[0].Frame:x} of 0:Normal is owned twice: by task 0 and by task 0");
    }

    [Fact]
    public void A_frame_of_a_free_block_belongs_to_its_list()
    {
        var (loop, task) = Run();
        var free = loop.Zones[0].Zone.FreeList(10, Migratetype.Movable).Last();
        task.Held.Add(new(free + 5, 0, 0));
        AssertBreach(loop, task,
            $"frame 0x{free + 5:x} of 0:Normal is owned twice: by the free list of order 10 and by task 0");
        task.Held[^1] = new(free, 10, 0);
        AssertBreach(loop, task,
            $"frame 0x{free:x} of 0:Normal is owned twice: by the free list of order 10 and by task 0");
    }

    [Fact]
    public void A_page_on_an_LRU_is_nobody_elses()
    {
        var (loop, task) = Run();
        loop.Zones[0].Lru!.Add(new(task.Held[0].Frame, 0, LruType.File, new(0)));
        AssertBreach(loop, task,
            $"frame 0x{task.Held[0].Frame:x} of 0:Normal is owned twice: by the LRU of zone 0 and by task 0");
    }

    [Fact]
    public void A_frame_that_nobody_owns_is_lost()
    {
        var (loop, task) = Run();
        var lost = task.Held[^1].Frame;
        task.Held.RemoveAt(task.Held.Count - 1);
        AssertBreach(loop, task, $"frame 0x{lost:x} of 0:Normal is owned by nobody");
    }

    [Fact]
    public void A_block_of_another_zone_is_not_this_ones()
    {
        var (loop, task) = Run();
        var end = loop.Zones[0].Zone.Image.End.Value;
        task.Held.Add(new(end, 0, 0));
        AssertBreach(loop, task, $"block 0x{end:x} of order 0 reaches out of 0:Normal: task 0");
        task.Held[^1] = new(end - 512 + 1, 1, 0);
        AssertBreach(loop, task, $"block 0x{end - 512 + 1:x} of 0:Normal is no block of order 1: task 0");
    }

    private static (RoundLoop Loop, ScriptTask Task) Run()
    {
        var task = new ScriptTask(0, 0, [.. Enumerable.Range(0, 10).Select(order => ScriptTask.Allocate(order))]);
        var zone = TinyMachine.Zone(0, 0, ZoneKind.Normal, 8192, Generators.Zones.Tuning());
        return (TinyMachine.Run(TinyMachine.Of("6.1", zone), task), task);
    }

    private static void AssertBreach(RoundLoop loop, ScriptTask task, string claim) =>
        Assert.Equal(claim, PageOwnership.FirstBreach(loop.Zones, loop.Cpus, [task])?.Claim);
}
