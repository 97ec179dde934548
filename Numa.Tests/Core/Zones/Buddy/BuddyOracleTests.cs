using CsCheck;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Zones.Buddy;

// Goal: every list holds the same blocks in the same order as the rules say, after any history, with all three
// fallback rules. Method: random steps on a small zone that keeps running out, beside a zone of plain lists; each step
// gives the same frames, and now and then every list, tag and counter is compared. The zone starts inside a pageblock
// and ends inside one; a part of it was used before; one pageblock is Unmovable and its buddy isolated; up to 4.3 two
// are the reserve's from the start. It says it manages more pages than it spans, as only a zone of 200 MiB has an
// atomic reserve in 6.12.
public class BuddyOracleTests
{
    private const long Start = 0x301;
    private const long End = 0x24a0;

    private const int Steps = 100_000;

    private static readonly (long, long)[] Released = [(Start, 0xbff), (0xc40, 0x1600), (0x1800, End)];

    private static readonly (long Start, long End, Migratetype Tag)[] Tagged =
    [
        (0x1000, 0x1400, Migratetype.HighAtomic), (0x1400, 0x1600, Migratetype.Unmovable),
        (0x1600, 0x1800, Migratetype.Isolate),
    ];

    // With the first the boost never reaches its limit: it then counts every try to claim a pageblock.
    private static readonly (long Managed, long HighMark)[] Sizes =
        [(60_000, 100_000_000), (60_000, 1000), (60_000, 100), (40_000, 0), (2_047, 1000)];

    // Reached in 100,000 steps by each release that has the rule.
    private const ZoneRules OfAll = ZoneRules.LikelyMerge | ZoneRules.MixedMerge | ZoneRules.PageblocksApart
        | ZoneRules.WholePageblock | ZoneRules.Claimed | ZoneRules.NotClaimed | ZoneRules.EdgeOfZone
        | ZoneRules.ReserveTaken;

    private const ZoneRules OfReserve = ZoneRules.Reserved | ZoneRules.ReserveFull | ZoneRules.Unreserved
        | ZoneRules.LargestUnreserved;

    private const ZoneRules OfFive = ZoneRules.SmallestForMovable | ZoneRules.NotMixed | ZoneRules.BoostLimit;

    private enum Act
    {
        Take,
        Give,
        GiveAll,
        Reserve,
        Unreserve,
    }

    private record struct Step(Act Act, int Order, int Type, int Count, int Pick, int Flags);

    private static readonly Gen<int> AnyOrder = Gen.Frequency(
        (10, Gen.Const(0)), (6, Gen.Int[1, 3]), (4, Gen.Int[4, 8]), (2, Gen.Const(9)), (1, Gen.Const(10)));

    private static readonly Gen<Act> AnyAct = Gen.Frequency(
        (60, Gen.Const(Act.Take)),
        (60, Gen.Const(Act.Give)),
        (1, Gen.Const(Act.GiveAll)),
        (4, Gen.Const(Act.Reserve)),
        (4, Gen.Const(Act.Unreserve)));

    private static readonly Gen<Step> AnyStep = Gen.Select(
        AnyAct, AnyOrder, Gen.Int[0, 2], Gen.Int[1, 63], Gen.Int[0, 1 << 20], Gen.Int[0, 63],
        (act, order, type, count, pick, flags) => new Step(act, order, type, count, pick, flags));

