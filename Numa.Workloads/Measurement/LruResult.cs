namespace Numa.Workloads.Measurement;

/// <summary>One LRU at the end of a run. Unit: pages; waits and holds of its own lock in virtual nanoseconds.</summary>
/// <param name="Lru">The zone whose pages it lists, or since 4.8 the node.</param>
/// <param name="DirtyPages">File pages that must be written before they can be taken.</param>
/// <param name="WritebackPages">Pages that the device was writing when the LRU was last visited.</param>
/// <param name="Visits">Those that took the lock.</param>
public sealed record LruResult(
    string Lru,
    long AnonymousPages,
    long FilePages,
    long DirtyPages,
    long WritebackPages,
    long SwapUsedPages,
    long Visits,
    long LockWaitNanoseconds,
    double MeanWaitNanoseconds,
    long MaxWaitNanoseconds,
    long LockHoldNanoseconds);
