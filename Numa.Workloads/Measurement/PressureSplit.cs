using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>A run parted at its first pressure: exact rules before, the reclaim model after.</summary>
/// <remarks>Pressure is the slow path, kswapd, or reclaim from a near node. Each CPU's first part ends where the news
/// reaches it: at its own first, or with a zone's record or a signal that may come of another CPU's.</remarks>
/// <param name="SlowPathEntries">Allocations that found no zone above its low mark.</param>
public sealed record PressureSplit(long SlowPathEntries, PressurePart Before, PressurePart After);

/// <summary>Allocations of one part of a run.</summary>
/// <param name="Allocations">Those that ended in it, failures included.</param>
/// <param name="Placement">Pages that CPUs of each node got from each zone.</param>
public sealed record PressurePart(
    long Allocations, long Fallbacks, long Failures, ImmutableArray<PlacementResult> Placement)
{
    public long PagesFrom(string zone) => Placement.Where(cell => cell.Zone == zone).Sum(cell => cell.Pages);
}
