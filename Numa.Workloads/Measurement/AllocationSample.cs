using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>Allocations kept for telemetry, and how many more there were.</summary>
/// <param name="Dropped">Allocations that were to be kept but exceeded the room for samples.</param>
public sealed record AllocationSamples(ImmutableArray<AllocationSample> Kept, long Dropped)
{
    public static readonly AllocationSamples None = new([], 0);
}

/// <summary>One allocation as it went.</summary>
/// <param name="Number">Number of the allocation on its CPU, from 1.</param>
/// <param name="StartNanoseconds">Virtual instant of the request.</param>
/// <param name="EndNanoseconds">Virtual instant of the answer.</param>
/// <param name="LockWaitNanoseconds">Part of it spent waiting for zone locks.</param>
/// <param name="Zone">Zone that served it; null when none did.</param>
/// <param name="Failure">Why no zone did; null when one did.</param>
/// <param name="FellBack">It was not served by the first zone of its zonelist.</param>
public sealed record AllocationSample(
    long Number,
    int Cpu,
    string Workload,
    string Gfp,
    int Order,
    long StartNanoseconds,
    long EndNanoseconds,
    long LockWaitNanoseconds,
    string? Zone,
    string? Failure,
    bool FellBack,
    ImmutableArray<ZoneAttempt> Tried);

/// <summary>A zone that a sampled allocation tried, in the order of its zonelist.</summary>
/// <param name="Verdict">Passed, or the check that refused it.</param>
/// <param name="AvailablePages">What the check counted; it passes when this exceeds the required pages.</param>
public sealed record ZoneAttempt(
    string Zone, string Verdict, string Mark, long AvailablePages, long RequiredPages,
    long StartNanoseconds, long EndNanoseconds);
