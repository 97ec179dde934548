using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Rounds;

// Goal: a page that is lost, or there twice, is seen at the end of the round in which it happens. Method: faults planted
// between two rounds, in a reply, or in a task; the breach names the round, the zone, and both numbers. That a run
// without a fault is not complained of is for the random runs beside the sequential queue.
public class PageCensusTests
{
    private static readonly SmallRun Small = new("4.9", 2, 3, 4, 8, 120, 2_000, false, 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_drained_batch_that_is_dropped_is_seen(bool apart)
    {
        var loop = Loop(Small.Plan(), apart);
        var dropped = new List<DrainedBlock>();
        CpuZone? from = null;
        var breach = Assert.Throws<InvariantBreachException>(() =>
        {
            // Between two rounds nobody else looks at the lists.
            while (loop.Step() && from is null)
            {
                from = loop.Cpus.SelectMany(cpu => cpu.Zones).OfType<CpuZone>()
                    .FirstOrDefault(zone => zone.Pageset.Count > 2);
                from?.Pageset.Drain(2, 0, Migratetype.Unmovable, dropped);
            }

            loop.Run();
        });
        Assert.Equal(2, dropped.Count);
        AssertNames(breach, loop, from!.Slot, change: -2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_block_of_a_reply_that_is_dropped_is_seen(bool apart)
    {
        var loop = Loop(Small.Plan(), apart);
        ZoneVisit? broken = null;
        foreach (var cpu in loop.Cpus)
        {
            cpu.Visited = visit =>
            {
                if (broken is not null || visit.Kind != ZoneVisitKind.Refill || visit.Taken < 2) return;
                broken = visit;
                visit.Taken--;
            };
        }

        var breach = Assert.Throws<InvariantBreachException>(loop.Run);
        AssertNames(breach, loop, broken!.Zone, change: -1L << broken.Order);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_block_that_is_handed_over_twice_is_seen(bool apart)
    {
        var zone = -1;
        var giver = new ScriptTask(0, 0, ScriptTask.Allocate(0), (self, step) =>
        {
            // Hands over what it goes on holding.
            ScriptTask.HandAllTo(1)(self, step);
            self.Held.AddRange(step.Step.Blocks!);
            zone = self.Held[0].Zone;
        }, ScriptTask.HandAllTo(1));
        var plan = Small.PlanOf([giver, new ScriptTask(1, 1, ScriptTask.Sleep, ScriptTask.Sleep)]);
        var loop = Loop(plan, apart);
        var breach = Assert.Throws<InvariantBreachException>(loop.Run);
        AssertNames(breach, loop, zone, change: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_page_that_never_comes_to_its_LRU_is_seen(bool apart)
    {
        var loop = Loop((Small with { HasLru = true }).Plan(), apart);
        int? lost = null;
        foreach (var zone in loop.Zones)
        {
            zone.Asked = visit =>
            {
                if (lost is not null || visit.Kind != ZoneVisitKind.LruAdd) return;
                lost = visit.Pages[0].Zone;
                visit.Pages.RemoveAt(0);
            };
        }

        var breach = Assert.Throws<InvariantBreachException>(loop.Run);
        AssertNames(breach, loop, lost!.Value, change: -1);
    }

    private static void AssertNames(InvariantBreachException breach, RoundLoop loop, int slot, long change)
    {
        var image = loop.Zones[slot].Zone.Image;
        Assert.StartsWith($"pages are conserved: at the end of round {loop.Rounds} zone {image.Id} has", breach.Claim,
            StringComparison.Ordinal);
        Assert.EndsWith($", {image.Freed.Value + change} in all; boot freed {image.Freed.Value}", breach.Claim,
            StringComparison.Ordinal);
    }

    private static RoundLoop Loop(SimulationPlan plan, bool apart) => new(plan,
        apart ? GroupMap.Apart(plan.CpuCount, plan.ZoneCount) : GroupMap.Single(plan.CpuCount, plan.ZoneCount),
        new() { CountsPages = true });
}
