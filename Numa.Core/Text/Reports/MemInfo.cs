using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Text.Reports;

/// <summary>Counters of a node in a report. Unit: pages, but where a name says otherwise.</summary>
/// <param name="Pages">By the kernel's name of the field, such as <c>inactive_anon</c>; what is missing is 0.</param>
/// <param name="IsGivenUp"><c>all_unreclaimable? yes</c>.</param>
public sealed record NodeMemInfo(NodeId Node, ImmutableDictionary<string, long> Pages, bool IsGivenUp);

/// <summary>Free blocks of one order: how many, and of which migratetypes by their letters (<c>UME</c>).</summary>
public readonly record struct OrderMemInfo(long Blocks, string Types);

/// <summary>A zone in a report. Unit: pages.</summary>
/// <param name="Pages">By the kernel's name of the field: <c>free</c>, <c>boost</c>, <c>min</c>, <c>low</c>,
/// <c>high</c> (marks with boost), <c>reserved_highatomic</c>, LRU lists, <c>present</c>, <c>managed</c>,
/// <c>free_pcp</c>, <c>local_pcp</c> and so on; what is missing is 0.</param>
/// <param name="LowmemReserve">Shape: index = zone index.</param>
/// <param name="Orders">Shape: index = order.</param>
public sealed record ZoneMemInfo(
    ZoneId Zone, ImmutableDictionary<string, long> Pages, ImmutableArray<long> LowmemReserve,
    ImmutableArray<OrderMemInfo> Orders)
{
    /// <summary><c>all_unreclaimable? yes</c>, told of zones up to 4.7.</summary>
    public bool IsGivenUp { get; init; }

    public long Of(string name) => Pages.GetValueOrDefault(name);
}

/// <summary>Huge pages of one size on a node. Unit of the size: kB.</summary>
public readonly record struct HugeMemInfo(NodeId Node, long Total, long Free, long Surplus, long SizeKb);

/// <summary>What the kernel prints of its memory under <c>Mem-Info:</c>. Unit: pages, but where a name says
/// otherwise.</summary>
/// <param name="Totals">Of all nodes, by the kernel's names; what is missing is 0.</param>
/// <param name="Nodes">Those that the request could reach; none up to 4.7.</param>
/// <param name="Zones">Those that the request could reach, by node, then by index.</param>
public sealed record MemInfo(
    ImmutableDictionary<string, long> Totals, ImmutableArray<NodeMemInfo> Nodes, ImmutableArray<ZoneMemInfo> Zones)
{
    public ImmutableArray<HugeMemInfo> HugePages { get; init; } = [];

    public long PageCache { get; init; }

    public long SwapCache { get; init; }

    /// <summary>Added to, deleted from, looked for and found in the swap cache; null where that is not told.</summary>
    public (long Added, long Deleted, long Found, long Looked)? SwapCacheStats { get; init; }

    public long FreeSwapKb { get; init; }

    public long TotalSwapKb { get; init; }

    public long Ram { get; init; }

    public long HighMem { get; init; }

    public long Reserved { get; init; }

    /// <summary>Null where the kernel has no CMA.</summary>
    public long? CmaReserved { get; init; }

    /// <summary>Null where the kernel does not tell.</summary>
    public long? HwPoisoned { get; init; }
}
