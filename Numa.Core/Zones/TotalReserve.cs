using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>Pages of a zone that user allocations cannot count on.</summary>
/// <remarks>Source: <c>calculate_totalreserve_pages</c>, Linux mm/page_alloc.c.</remarks>
public static class TotalReserve
{
    public static PageCount For(PageCount managed, PageCount high, ImmutableArray<PageCount> lowmemReserve) =>
        new(Math.Min(managed.Value, lowmemReserve.Max().Value + high.Value));
}
