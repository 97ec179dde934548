using System.Collections.Immutable;

namespace Numa.Workloads.Replay;

/// <summary>How many of a kind were compared, and how many were equal.</summary>
public readonly record struct Agreement(long Compared, long Equal)
{
    public bool IsWhole => Equal == Compared;

    /// <summary>One more was compared.</summary>
    public Agreement With(bool equal) => new(Compared + 1, Equal + (equal ? 1 : 0));
}

/// <summary>A phase replayed from its requests, held against what the kernel did.</summary>
/// <param name="SameZone">Allocations that the predicted zone served.</param>
/// <param name="SameFrame">Allocations that got the predicted frame.</param>
/// <param name="Refills">Requests that took blocks from the buddy lists, in trace or model: same frames, same
/// order.</param>
/// <param name="Drains">Frees that gave blocks to the buddy lists, in trace or model: same frames, same order.</param>
/// <param name="Fallbacks">Requests served from another migratetype, in trace or model.</param>
/// <param name="FreeLists">Free lists after the phase, element by element.</param>
/// <param name="Pagesets">Lists of pagesets after the phase, element by element.</param>
/// <param name="FirstMismatch">The first difference, for people; null when there is none.</param>
/// <param name="Notes">What was inferred, and what was left out, for people.</param>
public sealed record PhaseResult(
    string Phase,
    long Allocations,
    Agreement SameZone,
    Agreement SameFrame,
    Agreement Refills,
    Agreement Drains,
    Agreement Fallbacks,
    Agreement FreeLists,
    Agreement Pagesets,
    string? FirstMismatch,
    IReadOnlyList<string> Notes)
{
    /// <summary>Predicted first frame of each allocation of the trace, in its order; −1 for none.</summary>
    public IReadOnlyList<long> Frames { get; init; } = [];

    /// <summary>Allocations with another frame, by class; the counts add up to those that are not in
    /// <paramref name="SameFrame"/>.</summary>
    public ImmutableArray<MismatchCount> Mismatches { get; init; } = [];

    /// <summary>Null when memory was not short.</summary>
    public PressureResult? Pressure { get; init; }

    /// <summary>Mismatches after which the model went on with the kernel's block.</summary>
    public long Adopted { get; init; }

    /// <summary>Mismatches whose block was not free in the model: it went on with its own.</summary>
    public long NotFree { get; init; }
}
