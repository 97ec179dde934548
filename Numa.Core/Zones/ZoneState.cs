using System.Collections.Immutable;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Zones;

/// <summary>One free list of a zone as a running kernel held it.</summary>
/// <param name="Frames">First frame of each block, head first.</param>
public sealed record FreeListState(int Order, Migratetype Type, ImmutableArray<long> Frames);

/// <summary>A zone in mid-life: its lists in order, and the counters that no list shows.</summary>
/// <remarks>Unit: pages.</remarks>
/// <param name="Folded">NR_FREE_PAGES as checks read it.</param>
/// <param name="FairBatch">NR_ALLOC_BATCH, folded; zero where the release knows none.</param>
/// <param name="FairDepleted">ZONE_FAIR_DEPLETED is set.</param>
/// <param name="ReservedHighAtomic">Pages of the pageblocks reserved for atomic allocations.</param>
/// <param name="Pagesets">Shape: index = CPU number.</param>
public sealed record ZoneState(
    ImmutableArray<FreeListState> FreeLists,
    long Folded,
    long FairBatch,
    bool FairDepleted,
    long ReservedHighAtomic,
    long Boost,
    ImmutableArray<PagesetState> Pagesets)
{
    /// <summary>ZONE_BELOW_HIGH is set.</summary>
    public bool BelowHigh { get; init; }

    /// <summary>Pages on the free lists.</summary>
    public long Free { get; } = FreeLists.Sum(list => (long)list.Frames.Length << list.Order);

    /// <summary>A CPU's part of what the folded counter lags behind the lists.</summary>
    /// <remarks>Only the sum is known, so it is shared out: each CPU in turn takes as much as it may hold unfolded.
    /// With one CPU nothing is left to choose.</remarks>
    public int FreeDeltaOf(int cpu, int threshold)
    {
        var left = Free - Folded;
        for (var before = 0; before < cpu; before++) left -= Math.Clamp(left, -threshold, threshold);
        return (int)Math.Clamp(left, -threshold, threshold);
    }
}
