using CsCheck;
using Numa.Core.Compaction;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Compaction;

public class ZoneCompactionTests
{
    // Spec 09 E4: order 9 fails twice; three attempts are left out, the fourth runs.
    [Fact]
    public void After_two_failures_every_fourth_attempt_runs()
    {
        var zone = new ZoneCompaction();
        Assert.False(zone.Defers(9));
        zone.Fail(9);
        zone.Fail(9);
        Assert.Equal(2, zone.Shift);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => zone.Defers(9)));
    }

    // A success tells of larger orders only; got a page, and nothing is deferred any more.
    [Fact]
    public void A_success_ends_the_deferral_of_its_order_and_of_smaller_ones()
    {
        var zone = new ZoneCompaction();
        for (var i = 0; i < 3; i++) zone.Fail(4);
        Assert.True(zone.Defers(4));
        zone.Succeed(4, gotPage: false);
        Assert.Equal((5, 3), (zone.OrderFailed, zone.Shift));
        Assert.False(zone.Defers(4));
        Assert.True(zone.Defers(5));
        zone.Succeed(9, gotPage: true);
        Assert.Equal((10, 0), (zone.OrderFailed, zone.Shift));
        zone.Fail(3);
        Assert.Equal((3, 1), (zone.OrderFailed, zone.Shift));
    }

    // Spec 09 section 8.
    [Fact]
    public void The_shift_stays_within_its_bounds() =>
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 3]).Array[0, 60].Sample(steps =>
        {
            var zone = new ZoneCompaction();
            foreach (var (order, what) in steps)
            {
                if (what == 0) zone.Succeed(order, gotPage: true);
                else if (what == 1) zone.Succeed(order, gotPage: false);
                else zone.Fail(order);
                Assert.InRange(zone.Shift, 0, ZoneCompaction.MostShift);
                // However often it failed, one of 64 attempts runs.
                Assert.Contains(false, Enumerable.Range(0, 64).Select(_ => zone.Defers(order)));
            }
        });

    [Fact]
    public void Scanners_go_on_where_they_stood_and_begin_anew_when_they_met()
    {
        const long start = 1024, end = 1024 + 8 * 512;
        var zone = new ZoneCompaction();
        var first = zone.Begin(CompactionPriority.Async, start, end);
        Assert.Equal(new(start, end - 512, true), first);
        zone.End(CompactionPriority.Async, new(start + 512, end - 500, true));
        Assert.Equal(new(start + 512, end - 500, false), zone.Begin(CompactionPriority.Async, start, end));
        // What was tried but a little is tried again by who tries harder.
        Assert.Equal(new(start, end - 500, true), zone.Begin(CompactionPriority.SyncLight, start, end));
        Assert.Equal(first, zone.Begin(CompactionPriority.SyncFull, start, end));
        zone.End(CompactionPriority.SyncLight, new(start + 1024, start + 1030, true));
        Assert.Equal(first, zone.Begin(CompactionPriority.Async, start, end));
        // The zone has become another.
        zone.End(CompactionPriority.SyncLight, new(start + 512, end - 512, true));
        Assert.Equal(new(start + 1024, end - 1024, true),
            zone.Begin(CompactionPriority.SyncLight, start + 1024, end - 512));
    }

    // Spec 09 E2.
    [Theory]
    [InlineData(996, 200, 400)]
    [InlineData(585, 0, 0, 0, 0, 0, 0, 1, 16, 23)]
    [InlineData(0)]
    [InlineData(-1000, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)]
    public void The_fragmentation_index_tells_lack_from_fragmentation(int index, params int[] blocksOfOrder)
    {
        var counts = default(OrderCounts);
        blocksOfOrder.CopyTo(counts);
        Assert.Equal(index, CompactionRules.FragmentationIndex(counts, 9));
    }

    // Low 200, min 100. Order 3 needs min + 16 free, order 9 low + 1024; single pages are no
    // order-9 block by fragmentation, a few blocks of 256 by lack of memory.
    [Theory]
    [InlineData("6.1", 3, 1, 116, CompactionResult.Skipped)]
    [InlineData("6.1", 3, 1, 117, CompactionResult.Continue)]
    [InlineData("4.4", 3, 1, 216, CompactionResult.Skipped)]
    [InlineData("4.4", 3, 1, 217, CompactionResult.Continue)]
    [InlineData("6.1", 9, 1, 1224, CompactionResult.Skipped)]
    [InlineData("6.1", 9, 1, 1225, CompactionResult.Continue)]
    [InlineData("6.1", 9, 256, 1280, CompactionResult.Skipped)]
    [InlineData("6.1", 9, 512, 1536, CompactionResult.Success)]
    public void Whether_compaction_makes_sense(
        string version, int order, int pagesOfBlock, int free, CompactionResult expected)
    {
        var tuning = Generators.Zones.Tuning(100, 200, 300);
        var record = new ZoneRecord { Free = free, Folded = free };
        var size = System.Numerics.BitOperations.Log2((uint)pagesOfBlock);
        record.FreeBlocks[size] = free / pagesOfBlock;
        record.OrdersOfPagesetTypes = (ushort)(1 << size);
        var release = Generators.Zones.Release(version);
        var check = CompactionRules.Goal(release, new(WatermarkLevel.Min, 0, 2, order));
        Assert.Equal(expected, CompactionRules.Suitable(release, tuning, record, check));
    }
}
