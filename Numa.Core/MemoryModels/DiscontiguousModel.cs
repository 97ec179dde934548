using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.MemoryModels;

/// <summary>One array for each node. A hole inside a node costs as much as memory, one between nodes costs
/// nothing.</summary>
/// <remarks>A look-up asks for the node first, by a table of ranges of frames.</remarks>
public sealed class DiscontiguousModel : MemoryModel
{
    private readonly ImmutableArray<PageRange> _spans;

    internal DiscontiguousModel(ImmutableArray<NodeMemory> nodes, int descriptorBytes)
        : base(descriptorBytes)
    {
        _spans = [.. nodes.Select(node => new PageRange(node.Start, node.End))];
        Maps = [.. nodes.Select(node => new NodeMap(node.Node, ArrayPages(node.Start, node.End)))];
    }

    public override MemoryModelKind Kind => MemoryModelKind.Discontiguous;

    public override ImmutableArray<NodeMap> Maps { get; }

    public override ImmutableArray<string> PageSteps =>
        ["physnode_map[pfn]", "node_data[node]", "node_mem_map and node_start_pfn"];

    public override ImmutableArray<string> ValidSteps =>
        ["physnode_map[pfn]", "node_data[node]", "node_start_pfn and node_spanned_pages"];

    public override bool IsValid(PageFrameNumber frame) => _spans.Any(span => span.Contains(frame));
}