    public static TheoryData<string, int> Cases => new()
    {
        { "3.10", (int)OfAll },
        { "4.4", (int)(OfAll | OfReserve) },
        { "4.9", (int)(OfAll | OfReserve) },
        { "6.1", (int)(OfAll | OfReserve | OfFive | ZoneRules.StaleReserve) },
        { "6.12", (int)(OfAll | OfReserve | OfFive | ZoneRules.StealInARow) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_list_is_in_the_order_of_the_rules(string version, int rules)
    {
        int made = 0, reached = 0;
        while (made < Steps)
        {
            Gen.Select(Gen.Int[0, Sizes.Length - 1], AnyStep.Array[0, 2000]).Sample(
                (size, steps) =>
                {
                    var (_, naive) = Run(version, size, steps);
                    Interlocked.Add(ref made, steps.Length);
                    Interlocked.Or(ref reached, (int)naive.Reached);
                },
                iter: 25,
                print: test => $"size {test.Item1}{Environment.NewLine}{string.Join(Environment.NewLine, test.Item2)}");
        }

        Assert.InRange(made, Steps, int.MaxValue);
        Assert.Equal((ZoneRules)rules, (ZoneRules)(rules & reached));
    }

    // Goal: taking a block and giving it back leaves the same free blocks, if in another order. Method: random steps,
    // then a take, by fallback or not, and its give. Without an atomic reserve and isolation, which keep pageblocks
    // apart: in 6.1 a page with a stale type merges with a neighbour from which its pageblock's own tag later bars it.
    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_take_and_its_give_restore_the_free_blocks(string version) =>
        Gen.Select(AnyStep.Array[0, 60], AnyOrder, Gen.Int[0, 2]).Sample(
            (steps, order, type) =>
            {
                var (zone, _) = Run(version, 0, [.. steps.Where(step => step.Act != Act.Reserve)], isolates: false);
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

    private static (Zone Zone, NaiveZone Naive) Run(string version, int size, Step[] steps, bool isolates = true)
    {
        var release = Generators.Zones.Release(version);
        var tagged = Tagged.Where(t => t.Tag switch
        {
            Migratetype.Isolate => isolates,
            Migratetype.HighAtomic => release.HighAtomic == HighAtomicRule.ReservePageblocks,
            _ => true,
        }).ToArray();
        var (managed, highMark) = Sizes[size];
        var image = Generators.Zones.Image(Start, End, Generators.Zones.Tuning(high: highMark), Released) with
        {
            Managed = new(managed),
            Tagged = [.. tagged.Select(t => new TaggedPageblocks(Generators.Zones.Range(t.Start, t.End), t.Tag))],
        };
        var zone = new Zone(release, image);
        var naive = new NaiveZone(release, Start, End, managed, highMark);
        foreach (var (start, end, tag) in tagged)
        {
            for (var frame = start; frame < end; frame += 512) naive.Retag(frame, 0, tag);
        }

        foreach (var (start, end) in Released) NaiveBoot.Release(naive, release, start, end);
        var tags = new Dictionary<long, Migratetype>();
        for (var frame = Start; frame < End; frame += 512) tags[frame / 512] = zone.TagOf(frame);
        Compare(zone, naive, tags);

        // Whoever used the rest before will free it: single pages of one stretch, and eight at a time of another.
        List<(long Frame, int Order, Migratetype Type)> live =
        [
            .. Enumerable.Range(0xbff, 0x41).Select(frame => ((long)frame, 0, Migratetype.Movable)),
            .. Enumerable.Range(0, 64).Select(block => (0x1600L + 8 * block, 3, Migratetype.Movable)),
        ];
        var left = zone.FreePages + zone.IsolatedPages + live.Sum(block => 1L << block.Order);
        for (var i = 0; i < steps.Length; i++)
        {
            Apply(steps[i], zone, naive, live);
            foreach (var (frame, tag) in zone.Retagged) tags[frame / 512] = tag;
            zone.Retagged.Clear();
            if (i % 16 == 0 || i == steps.Length - 1) Compare(zone, naive, tags);
        }

        Assert.Equal(left, zone.FreePages + zone.IsolatedPages + live.Sum(block => 1L << block.Order));
        return (zone, naive);
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
            var before = naive.Fallbacks;
            Same(naive.Take(step.Order, type, Flags(step.Flags), count), frames.Take(taken));
            Assert.Equal((taken, taken, naive.Fallbacks - before),
                (work.Blocks, work.PagesTouched, work.Fallbacks));
            foreach (var frame in frames[..taken]) live.Add((frame, step.Order, type));
            return;
        }

        if (step.Act == Act.Unreserve && zone.Release.HighAtomic != HighAtomicRule.ReservePageblocks)
        {
            var moved = zone.UnreserveHighAtomic(type, step.Flags < 32, ref work);
            Assert.Equal(naive.Unreserve(type, step.Flags < 32), moved);
        }

        var most = step.Act switch
        {
            Act.GiveAll => int.MaxValue,
            Act.Give => 1 + (step.Count & 15),
            Act.Reserve => 1,
            _ => 0,
        };
        for (var i = 0; i < most && live.Count > 0; i++)
        {
            var at = (int)(((long)step.Pick * (i + 1) + i) % live.Count);
            var block = live[at];
            if (step.Act == Act.Reserve)
            {
                zone.ReserveHighAtomic(block.Frame, block.Order, ref work);
                naive.Reserve(block.Frame, block.Order);
                return;
            }

            // Before 6.12 the type may be stale: what the page was taken as, not what its pageblock is now.
            var tag = (step.Flags & 3) == 3 ? block.Type : zone.TagOf(block.Frame);
            zone.Give(block.Frame, block.Order, tag, ref work);
            naive.Free(block.Frame, block.Order, tag);
            live[at] = live[^1];
            live.RemoveAt(live.Count - 1);
        }
    }

    private static void Compare(Zone zone, NaiveZone naive, Dictionary<long, Migratetype> tags)
    {
        zone.CheckInvariants();
        var record = default(ZoneRecord);
        zone.Describe(ref record);
        var free = 0L;
        for (var order = 0; order <= 10; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                Same(naive.List(order, type), zone.FreeList(order, type));
            }

            Assert.Equal(naive.Blocks(order), record.FreeBlocks[order]);
            Assert.Equal(Enumerable.Range(0, 3).Any(t => naive.List(order, (Migratetype)t).Any()),
                (record.OrdersOfPagesetTypes >> order & 1) != 0);
            Assert.Equal(
                naive.List(order, Migratetype.HighAtomic).Any(), (record.OrdersOfHighAtomic >> order & 1) != 0);
            free += (long)record.FreeBlocks[order] << order;
        }

        // Stale types mix what is isolated with what is not, which no kernel does: only the sum is certain.
        Assert.Equal((free, record.Free), (zone.FreePages + zone.IsolatedPages, zone.FreePages));
        Assert.Equal((naive.Boost, naive.Reserved, naive.NotForAll),
            (record.Boost, zone.ReservedHighAtomic, record.HighAtomicPages));
        // One allocation may reserve two pageblocks at once (6.12).
        Assert.Equal(0, naive.Reserved % 512);
        Assert.InRange(naive.Reserved, 0, naive.ReserveLimit + 512);
        for (var frame = Start; frame < End; frame += 512)
        {
            Assert.Equal((naive.Tag(frame), naive.Tag(frame)), (zone.TagOf(frame), tags[frame / 512]));
        }
    }

    // Equal far more often than not: the assertion is left to say how they differ.
    private static void Same(IEnumerable<long> expected, IEnumerable<long> actual)
    {
        if (!expected.SequenceEqual(actual)) Assert.Equal(expected, actual);
    }
}
