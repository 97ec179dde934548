using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Zones;

namespace Numa.Core.Text;

/// <summary>A named number of /proc/zoneinfo, such as nr_free_pages.</summary>
public readonly record struct ZoneCounter(string Name, long Value);

/// <summary>One CPU's pageset as zoneinfo shows it.</summary>
/// <remarks>Unit: pages.</remarks>
public readonly record struct ZoneinfoPageset(int Count, int High, int Batch, int StatThreshold);

/// <summary>One zone of /proc/zoneinfo.</summary>
/// <remarks>
/// Unit: pages. Which fields are printed depends on the release; those that it does not print are zero or empty.
/// </remarks>
public sealed record ZoneinfoZone(ZoneId Id)
{
    public long Free { get; init; }

    public long Boost { get; init; }

    /// <summary>Marks as printed, boost included. Promo equals high where it is not printed.</summary>
    public Watermarks Marks { get; init; }

    public long Scanned { get; init; }

    public long Spanned { get; init; }

    public long Present { get; init; }

    public long Managed { get; init; }

    public long Cma { get; init; }

    /// <summary>The lowmem reserve. Shape: index = zone index; as many columns as the kernel has zones.</summary>
    public ImmutableArray<long> Protection { get; init; } = [];

    public ImmutableArray<ZoneCounter> Counters { get; init; } = [];

    /// <summary>Counters of the node, which stand in its first populated zone.</summary>
    public ImmutableArray<ZoneCounter> NodeCounters { get; init; } = [];

    /// <summary>Shape: index = CPU number.</summary>
    public ImmutableArray<ZoneinfoPageset> Pagesets { get; init; } = [];

    public long Unreclaimable { get; init; }

    public PageFrameNumber Start { get; init; }

    public long InactiveRatio { get; init; }

    public bool IsPopulated => Present > 0;
}
