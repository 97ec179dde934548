using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Zones;

/// <summary>Everything about a zone that sysctls and hotplug recompute.</summary>
/// <param name="LowmemReserve">Pages kept from requests by their zone index. Shape: index = zone index 0..4.</param>
/// <param name="StatThreshold">Largest per-CPU counter delta before it is folded. Unit: pages.</param>
/// <param name="FairBatch">Refill of NR_ALLOC_BATCH, high − low. Unit: pages.</param>
public sealed record ZoneTuning(
    Watermarks Marks,
    ImmutableArray<PageCount> LowmemReserve,
    PagesetSize Pageset,
    int StatThreshold,
    PageCount FairBatch)
{
    /// <summary>Free pages below which a check must count exactly; zero when the cached count is good enough.</summary>
    /// <remarks>Source: <c>percpu_drift_mark</c>, Linux include/linux/mmzone.h.</remarks>
    public PageCount DriftMark { get; init; }

    /// <summary>Pages of the zone that no user allocation can count on: largest reserve plus the high mark.</summary>
    /// <remarks>Source: <c>totalreserve_pages</c>, Linux mm/page_alloc.c.</remarks>
    public PageCount TotalReserve { get; init; }
}
