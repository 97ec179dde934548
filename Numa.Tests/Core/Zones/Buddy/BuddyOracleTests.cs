using CsCheck;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Zones.Buddy;

// Goal: every list holds the same blocks in the same order as the rules say, after any history, with all three
// fallback rules. Method: random steps on a small zone that keeps running out, beside a zone of plain lists; after
// each step
// compare every list, tag and counter. The zone starts inside a pageblock and ends inside one, and has holes; most of
// it is taken for good at the start, as only a zone of 200 MiB has an atomic reserve in 6.12.
public class BuddyOracleTests
{
    private const long Start = 0x301;
    private const long End = 0xe7a0;

    // So high that the boost never reaches its limit: it then counts every try to claim a pageblock.
    private const long HighMark = 100_000_000;

    private static readonly (long, long)[] Released = [(Start, 0xbff), (0xc40, 0xe000), (0xe010, End)];

    private enum Act
    {
        Take,
        Give,
        Reserve,
        Unreserve,
    }

    private record struct Step(Act Act, int Order, int Type, int Count, int Pick, int Flags);

    private static readonly Gen<int> AnyOrder = Gen.Frequency(
        (10, Gen.Const(0)), (6, Gen.Int[1, 3]), (4, Gen.Int[4, 8]), (2, Gen.Const(9)), (1, Gen.Const(10)));

    private static readonly Gen<Act> AnyAct = Gen.Frequency(
        (20, Gen.Const(Act.Take)),
        (20, Gen.Const(Act.Give)),
        (1, Gen.Const(Act.Reserve)),
        (1, Gen.Const(Act.Unreserve)));

    private static readonly Gen<Step> AnyStep = Gen.Select(
        AnyAct, AnyOrder, Gen.Int[0, 2], Gen.Int[1, 63], Gen.Int[0, 1 << 20], Gen.Int[0, 63],
        (act, order, type, count, pick, flags) => new Step(act, order, type, count, pick, flags));

    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Every_list_is_in_the_order_of_the_rules(string version) =>
        AnyStep.Array[0, 250].Sample(
            steps => Run(version, steps), iter: 40, print: steps => string.Join(Environment.NewLine, steps));

    // Goal: taking a block and giving it back leaves the same free blocks, if in another order. Method: random steps,
    // then a take, by fallback or not, and its give. Without an atomic reserve, which keeps pageblocks apart: in 6.1
    // a page with a stale type merges with a neighbour from which its pageblock's own tag later bars it.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_take_and_its_give_restore_the_free_blocks(string version) =>
        Gen.Select(AnyStep.Array[0, 60], AnyOrder, Gen.Int[0, 2]).Sample(
            (steps, order, type) =>
            {
                var (zone, _) = Run(version, [.. steps.Where(step => step.Act != Act.Reserve)]);
                var before = FreeBlocks(zone);
                var frame = zone.Take(order, (Migratetype)type);
                if (frame < 0) return;
                zone.Give(order, frame);
                Assert.Equal(before, FreeBlocks(zone));
            }, iter: 40);

    private static (int, long)[] FreeBlocks(Zone zone) =>
    [
        .. from order in Enumerable.Range(0, 11)
           from type in Enum.GetValues<Migratetype>()
           from frame in zone.FreeList(order, type)
           orderby order, frame
           select (order, frame),
    ];

    private static AllocationFlags Flags(int bits) =>
        ((bits & 1) != 0 ? AllocationFlags.Kswapd : 0)
        | ((bits & 6) == 6 ? AllocationFlags.NoFragment : 0)
        | ((bits & 0x18) == 0x18 ? AllocationFlags.HighAtomic | AllocationFlags.NonBlock : 0)
        | ((bits & 0x38) == 0x20 ? AllocationFlags.Oom : 0);

