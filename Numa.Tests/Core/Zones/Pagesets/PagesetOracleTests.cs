using CsCheck;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Zones.Pagesets;

// Goal: lists, sizes of refills and drains, their order and the tuning are the rules' own, after any history.
// Method: random steps beside lists and formulas written down plainly; sizes and reclaim change on the way, timers
// strike, and now and then everything is drained. Sizes and drained blocks are compared in each step, lists from time
// to time.
public class PagesetOracleTests
{
    private const int Steps = 100_000;

    private const PagesetRules Since514 = PagesetRules.DrainedAround | PagesetRules.DrainedBeyond
        | PagesetRules.HugeFixed | PagesetRules.HugeMovable | PagesetRules.LargestFactor | PagesetRules.AllAtOnce
        | PagesetRules.OneAtATime | PagesetRules.Reclaim;

    private const PagesetRules Since67 = Since514 | PagesetRules.BelowHigh | PagesetRules.RaisedByFrees
        | PagesetRules.Decayed | PagesetRules.DrainedByTimer;

    private record struct Step(int Act, int Order, int Type, int Pick, bool Below);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Int[0, 99], Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[1, 3]), (1, Gen.Const(9))), Gen.Int[0, 3],
        Gen.Int[0, 200], Gen.Bool, (act, order, type, pick, below) => new Step(act, order, type, pick, below));

    // Small batches, so that a few dozen steps reach every limit; bounds equal, apart, crossed and zero.
    private static readonly Gen<PagesetSize> AnySize = Gen.Select(
        Gen.Int[1, 7], Gen.Int[0, 60],
        Gen.Frequency((2, Gen.Const(0)), (4, Gen.Int[1, 400]), (1, Gen.Int[-10, -1])),
        (batch, min, more) => new PagesetSize(batch, min, Math.Max(0, min + more)));

    public static TheoryData<string, int> Cases => new()
    {
        { "3.10", (int)PagesetRules.OneListLeft },
        { "4.4", (int)PagesetRules.OneListLeft },
        { "4.9", (int)PagesetRules.OneListLeft },
        { "6.1", (int)Since514 },
        { "6.12", (int)Since67 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_list_and_size_follows_the_rules(string version, int rules)
    {
        int made = 0, reached = 0;
        while (made < Steps)
        {
            Gen.Select(AnySize, AnyStep.Array[0, 1000]).Sample(
                (size, steps) =>
                {
                    var naive = Run(version, size, steps);
                    Interlocked.Add(ref made, steps.Length);
                    Interlocked.Or(ref reached, (int)naive.Reached);
                },
                iter: 50,
                print: test => $"{test.Item1}{Environment.NewLine}{string.Join(Environment.NewLine, test.Item2)}");
        }

        Assert.InRange(made, Steps, int.MaxValue);
        Assert.Equal((PagesetRules)rules, (PagesetRules)(rules & reached));
    }

    private static NaivePageset Run(string version, PagesetSize size, Step[] steps)
    {
        var release = Generators.Zones.Release(version);
        var pageset = new Pageset(release, size);
        var naive = new NaivePageset(release, size);
        var frame = 1L << 33;
        for (var i = 0; i < steps.Length; i++)
        {
            // Now and then a hundred steps only take single pages, or only free: batches double as far as they may.
            var burst = steps[i / 100 * 100].Pick % 4;
            var step = steps[i] is { Act: < 91 } && burst < 2 ? steps[i] with { Act = 90 * burst } : steps[i];
            var order = Pageset.Holds(release, step.Order) && burst != 0 ? step.Order : 0;
            var type = (Migratetype)step.Type;
            if (step.Act < 45) Allocate(pageset, naive, order, (Migratetype)(step.Type % 3), step.Below, ref frame);
            else if (step.Act < 91) Free(pageset, naive, order, type, step, frame++);
            else if (step.Act < 93) Drain(pageset, naive, step.Pick, order, type);
            else if (step.Act < 95) Decay(pageset, naive);
            else if (step.Act < 96) DrainAll(pageset, naive);
            else if (step.Act < 97) pageset.ReclaimActive = naive.Reclaim = step.Below;
            else if (step.Act < 98) pageset.CacheHoldsBatches = naive.Cache = step.Below;
            else pageset.Size = naive.Size = new(size.Batch, step.Pick / 2, Math.Max(step.Pick, size.HighMax));
            CompareTuning(pageset, naive, release);
            if (i % 16 == 0 || i == steps.Length - 1) CompareLists(pageset, naive, release);
        }

        return naive;
    }

    private static void Allocate(
        Pageset pageset, NaivePageset naive, int order, Migratetype type, bool below, ref long frame)
    {
        pageset.BeginAllocation();
        naive.BeginAllocation();
        Assert.Equal(!naive.List(order, type).Any(), pageset.IsEmpty(order, type));
        if (pageset.IsEmpty(order, type))
        {
            var blocks = pageset.NextRefill(order, below);
            Assert.Equal(naive.Refill(order, below), blocks);
            var frames = new long[blocks];
            for (var i = 0; i < blocks; i++) frames[i] = frame++;
            RequireBounds(pageset);
            pageset.Append(order, type, frames);
            naive.Append(order, type, frames);
        }

        Assert.Equal(naive.Take(order, type), pageset.TakeHead(order, type));
    }

    private static void Free(Pageset pageset, NaivePageset naive, int order, Migratetype type, Step step, long frame)
    {
        var pages = pageset.Insert(order, type, frame, step.Below);
        Assert.Equal(naive.Insert(order, type, frame, step.Below), pages);
        RequireBounds(pageset);
        if (pages > 0) Drain(pageset, naive, pages, order, type);
    }

    // Whoever uses a mark brings it between its bounds first, unless those cross.
    private static void RequireBounds(Pageset pageset)
    {
        if (pageset.Size.HighMin > pageset.Size.HighMax) return;
        Assert.InRange(pageset.High, pageset.Size.HighMin, pageset.Size.HighMax);
    }

    private static void Decay(Pageset pageset, NaivePageset naive)
    {
        var (busy, high) = (pageset.Decays, naive.High);
        var pages = naive.Decay();
        Assert.Equal(busy, pages > 0 || naive.High != high);
        Assert.Equal(pages, pageset.Decay());
        for (var batch = pageset.Size.Batch; pages > 0; pages -= batch)
        {
            Drain(pageset, naive, Math.Min(pages, batch), 0, Migratetype.Unmovable);
        }
    }

    private static void DrainAll(Pageset pageset, NaivePageset naive)
    {
        while (naive.Count > 0) Drain(pageset, naive, 32 * pageset.Size.Batch, 0, Migratetype.Unmovable);
        Assert.Equal(0, pageset.Count);
    }

    private static void Drain(Pageset pageset, NaivePageset naive, int pages, int order, Migratetype type)
    {
        var drained = new List<DrainedBlock>();
        var blocks = pageset.Drain(pages, order, type, drained);
        var expected = naive.Drain(pages, order, type);
        if (!expected.SequenceEqual(drained)) Assert.Equal(expected, drained);
        Assert.Equal(drained.Count, blocks);
    }

    private static void CompareLists(Pageset pageset, NaivePageset naive, KernelRelease release)
    {
        foreach (var order in new[] { 0, 1, 2, 3, 9 })
        {
            if (!Pageset.Holds(release, order)) continue;
            for (var type = 0; type < 3; type++)
            {
                var expected = naive.List(order, (Migratetype)type);
                var actual = pageset.List(order, (Migratetype)type);
                if (!expected.SequenceEqual(actual)) Assert.Equal(expected, actual);
            }
        }
    }

    private static void CompareTuning(Pageset pageset, NaivePageset naive, KernelRelease release)
    {
        Assert.Equal(naive.Count, pageset.Count);
        Assert.Equal((naive.FreeFactor, naive.FreeCount, naive.AllocFactor),
            (pageset.FreeFactor, pageset.FreeCount, pageset.AllocFactor));
        Assert.InRange(pageset.FreeFactor, 0, 5);
        Assert.InRange(pageset.AllocFactor, 0, 5);
        if (release.PagesetSizing == PagesetSizingRule.AutoTuned) Assert.Equal(naive.High, pageset.High);
    }
}
