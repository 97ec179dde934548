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
}

/// <summary>A watermark check and the two numbers it compared.</summary>
/// <param name="Available">Free pages that the request may count.</param>
/// <param name="Required">Watermark plus lowmem reserve; the check passes when available exceeds it.</param>
public readonly record struct WatermarkVerdict(ZoneVerdict Verdict, long Available, long Required)
{
    public bool Passes => Verdict == ZoneVerdict.Passed;
}

/// <summary>The kernel's test whether a zone may serve a request.</summary>
/// <remarks>Source: <c>__zone_watermark_ok</c> and <c>zone_watermark_fast</c>, Linux mm/page_alloc.c.</remarks>
public readonly record struct WatermarkCheck(
    WatermarkLevel Level, AllocationFlags Flags, int ReserveIndex, int Order)
{
    public WatermarkVerdict Evaluate(KernelRelease release, ZoneTuning tuning, in ZoneRecord record) =>
        throw new NotImplementedException("buddy");
}
