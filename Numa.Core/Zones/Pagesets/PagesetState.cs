using System.Collections.Immutable;

namespace Numa.Core.Zones.Pagesets;

/// <summary>One CPU's pageset of one zone as a running kernel held it.</summary>
/// <param name="Lists">Frames of each list that holds any, head first. Shape: key = (order, migratetype).</param>
/// <param name="High">High mark as it stands, where the release tunes it.</param>
/// <param name="PreviousFreeWasHighOrder">The flag that two frees of higher order in a row set (6.7 and later).</param>
/// <param name="CacheHoldsBatches">The CPU's slice of the data cache holds more than three batches.</param>
/// <param name="Expire">Seconds until an idle pageset of a remote zone is drained; 0 for never.</param>
public sealed record PagesetState(
    ImmutableDictionary<(int Order, Migratetype Type), ImmutableArray<long>> Lists,
    int High,
    int FreeFactor,
    int FreeCount,
    int AllocFactor,
    bool PreviousFreeWasHighOrder,
    bool CacheHoldsBatches,
    int Expire)
{
    /// <summary>What the CPU has charged to NR_ALLOC_BATCH and not folded: 0 or less.</summary>
    public int FairDelta { get; init; }

    /// <summary>A pageset that holds nothing and has learnt nothing.</summary>
    public static PagesetState Empty { get; } = new(
        ImmutableDictionary<(int Order, Migratetype Type), ImmutableArray<long>>.Empty, 0, 0, 0, 0, false, false, 0);
}
