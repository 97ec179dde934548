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
}
