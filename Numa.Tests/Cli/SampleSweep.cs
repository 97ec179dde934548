using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>A sweep as the engine makes one, small enough to read.</summary>
internal static class SampleSweep
{
    public static SweepResult Storm { get; } = new(
        "storm", ["workloads.storm.cpus"], 5, 0, "virtual",
        [
            new("allocationsPerSecond", "allocations", MetricUnit.PerSecond, MetricBasis.Model),
            new("localShare", "local share", MetricUnit.Share, MetricBasis.Exact),
            new("failures", "failed", MetricUnit.Count, MetricBasis.Interval),
        ],
        [
            new(["0"], "pair", 5, new('a', 64), true,
                [new(500_000, 499_000, 501_000), new(1, null, null), new(0, 0, 0)]),
            new(["0-1"], "pair", 5, new('b', 64), true,
                [new(950_000, 940_000, 960_000), new(1, null, null), new(0, 0, 0)]),
            new(["0-3"], "pair", 5, new('c', 64), true,
                [new(1_000_000, 980_000, 1_020_000), new(1, null, null), new(3.5, 1, 6)]),
        ],
        [
            new("allocationsPerSecond", "", TrendShape.Rises, "0", "0-3", 500_000, 1_000_000, null, "0-1", null),
            new("localShare", "", TrendShape.Flat, "0", "0-3", 1, 1, null, null, null),
            new("failures", "", TrendShape.Rises, "0", "0-3", 0, 3.5, null, null, "0-3"),
        ],
        ["not modelled: TPS"], "numa sweep s.yaml");
}
