using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>A finished run with all that comparisons and traces need beside its result.</summary>
/// <param name="Placement">The zone of every allocation of each task, in order. Shape: index = task number.</param>
/// <param name="Taken">Pages taken from each zone over virtual time. Shape: index = slot of the zone.</param>
/// <param name="Samples">Allocations kept for telemetry.</param>
public sealed record RunRecord(
    MachineImage Machine,
    RunResult Result,
    ContentionResult Contention,
    ImmutableArray<ZoneRuns> Placement,
    ImmutableArray<TimeBuckets> Taken)
{
    public AllocationSamples Samples { get; init; } = AllocationSamples.None;

    /// <summary>What a comparison reads of a run: the rest grows with the run, and there may be many of
    /// them.</summary>
    /// <param name="keepsPlacement">With the zone of every allocation.</param>
    public RunRecord Reduced(bool keepsPlacement) => this with
    {
        // Wall time is no result: it would make every results file another.
        Result = Result with { WallSeconds = 0, OperationsPerSecond = 0, Actors = [], WatermarkEvents = [] },
        Contention = new(0, 0, 0, [], [], [], []),
        Placement = keepsPlacement ? Placement : [],
        Samples = AllocationSamples.None,
    };
}
