using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.MemoryModels;

/// <summary>Pages that one node spends on the map: the descriptors of pages.</summary>
public readonly record struct NodeMap(NodeId Node, PageCount Pages);

/// <summary>The way from a frame's number to its descriptor, and what that way costs.</summary>
/// <remarks>It says which frames have a descriptor. Which zone a frame belongs to does not depend on it.</remarks>
public abstract class MemoryModel
{
    private readonly int _descriptorBytes;

    /// <summary>Size of one <c>struct page</c> on 64 bit.</summary>
    public const int DescriptorBytes = 64;

    private protected MemoryModel(int descriptorBytes) => _descriptorBytes = descriptorBytes;

    /// <summary>Frames that one page of descriptors describes.</summary>
    protected long FramesPerMapPage => (1 << PageFrameNumber.PageShift) / _descriptorBytes;

    /// <summary>Arrays begin and end at blocks of the largest order.</summary>
    private const long Block = 1L << Order.MaxValue;

    public abstract MemoryModelKind Kind { get; }

    /// <summary>What the map costs each node that pays for a part of it, ascending.</summary>
    public abstract ImmutableArray<NodeMap> Maps { get; }

    public PageCount MapPages => new(Maps.Sum(map => map.Pages.Value));

    /// <summary>Loads from a frame's number to its descriptor (<c>pfn_to_page</c>), each needing the one
    /// before.</summary>
    public abstract ImmutableArray<string> PageSteps { get; }

    /// <summary>Loads until <c>pfn_valid</c> has its answer, each needing the one before.</summary>
    public abstract ImmutableArray<string> ValidSteps { get; }

    /// <param name="nodes">Nodes that have memory, ascending.</param>
    /// <param name="hasSubsections">Sections are divided into sub-sections of 2 MiB (5.3 and later).</param>
    /// <param name="descriptorBytes">Size of one <c>struct page</c>.</param>
    public static MemoryModel Of(
        MemoryModelKind kind, ImmutableArray<NodeMemory> nodes, bool hasSubsections,
        int descriptorBytes = DescriptorBytes) => kind switch
        {
            MemoryModelKind.Flat => new FlatModel(nodes, descriptorBytes),
            MemoryModelKind.Discontiguous => new DiscontiguousModel(nodes, descriptorBytes),
            _ => new SparseModel(nodes, hasSubsections, descriptorBytes),
        };

    /// <summary>The frame has a descriptor: what <c>pfn_valid</c> answers.</summary>
    public abstract bool IsValid(PageFrameNumber frame);

    /// <summary>Number of the frame's section of 128 MiB; null in a model without sections.</summary>
    public virtual long? Section(PageFrameNumber frame) => null;

    /// <summary>What one array costs that describes [start, end) and is rounded out to whole blocks.</summary>
    protected PageCount ArrayPages(PageFrameNumber start, PageFrameNumber end)
    {
        var from = start.Value & ~(Block - 1);
        var to = (end.Value + (Block - 1)) & ~(Block - 1);
        return new((to - from) / FramesPerMapPage);
    }
}
