using CsCheck;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Zones.Pagesets;

// Goal: lists, sizes of refills and drains, their order and the tuning are the rules' own, after any history.
// Method: random steps beside lists and formulas written down plainly; sizes and reclaim change on the way.
public class PagesetOracleTests
{
    private record struct Step(int Act, int Order, int Type, int Pick, bool Below);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Int[0, 99], Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[1, 3]), (1, Gen.Const(9))), Gen.Int[0, 3],
        Gen.Int[0, 200], Gen.Bool, (act, order, type, pick, below) => new Step(act, order, type, pick, below));

    // Small batches, so that a few dozen steps reach every limit; bounds equal, apart and zero.
    private static readonly Gen<PagesetSize> AnySize = Gen.Select(
        Gen.Int[1, 7], Gen.Int[0, 40], Gen.Frequency((2, Gen.Const(0)), (3, Gen.Int[1, 400])),
        (batch, min, more) => new PagesetSize(batch, min, min + more));

    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Every_list_and_size_follows_the_rules(string version) =>
        Gen.Select(AnySize, AnyStep.Array[0, 400]).Sample(
            (size, steps) => Run(version, size, steps), iter: 60);

    private static void Run(string version, PagesetSize size, Step[] steps)
    {
        var release = Generators.Zones.Release(version);
        var pageset = new Pageset(release, size);
        var naive = new NaivePageset(release, size);
        var frame = 1L << 33;
        foreach (var step in steps)
        {
            var order = Pageset.Holds(release, step.Order) ? step.Order : 0;
            var type = (Migratetype)step.Type;
            if (step.Act < 45) Allocate(pageset, naive, order, (Migratetype)(step.Type % 3), step.Below, ref frame);
            else if (step.Act < 93) Free(pageset, naive, order, type, step, frame++);
            else if (step.Act < 95) Drain(pageset, naive, step.Pick, order, type);
            else if (step.Act < 97) pageset.ReclaimActive = naive.Reclaim = step.Below;
            else if (step.Act < 98) pageset.CacheHoldsBatches = naive.Cache = step.Below;
            else pageset.Size = naive.Size = new(size.Batch, step.Pick / 2, Math.Max(step.Pick, size.HighMax));
            Compare(pageset, naive, release);
        }
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
            pageset.Append(order, type, frames);
            naive.Append(order, type, frames);
        }

        Assert.Equal(naive.Take(order, type), pageset.TakeHead(order, type));
    }

    private static void Free(Pageset pageset, NaivePageset naive, int order, Migratetype type, Step step, long frame)
    {
        var pages = pageset.Insert(order, type, frame, step.Below);
        Assert.Equal(naive.Insert(order, type, frame, step.Below), pages);
        if (pages > 0) Drain(pageset, naive, pages, order, type);
    }

    private static void Drain(Pageset pageset, NaivePageset naive, int pages, int order, Migratetype type)
    {
        var drained = new List<DrainedBlock>();
        var blocks = pageset.Drain(pages, order, type, drained);
        Assert.Equal(naive.Drain(pages, order, type), drained);
        Assert.Equal(drained.Count, blocks);
    }

    private static void Compare(Pageset pageset, NaivePageset naive, KernelRelease release)
    {
        Assert.Equal(naive.Count, pageset.Count);
        foreach (var order in new[] { 0, 1, 2, 3, 9 })
        {
            if (!Pageset.Holds(release, order)) continue;
            for (var type = 0; type < 3; type++)
            {
                Assert.Equal(naive.List(order, (Migratetype)type), pageset.List(order, (Migratetype)type));
            }
        }

        Assert.Equal((naive.FreeFactor, naive.FreeCount, naive.AllocFactor),
            (pageset.FreeFactor, pageset.FreeCount, pageset.AllocFactor));
        Assert.InRange(pageset.FreeFactor, 0, 5);
        Assert.InRange(pageset.AllocFactor, 0, 5);
        if (release.PagesetSizing == PagesetSizingRule.AutoTuned) Assert.Equal(naive.High, pageset.High);
    }
}
