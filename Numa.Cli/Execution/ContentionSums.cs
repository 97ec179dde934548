using Numa.Workloads.Measurement;

namespace Numa.Cli.Execution;

/// <summary>The lock wait of a run, added up along four ways that must meet.</summary>
/// <remarks>Unit: virtual nanoseconds.</remarks>
internal readonly record struct ContentionSums(long Total, long ByCause, long ByCpu, long ByZone)
{
    public bool Agree => Total == ByCause && Total == ByCpu && Total == ByZone;

    public static ContentionSums Of(RunResult run, ContentionResult contention) => new(
        contention.TotalWaitNanoseconds,
        contention.Causes.Sum(cause => cause.WaitNanoseconds),
        contention.Matrix.Sum(cell => cell.WaitNanoseconds),
        run.Zones.Sum(zone => zone.LockWaitNanoseconds));
}
