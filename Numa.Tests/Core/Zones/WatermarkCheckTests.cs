using CsCheck;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using static Numa.Core.Allocation.AllocationFlags;

namespace Numa.Tests.Core.Zones;

public class WatermarkCheckTests
{
    private const AllocationFlags Atomic = MinReserve | NonBlock;

    private static WatermarkVerdict Check(
        string version, ZoneTuning tuning, ZoneRecord record, AllocationFlags flags = 0, int order = 0, int index = 2,
        WatermarkLevel level = WatermarkLevel.Min) =>
        new WatermarkCheck(level, flags, index, order).Evaluate(Generators.Zones.Release(version), tuning, record);

    private static ZoneRecord Free(long pages, long reserved = 0, long boost = 0, ushort orders = 0x7ff) => new()
    {
        Free = pages,
        Folded = pages,
        HighAtomicPages = reserved,
        Boost = boost,
        OrdersOfPagesetTypes = orders,
    };

    [Theory]
    [InlineData("6.1", None, 1024)]
    [InlineData("6.1", MinReserve, 512)]
    [InlineData("6.12", Atomic, 384)]
    [InlineData("6.1", Oom, 512)]
    [InlineData("6.1", NonBlock, 1024)]
    [InlineData("4.4", None, 1024)]
    [InlineData("4.4", MinReserve, 512)]
    [InlineData("4.4", NonBlock, 768)]
    [InlineData("4.4", Atomic, 384)]
    public void Flags_lower_the_mark(string version, AllocationFlags flags, long required)
    {
        var tuning = Generators.Zones.Tuning(min: 1024);
        var (passes, fails) = (Free(required + 1), Free(required));
        Assert.Equal(new(ZoneVerdict.Passed, required + 1, required), Check(version, tuning, passes, flags));
        Assert.Equal(new(ZoneVerdict.BelowWatermark, required, required), Check(version, tuning, fails, flags));
    }

    [Fact]
    public void The_lowmem_reserve_keeps_DMA_from_ordinary_requests()
    {
        var tuning = Generators.Zones.Tuning(low: 11, reserve: [0, 1813, 31994]);
        Assert.Equal(new(ZoneVerdict.BelowWatermark, 3900, 32005),
            Check("6.1", tuning, Free(3900), index: 2, level: WatermarkLevel.Low));
        Assert.Equal(new(ZoneVerdict.Passed, 3900, 11),
            Check("6.1", tuning, Free(3900), index: 0, level: WatermarkLevel.Low));
    }

    [Fact]
    public void Reserved_pages_count_only_for_atomic_requests()
    {
        var tuning = Generators.Zones.Tuning(min: 1024);
        var record = Free(2000, reserved: 1024);
        Assert.Equal(new(ZoneVerdict.BelowWatermark, 969, 1024), Check("6.1", tuning, record, order: 3));
        Assert.Equal(new(ZoneVerdict.Passed, 1993, 384), Check("6.1", tuning, record, Atomic | HighAtomic, order: 3));
        record.OrdersOfPagesetTypes = 0b111;
        Assert.Equal(new(ZoneVerdict.NoBlockOfOrder, 1993, 384), Check("6.1", tuning, record, Atomic, order: 3));
        record.OrdersOfHighAtomic = 0b10000;
        Assert.True(Check("6.1", tuning, record, Atomic | HighAtomic, order: 3).Passes);
        Assert.False(Check("6.1", tuning, record, Atomic, order: 3).Passes);

        // 4.4: only HARDER may count the reserve, and any free block will do for it.
        Assert.Equal(969, Check("4.4", tuning, record, MinReserve, order: 3).Available);
        record.FreeBlocks[4] = 1;
        Assert.True(Check("4.4", tuning, record, NonBlock, order: 3).Passes);
    }

    [Theory]
    [InlineData("6.1", None, 1512)]
    [InlineData("6.1", Atomic, 375)]
    [InlineData("6.1", MinReserve, 756)]
    [InlineData("6.12", MinReserve, 500)]
    [InlineData("6.12", Atomic, 375)]
    public void Urgent_small_requests_need_not_heed_the_boost(string version, AllocationFlags flags, long required)
    {
        var tuning = Generators.Zones.Tuning(min: 1000);
        Assert.True(Check(version, tuning, Free(required + 1, boost: 512), flags).Passes);
        Assert.Equal(new(ZoneVerdict.BelowWatermark, required, required),
            Check(version, tuning, Free(required, boost: 512), flags));
        var low = Generators.Zones.Tuning(low: 1000);
        Assert.True(Check(version, low, Free(1512, boost: 512), level: WatermarkLevel.Low) is { Passes: false });
    }

    // Up to 4.3: 100 pages, 60 of them in blocks of order 0 and 1; half the mark holds for each order above.
    [Theory]
    [InlineData(20, 40, ZoneVerdict.Passed)]
    [InlineData(80, 40, ZoneVerdict.NoBlockOfOrder)]
    public void Before_4_4_smaller_blocks_do_not_count(int singles, long mark, ZoneVerdict verdict)
    {
        var record = Free(103);
        record.FreeBlocks[0] = singles;
        record.FreeBlocks[1] = 10;
        var judged = Check("3.10", Generators.Zones.Tuning(min: mark), record, order: 2);
        Assert.Equal(verdict, judged.Verdict);
        Assert.Equal(verdict == ZoneVerdict.Passed ? (60, 10) : (20, 20), (judged.Available, judged.Required));
    }

    [Fact]
    public void Without_watermarks_everything_passes() =>
        Assert.True(Check("6.1", Generators.Zones.Tuning(min: 1024), Free(0), NoWatermarks, order: 4).Passes);

    // Goal: a request with weaker flags never passes where a stronger one fails. Method: random zones and records.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Stronger_flags_pass_wherever_weaker_ones_do(string version) =>
        Gen.Select(
            Gen.Long[0, 3000], Gen.Long[0, 1000], Gen.Long[0, 600],
            Gen.Long[0, 2000], Gen.Int[0, 10], Gen.UShort).Sample(
            (free, reserved, boost, min, order, orders) =>
            {
                var tuning = Generators.Zones.Tuning(min: min);
                var record = Free(free, reserved, boost, orders);
                var passes = new[] { None, MinReserve, Atomic, Atomic | HighAtomic, NoWatermarks }
                    .Select(flags => Check(version, tuning, record, flags, order).Passes).ToArray();
                for (var i = 1; i < passes.Length; i++) Assert.True(passes[i] || !passes[i - 1]);

                // What is explained is what was compared: the terms add up to the two numbers.
                var check = new WatermarkCheck(WatermarkLevel.Min, Atomic, 2, order);
                var terms = check.Explain(Generators.Zones.Release(version), tuning, record);
                var verdict = Check(version, tuning, record, Atomic, order);
                Assert.Equal((verdict, verdict.Available, verdict.Required),
                    (terms.Verdict, terms.Free - terms.Unusable, terms.Lowered + terms.Reserve));
                Assert.Equal((free, min), (terms.Free, terms.Mark));
                var high = terms.Mark + terms.Boost - (terms.Mark + terms.Boost) / 2;
                Assert.Equal(high - high / 4, terms.Lowered);
            }, iter: 2000);
}
