using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Why a zone was passed over.</summary>
public enum ZoneVerdict : byte
{
    Passed,

    /// <summary>Free pages do not exceed the watermark plus the lowmem reserve.</summary>
    BelowWatermark,

    /// <summary>Enough pages, but no free block is large enough.</summary>
    NoBlockOfOrder,

    /// <summary>The check passed, but the free lists had nothing for this request.</summary>
    NothingFound,

    /// <summary>The fair batch of the zone had run out.</summary>
    FairBatchDepleted,

    /// <summary>Skipped: it failed within the last second (zonelist cache).</summary>
    KnownAsFull,

    /// <summary>All memory of the zone went offline after the walk began.</summary>
    Gone,
}

/// <summary>A watermark check and the two numbers it compared.</summary>
/// <param name="Available">Free pages that the request may count.</param>
/// <param name="Required">Watermark plus lowmem reserve; the check passes when available exceeds it.</param>
public readonly record struct WatermarkVerdict(ZoneVerdict Verdict, long Available, long Required)
{
    public bool Passes => Verdict == ZoneVerdict.Passed;
}

/// <summary>A watermark check term by term.</summary>
/// <remarks>Unit: pages. Free − Unusable is compared with Lowered + Reserve.</remarks>
/// <param name="Free">NR_FREE_PAGES as the check read it.</param>
/// <param name="Unusable">All but one page of the block, and what is reserved for atomic allocations.</param>
/// <param name="Mark">Without boost.</param>
/// <param name="Boost">Counted in; 0 where the request need not heed it.</param>
/// <param name="Lowered">Mark and boost, less what the request's flags take off.</param>
/// <param name="Reserve">Lowmem reserve in the column of the check.</param>
public readonly record struct WatermarkTerms(
    WatermarkCheck Check, WatermarkVerdict Verdict, long Free, long Unusable, long Mark, long Boost, long Lowered,
    long Reserve);

/// <summary>The kernel's test whether a zone may serve a request.</summary>
/// <remarks>Source: <c>__zone_watermark_ok</c> and <c>zone_watermark_fast</c>, Linux mm/page_alloc.c.</remarks>
public readonly record struct WatermarkCheck(
    WatermarkLevel Level, AllocationFlags Flags, int ReserveIndex, int Order)
{
    /// <summary>Judges a zone by its record. The free pages that count are the folded ones, which checks
    /// read.</summary>
    /// <remarks>The kernel's shortcut for order 0 compares with the whole mark first; whatever passes it passes
    /// here.</remarks>
    public WatermarkVerdict Evaluate(KernelRelease release, ZoneTuning tuning, in ZoneRecord record)
    {
        unchecked
        {
            var (available, lowered, _) = Compared(release, tuning, record);
            var reserve = tuning.LowmemReserve[ReserveIndex].Value;
            if (Has(AllocationFlags.NoWatermarks)) return new(ZoneVerdict.Passed, available, lowered + reserve);
            if (available <= lowered + reserve)
            {
                return new(ZoneVerdict.BelowWatermark, available, lowered + reserve);
            }

            if (Order == 0) return new(ZoneVerdict.Passed, available, lowered + reserve);
            if (release.HighOrderCheck == HighOrderCheckRule.SubtractSmallerBlocks)
            {
                return JudgeSmallerBlocks(available, lowered, reserve, record);
            }

            var verdict = HasBlock(release, record) ? ZoneVerdict.Passed : ZoneVerdict.NoBlockOfOrder;
            return new(verdict, available, lowered + reserve);
        }
    }

    /// <summary>The same judgement with every term that its two numbers are made of.</summary>
    public WatermarkTerms Explain(KernelRelease release, ZoneTuning tuning, in ZoneRecord record)
    {
        var (available, lowered, boost) = Compared(release, tuning, record);
        return new(this, Evaluate(release, tuning, record), record.Folded, record.Folded - available,
            tuning.Marks[Level].Value, boost, lowered, tuning.LowmemReserve[ReserveIndex].Value);
    }

    /// <summary>What is compared before blocks are looked for: pages that count, and the mark as flags leave
    /// it.</summary>
    /// <returns>With the boost that was part of the mark.</returns>
    private (long Available, long Lowered, long Boost) Compared(
        KernelRelease release, ZoneTuning tuning, in ZoneRecord record)
    {
        unchecked
        {
            var mark = tuning.Marks[Level].Value;
            var available = record.Folded - Unusable(release, record);
            var lowered = Lowered(release, mark + record.Boost);
            if (available > lowered + tuning.LowmemReserve[ReserveIndex].Value || record.Boost <= 0
                || !MayIgnoreBoost(release))
                return (available, lowered, record.Boost);

            return (available, Lowered(release, mark), 0);
        }
    }

    private bool Has(AllocationFlags flag) => (Flags & flag) != 0;

    /// <summary>Pages that are free but not for this request.</summary>
    private long Unusable(KernelRelease release, in ZoneRecord record)
    {
        var entitled = release.ReserveFlags == ReserveFlagRule.HighAndHarder
            ? AllocationFlags.NonBlock
            : AllocationFlags.Reserves;
        return (1L << Order) - 1 + (Has(entitled) ? 0 : record.HighAtomicPages);
    }

    /// <summary>The mark, less what the request's flags take off.</summary>
    private long Lowered(KernelRelease release, long mark)
    {
        if (Has(AllocationFlags.MinReserve)) mark -= mark / 2;
        if (release.ReserveFlags == ReserveFlagRule.HighAndHarder)
        {
            return Has(AllocationFlags.NonBlock) ? mark - mark / 4 : mark;
        }

        // NON_BLOCK alone lowers nothing: it only deepens what MIN_RESERVE permits.
        if (Has(AllocationFlags.MinReserve) && Has(AllocationFlags.NonBlock)) mark -= mark / 4;
        return Has(AllocationFlags.Oom) ? mark - mark / 2 : mark;
    }

    /// <summary>Small urgent requests are not to suffer from a boost.</summary>
    /// <remarks>6.1 asks for the gfp bit ATOMIC, which reaches us as MIN_RESERVE with NON_BLOCK.</remarks>
    private bool MayIgnoreBoost(KernelRelease release) =>
        Order == 0 && Level == WatermarkLevel.Min && release.AvoidsFragmentation
        && Has(AllocationFlags.MinReserve)
        && (release.MinReserveBypassesBoost || Has(AllocationFlags.NonBlock));

    private bool HasBlock(KernelRelease release, in ZoneRecord record)
    {
        if (record.OrdersOfPagesetTypes >> Order != 0) return true;
        if (release.ReserveFlags == ReserveFlagRule.MinReserveAndNonBlock)
        {
            return Has(AllocationFlags.HighAtomic | AllocationFlags.Oom) && record.OrdersOfHighAtomic >> Order != 0;
        }

        if (!Has(AllocationFlags.NonBlock)) return false;
        for (var order = Order; order < Addressing.Order.Count; order++)
        {
            if (record.FreeBlocks[order] > 0) return true;
        }

        return false;
    }

    private WatermarkVerdict JudgeSmallerBlocks(long available, long mark, long reserve, in ZoneRecord record)
    {
        var required = mark + reserve;
        for (var order = 0; order < Order; order++)
        {
            available -= (long)record.FreeBlocks[order] << order;
            mark >>= 1;

            // The reserve was asked for once, above; here the kernel compares with the mark alone.
            if (available <= mark) return new(ZoneVerdict.NoBlockOfOrder, available, mark);
            required = mark;
        }

        return new(ZoneVerdict.Passed, available, required);
    }
}
