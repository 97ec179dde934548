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
    PageCount FairBatch);
