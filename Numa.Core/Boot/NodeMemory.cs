using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>The memory of one node: whole pages, ascending.</summary>
public sealed record NodeMemory(NodeId Node, ImmutableArray<PageRange> Ranges)
{
    public PageFrameNumber Start => Ranges[0].Start;

    public PageFrameNumber End => Ranges[^1].End;

    /// <summary>Nodes that have memory, ascending.</summary>
    public static ImmutableArray<NodeMemory> From(IEnumerable<MemblockRegion> memory) =>
    [
        .. memory.GroupBy(region => region.HomeNode).OrderBy(group => group.Key)
            .Select(group => new NodeMemory(group.Key,
            [
                .. group.Select(region => region.WholePages).Where(range => range.Start < range.End),
            ]))
            .Where(node => !node.Ranges.IsEmpty),
    ];

    /// <summary>Pages of this node in [from, to).</summary>
    public PageCount PagesIn(PageRange span) => new(Within(span).Sum(range => range.Pages.Value));

    /// <summary>The node's ranges cut to [from, to), ascending.</summary>
    public IEnumerable<PageRange> Within(PageRange span) =>
        Ranges.Select(range => range.CutTo(span)).Where(range => range.Start < range.End);
}
