using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Processes;

public class LruVisitTests
{
    // One LRU for each zone before 4.8; since, the process of a node's lowest zone keeps it.
    [Theory]
    [InlineData("3.10", "0 1 2")]
    [InlineData("4.4", "0 1 2")]
    [InlineData("4.9", "0 0 2")]
    [InlineData("4.14", "0 0 2")]
    [InlineData("6.1", "0 0 2")]
    [InlineData("6.12", "0 0 2")]
    public void Which_process_keeps_the_pages_of_a_zone(string version, string expected)
    {
        var facts = new MachineFacts(Machine(version));
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 3).Select(facts.LruOf)));
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 3).Select(slot =>
            Plan(version).MakeZone(slot).Lru is null ? facts.LruOf(slot) : slot)));
    }

    // Goal: who waits for the LRU lock does not wait for the zone's, and the reverse; keys ascend over both. Method:
    // four visits while both locks are held.
    [Fact]
    public void The_two_locks_do_not_wait_for_each_other()
    {
        var zone = Plan("6.1").MakeZone(0);
        var direct = Serve(zone, 0, 100, ZoneVisitKind.Direct);
        var add = Serve(zone, 1, 150, ZoneVisitKind.LruAdd);
        var scan = Serve(zone, 2, 160, ZoneVisitKind.LruScan);
        var second = Serve(zone, 1, 170, ZoneVisitKind.Direct);

        Assert.Equal((0, 0), (direct.Wait, add.Wait));
        Assert.Equal(150 + add.Hold - 160, scan.Wait);
        Assert.Equal(100 + direct.Hold - 170, second.Wait);
        Assert.Equal(scan.Arrival.Nanoseconds + scan.Wait + scan.Hold + scan.Way, scan.Stamp.Nanoseconds);
        Assert.Equal([ZoneVisitKind.Direct, ZoneVisitKind.Direct], zone.Ledger.Cells().Select(cell => cell.Kind));
        Assert.Equal([ZoneVisitKind.LruAdd, ZoneVisitKind.LruScan],
            zone.LruLedger!.Cells().Select(cell => cell.Kind));
        Assert.Throws<InvariantBreachException>(() => Serve(zone, 0, 165, ZoneVisitKind.LruAdd));
    }

    // Three pages: 100 ns, 3 x 30 ns, or 3 x 45 ns from another node; with one CPU before it 60 ns for the hand-over.
    [Fact]
    public void A_hold_of_the_LRU_lock_costs_what_the_model_says()
    {
        var zone = Plan("6.1").MakeZone(0);
        Assert.Equal(190, Serve(zone, 0, 100, ZoneVisitKind.LruAdd, pages: 3).Hold);
        Assert.Equal(190 + 60, Serve(zone, 1, 150, ZoneVisitKind.LruScan, count: 3).Hold);
        Assert.Equal(235, Serve(zone, 0, 90_000, ZoneVisitKind.LruAdd, pages: 3, cpuNode: 1).Hold);
    }

    // A count takes no lock and no time but a refusal's, and sees all that came before it.
    [Fact]
    public void Sizes_are_counted_beside_the_lock()
    {
        var zone = Plan("6.1").MakeZone(0);
        Serve(zone, 0, 100, ZoneVisitKind.LruAdd, pages: 9);
        var sizes = Serve(zone, 1, 110, ZoneVisitKind.LruSizes);
        Assert.Equal((0, 0, 110 + 30 + sizes.Way), (sizes.Wait, sizes.Hold, sizes.Stamp.Nanoseconds));
        Assert.Equal([(0, 9L), (1, 0L)], sizes.Sizes.Select(size => (size.Zone, size.Reclaimable)));
    }

    // Written pages come back first: the device takes 2 us a page from the start of the hold on.
    [Fact]
    public void A_scan_says_when_the_first_page_is_clean_and_a_later_one_takes_it()
    {
        var zone = Plan("6.1", new(0, 100, PageCount.Zero)).MakeZone(0);
        Serve(zone, 0, 100, ZoneVisitKind.LruAdd, pages: 2);
        var first = Serve(zone, 0, 1_000, ZoneVisitKind.LruScan, count: 2);
        Assert.Equal((0, 2, 2, 3_000L), (first.Pages.Count, first.Scanned.Scanned, first.Scanned.WrittenBack,
            first.Scanned.CleanAt.Nanoseconds));
        var between = Serve(zone, 0, 3_000, ZoneVisitKind.LruScan, count: 2);
        Assert.Equal((1, 5_000L), (between.Pages.Count, between.Scanned.CleanAt.Nanoseconds));
        var last = Serve(zone, 0, 5_000, ZoneVisitKind.LruScan, count: 2);
        Assert.Equal((1, VirtualInstant.Never), (last.Pages.Count, last.Scanned.CleanAt));
    }

    // Goal: pages go to their lists in pagevecs, and the rest when the task ends. Method: one CPU that faults 40 pages.
    [Theory]
    [InlineData("4.14", "14 14 12")]
    [InlineData("6.1", "15 15 10")]
    [InlineData("6.12", "31 9")]
    public void A_CPU_adds_pages_in_batches_and_the_rest_at_the_end(string version, string expected)
    {
        var task = new ScriptTask(0, 0, [.. Enumerable.Repeat(ScriptTask.Allocate(File), 40)]);
        var (loop, visits) = Run(version, task);

        Assert.Equal(expected, string.Join(' ', visits));
        Assert.Equal((0, 40), (task.AnonymousPages, task.FilePages));
        Assert.Empty(task.Held);
        Assert.Empty(loop.Cpus[0].OffLru);
        Assert.Equal(40, loop.Zones[0].Lru!.Pages().Count());
        // Added in the order of allocation, so the newest is the last.
        Assert.Equal(loop.Cpus[0].Now, loop.Ends[new(0)].At);
    }

    // One batch, two nodes in turn: a visit for each run of pages of one LRU.
    [Fact]
    public void A_batch_is_cut_where_the_LRU_changes()
    {
        AllocationRequest On(int node) => File with { PreferredNode = new(node) };
        var (loop, visits) = Run("6.1", new ScriptTask(0, 0, [
            ScriptTask.Allocate(On(0)), ScriptTask.Allocate(On(0)), ScriptTask.Allocate(On(1)),
            ScriptTask.Allocate(On(0))]));

        Assert.Equal([2, 1, 1], visits);
        Assert.Equal([3, 1], loop.Zones.Select(zone => zone.Lru?.Pages().Count() ?? 0).Where(count => count > 0));
    }

    [Fact]
    public void What_the_horizon_leaves_in_a_batch_is_accounted_for()
    {
        var plan = Plan("6.1", tasks: new ScriptTask(0, 0, [.. Enumerable.Repeat(ScriptTask.Allocate(File), 7),
            ScriptTask.Think(1_000_000)]), horizon: new(500_000));
        var loop = new RoundLoop(plan, GroupMap.Single(3, 3));
        loop.Run();
        Assert.Equal(7, loop.Cpus[0].OffLru.Count());
        Assert.All(PageAccount.Of(loop.Zones, loop.Cpus, plan.Tasks), account => Assert.True(account.Balances));
        Assert.Null(PageOwnership.FirstBreach(loop.Zones, loop.Cpus, plan.Tasks));
    }

    // What is assumed of pages on lists is no part of a run without any.
    [Fact]
    public void A_hash_knows_of_lists_only_where_there_is_a_page()
    {
        string Hash(ReclaimSettings settings, AllocationRequest request)
        {
            var plan = Plan("6.1", settings, new ScriptTask(0, 0, ScriptTask.Allocate(request)));
            var loop = new RoundLoop(plan, GroupMap.Single(3, 3));
            loop.Run();
            return RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks);
        }

        var dirty = new ReclaimSettings(0, 100, PageCount.Zero);
        Assert.Equal(Hash(ReclaimSettings.None, File with { Lru = null }), Hash(dirty, File with { Lru = null }));
        Assert.NotEqual(Hash(ReclaimSettings.None, File), Hash(dirty, File));
        Assert.NotEqual(Hash(ReclaimSettings.None, File), Hash(ReclaimSettings.None, File with
        {
            Lru = LruType.Anonymous,
        }));
    }

    private static AllocationRequest File { get; } =
        new(GfpFlags.GfpHighUserMovable & ~GfpFlags.DirectReclaim, new(0)) { Lru = LruType.File };

    private static (RoundLoop Loop, List<int> Added) Run(string version, SimulatedTask task)
    {
        var loop = new RoundLoop(Plan(version, tasks: task), GroupMap.Single(3, 3), new() { CountsPages = true });
        var added = new List<int>();
        loop.Cpus[0].Visited = visit =>
        {
            if (visit.Kind == ZoneVisitKind.LruAdd) added.Add(visit.Pages.Count);
        };
        loop.Run();
        return (loop, added);
    }

    private static ZoneVisit Serve(ZoneProcess zone, int cpu, long arrival, ZoneVisitKind kind, int pages = 1,
        int count = 1, int cpuNode = 0)
    {
        var visit = new ZoneVisit
        {
            Cpu = cpu, CpuNode = cpuNode, Arrival = new(arrival), Way = 50, Kind = kind, Order = 4, Count = 1,
            Scan = new(LruType.File, count, ZoneKind.Movable, true),
        };
        var frame = zone.Zone.Image.Start.Value + zone.Lru!.Pages().Count();
        for (var i = 0; kind == ZoneVisitKind.LruAdd && i < pages; i++)
            visit.Pages.Add(new(frame + i, 0, LruType.File, default));
        zone.Serve(visit);
        return visit;
    }

    private static MachineImage Machine(string version) => TinyMachine.Of(version,
        TinyMachine.Zone(0, 0, ZoneKind.DMA32, 2048, Generators.Zones.Tuning()),
        TinyMachine.Zone(1, 0, ZoneKind.Normal, 2048, Generators.Zones.Tuning()),
        TinyMachine.Zone(2, 1, ZoneKind.Normal, 2048, Generators.Zones.Tuning())) with
    {
        Cpus = new([new NodeId(0), new(1), new(1)]),
    };

    private static SimulationPlan Plan(string version, ReclaimSettings? settings = null, SimulatedTask? tasks = null,
        VirtualInstant? horizon = null) =>
        new(Machine(version), tasks is null ? [] : [tasks], CostModel.Default, horizon ?? VirtualInstant.Never, [])
        {
            Reclaim = settings ?? ReclaimSettings.None,
        };
}
