using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.MemoryModels;

/// <summary>One array for all memory. A hole costs as much as memory, and its frames are valid.</summary>
public sealed class FlatModel : MemoryModel
{
    private readonly PageFrameNumber _end;

    internal FlatModel(ImmutableArray<NodeMemory> nodes, int descriptorBytes)
        : base(descriptorBytes)
    {
        _end = nodes.Max(node => node.End);
        Maps = [new(nodes[0].Node, ArrayPages(nodes.Min(node => node.Start), _end))];
    }

    public override MemoryModelKind Kind => MemoryModelKind.Flat;

    /// <summary>The first node pays for the whole array.</summary>
    public override ImmutableArray<NodeMap> Maps { get; }

    public override ImmutableArray<string> PageSteps => ["mem_map"];

    public override ImmutableArray<string> ValidSteps => ["max_pfn"];

    public override bool IsValid(PageFrameNumber frame) => frame.Value >= 0 && frame < _end;
}
