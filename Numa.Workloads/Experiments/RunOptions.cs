using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>How a scenario is run, as against what is run.</summary>
/// <param name="Seed">Null for the scenario's own.</param>
/// <param name="Clock">Null for the scenario's own.</param>
/// <param name="Threads">Threads for CPU and zone actors; the result in virtual time does not depend on it.</param>
/// <param name="LongestWaits">How many of the longest waits to report.</param>
/// <param name="Samples">How many allocations to keep for telemetry; 0 for none.</param>
/// <param name="Host">Null for the one that suits the machine.</param>
/// <param name="Check">Count all pages at the end of every round, and every free list at the end of the run.</param>
public sealed record RunOptions(
    ulong? Seed = null, SimulationClock? Clock = null, int Threads = 1, int LongestWaits = 5, int Samples = 0,
    HostKind? Host = null, bool Check = false)
{
    /// <summary>Seed of another interleaving; null for the one that the cost model gives.</summary>
    public ulong? Schedule { get; init; }
}