    private static (Zone Zone, NaiveZone Naive) Run(string version, Step[] steps)
    {
        var image = Generators.Zones.Image(Start, End, Generators.Zones.Tuning(high: HighMark), Released);
        var zone = new Zone(Generators.Zones.Release(version), image);
        var naive = new NaiveZone(zone.Release, Start, End, image.Managed.Value, HighMark);
        foreach (var (start, end) in Released) NaiveBoot.Release(naive, zone.Release, start, end);
        Compare(zone, naive);
        var live = new List<(long Frame, int Order, Migratetype Type)>();
        TakeMostForGood(zone, naive);
        var left = zone.FreePages;
        foreach (var step in steps)
        {
            Apply(step, zone, naive, live);
            Compare(zone, naive);
        }

        Assert.Equal(left, zone.FreePages + live.Sum(block => 1L << block.Order));
        return (zone, naive);
    }

    private static void TakeMostForGood(Zone zone, NaiveZone naive)
    {
        var work = default(BuddyWork);
        var frames = new long[64];
        var taken = zone.Take(10, Migratetype.Movable, 0, 64, frames, ref work);
        Assert.Equal(naive.Take(10, Migratetype.Movable, 0, 64), frames[..taken]);
        foreach (var frame in frames[..taken])
        {
            if (frame is not (0x400 or 0x1000)) continue;
            zone.Give(frame, 10, Migratetype.Movable, ref work);
            naive.Free(frame, 10, Migratetype.Movable);
        }
    }

    private static void Apply(
        Step step, Zone zone, NaiveZone naive, List<(long Frame, int Order, Migratetype Type)> live)
    {
        var work = default(BuddyWork);
        var type = (Migratetype)step.Type;
        if (step.Act == Act.Take)
        {
            var count = step.Order < 4 ? Math.Max(step.Count >> step.Order, 1) : 1 + (step.Count & 3);
            var frames = new long[count];
            var taken = zone.Take(step.Order, type, Flags(step.Flags), count, frames, ref work);
            Assert.Equal(naive.Take(step.Order, type, Flags(step.Flags), count), frames[..taken]);
            Assert.Equal((taken, taken << step.Order), (work.Blocks, work.PagesTouched));
            foreach (var frame in frames[..taken]) live.Add((frame, step.Order, type));
            return;
        }

        if (step.Act == Act.Unreserve)
        {
            var moved = zone.UnreserveHighAtomic(type, step.Flags < 32, ref work);
            Assert.Equal(naive.Unreserve(type, step.Flags < 32), moved);
        }

        for (var i = 0; step.Act is Act.Give or Act.Reserve && live.Count > 0 && i <= (step.Count & 15); i++)
        {
            var at = (int)(((long)step.Pick * (i + 1) + i) % live.Count);
            var block = live[at];
            if (step.Act == Act.Reserve)
            {
                zone.ReserveHighAtomic(block.Frame, block.Order, ref work);
                naive.Reserve(block.Frame, block.Order);
                break;
            }

            // Before 6.12 the type may be stale: what the page was taken as, not what its pageblock is now.
            var tag = (step.Flags & 3) == 3 ? block.Type : zone.TagOf(block.Frame);
            zone.Give(block.Frame, block.Order, tag, ref work);
            naive.Free(block.Frame, block.Order, tag);
            live[at] = live[^1];
            live.RemoveAt(live.Count - 1);
        }
    }

    private static void Compare(Zone zone, NaiveZone naive)
    {
        zone.CheckInvariants();
        var record = default(ZoneRecord);
        zone.Describe(ref record);
        var free = 0L;
        for (var order = 0; order <= 10; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                Assert.Equal(naive.List(order, type), zone.FreeList(order, type));
            }

            Assert.Equal(naive.Blocks(order), record.FreeBlocks[order]);
            Assert.Equal(Enumerable.Range(0, 3).Any(t => naive.List(order, (Migratetype)t).Any()),
                (record.OrdersOfPagesetTypes >> order & 1) != 0);
            Assert.Equal(
                naive.List(order, Migratetype.HighAtomic).Any(), (record.OrdersOfHighAtomic >> order & 1) != 0);
            free += (long)record.FreeBlocks[order] << order;
        }

        Assert.Equal((free, free), (record.Free, zone.FreePages));
        Assert.Equal((naive.Boost, naive.Reserved), (record.Boost, zone.ReservedHighAtomic));
        for (var frame = Start; frame < End; frame += 512) Assert.Equal(naive.Tag(frame), zone.TagOf(frame));
    }
}
