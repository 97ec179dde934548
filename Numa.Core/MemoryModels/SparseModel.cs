using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.MemoryModels;

/// <summary>Descriptors by sections of 128 MiB, where they hold memory. A hole that fills sections costs
/// nothing.</summary>
/// <remarks>A section that early boot made is valid as a whole; its sub-sections matter once memory is plugged in.
/// Source: <c>memory_present</c> and <c>subsection_map_init</c>, Linux mm/sparse.c.</remarks>
public sealed class SparseModel : MemoryModel
{
    public const long SectionFrames = 1L << SectionShift;
    public const long SubsectionFrames = 512;

    private const int SectionShift = 15;
    private readonly bool _hasSubsections;

    // Runs of touching sections, ascending: a machine has few, however large it is.
    private readonly ImmutableArray<(long First, long End, NodeId Node)> _sections;
    private readonly ImmutableArray<PageRange> _memory;

    internal SparseModel(ImmutableArray<NodeMemory> nodes, bool hasSubsections, int descriptorBytes)
        : base(descriptorBytes)
    {
        _hasSubsections = hasSubsections;
        _memory = [.. nodes.SelectMany(node => node.Ranges).OrderBy(range => range.Start)];
        var runs = ImmutableArray.CreateBuilder<(long First, long End, NodeId Node)>();
        var ranges = nodes.SelectMany(node => node.Ranges.Select(range => (node.Node, range)))
            .OrderBy(pair => pair.range.Start);
        foreach (var (node, range) in ranges)
        {
            // A section belongs to the node of the first range that touches it.
            var first = Math.Max(range.Start.Value >> SectionShift, runs.Count == 0 ? 0 : runs[^1].End);
            var end = ((range.End.Value - 1) >> SectionShift) + 1;
            if (first >= end) continue;
            if (runs.Count > 0 && runs[^1].End == first && runs[^1].Node == node)
                runs[^1] = runs[^1] with { End = end };
            else
                runs.Add((first, end, node));
        }

        _sections = runs.ToImmutable();
        Maps =
        [
            .. _sections.GroupBy(run => run.Node).OrderBy(group => group.Key).Select(group => new NodeMap(
                group.Key, new(group.Sum(run => run.End - run.First) * (SectionFrames / FramesPerMapPage)))),
        ];
    }

    public override MemoryModelKind Kind => MemoryModelKind.Sparse;

    public override ImmutableArray<NodeMap> Maps { get; }

    /// <summary>The array has a fixed virtual address: the number is the index, and nothing is loaded.</summary>
    public override ImmutableArray<string> PageSteps => [];

    public override ImmutableArray<string> ValidSteps => _hasSubsections
        ? ["mem_section[root]", "section_mem_map", "usage->subsection_map, unless the section is early"]
        : ["mem_section[root]", "section_mem_map"];

    /// <summary>Sections that hold memory.</summary>
    public long Sections => _sections.Sum(run => run.End - run.First);

    /// <summary>Sub-sections of 2 MiB that hold memory; null before 5.3.</summary>
    public long? Subsections
    {
        get
        {
            if (!_hasSubsections) return null;
            var (count, next) = (0L, 0L);
            foreach (var range in _memory)
            {
                var first = Math.Max(next, range.Start.Value / SubsectionFrames);
                next = Math.Max(next, (range.End.Value + (SubsectionFrames - 1)) / SubsectionFrames);
                count += Math.Max(0, next - first);
            }

            return count;
        }
    }

    public override bool IsValid(PageFrameNumber frame)
    {
        var section = frame.Value >> SectionShift;
        return _sections.Any(run => section >= run.First && section < run.End);
    }

    public override long? Section(PageFrameNumber frame) => frame.Value >> SectionShift;
}
