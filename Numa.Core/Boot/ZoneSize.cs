using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Where a zone of a node lies and how much memory it holds.</summary>
/// <remarks>Source: <c>calculate_node_totalpages</c>, Linux mm/mm_init.c.</remarks>
public readonly record struct ZoneSize(ZoneId Id, PageRange Span, PageCount Present)
{
    /// <summary>Zones of a node that hold memory, ascending by zone index.</summary>
    /// <param name="movableStart">Where the node's Movable zone begins; null for none.</param>
    public static IEnumerable<ZoneSize> OfNode(NodeMemory node, ZoneLimits limits, PageFrameNumber? movableStart)
    {
        for (var kind = ZoneKind.DMA; kind <= ZoneKind.HighMem; kind++)
        {
            var limit = limits[kind];
            var span = new PageRange(node.Start.Clamp(limit.Start, limit.End), node.End.Clamp(limit.Start, limit.End));
            if (movableStart is { } cut && span.End > cut)
                span = span.Start >= cut ? new(span.Start, span.Start) : new(span.Start, cut);
            if (Sized(node, kind, span) is { } size) yield return size;
        }

        if (movableStart is not { } start) yield break;
        var movableEnd = node.End.Clamp(start, limits[limits.Highest].End);
        if (Sized(node, ZoneKind.Movable, new(start, movableEnd)) is { } movable) yield return movable;
    }

    private static ZoneSize? Sized(NodeMemory node, ZoneKind kind, PageRange span)
    {
        var present = node.PagesIn(span);
        return span.Start < span.End && present > PageCount.Zero ? new(new(node.Node, kind), span, present) : null;
    }
}
