using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>Who waited where: every zone visit of a run, summed by zone, cause and CPU.</summary>
/// <param name="TotalWaitNanoseconds">Equal to the sum over causes and to the sum over the matrix.</param>
public sealed record ContentionResult(
    long TotalVisits,
    long TotalWaitNanoseconds,
    long TotalHoldNanoseconds,
    ImmutableArray<CauseResult> Causes,
    ImmutableArray<CpuZoneResult> Matrix,
    ImmutableArray<QueueDepthResult> QueueDepth,
    ImmutableArray<LongestWaitResult> LongestWaits);

/// <summary>Visits to one zone for one cause: refill, drain, direct allocation, direct free, fold, query.</summary>
public sealed record CauseResult(
    string Zone, string Cause, long Visits, long Pages, long WaitNanoseconds, long HoldNanoseconds, long Refused);

/// <summary>Visits of one CPU to one zone.</summary>
public sealed record CpuZoneResult(int Cpu, string Zone, long Visits, long WaitNanoseconds, long HoldNanoseconds);

/// <summary>Mean number of CPUs waiting for a zone's lock, over time.</summary>
/// <remarks>Shape: one value per bucket of equal width, from instant 0.</remarks>
public sealed record QueueDepthResult(string Zone, long BucketNanoseconds, ImmutableArray<double> Depth);

/// <summary>One of the longest waits and who held or queued for the lock before it, nearest first.</summary>
public sealed record LongestWaitResult(
    string Zone, int Cpu, string Cause, long ArrivalNanoseconds, long WaitNanoseconds, ImmutableArray<string> Before);
