using Numa.Workloads.Measurement;
using Numa.Workloads.Studies;

namespace Numa.Tests.Cli;

/// <summary>Studies that were never run.</summary>
internal static class SampleStudy
{
    public static StudyResult Close { get; } = new(
        "llfree", "Taking pages", "xeon", "6.1", "Xeon, Linux 6.0", "Wrenger 2023",
        [new("costs.pagesetHit", 58, null), new("costs.holdPerPage", 32, null)],
        [new("costs.holdBase", 1, null)],
        [
            Point("1 core", StudyRole.Fitted, 94, 93.5),
            Point("26 cores", StudyRole.Predicted, 984, 1020),
            Point("13 cores", StudyRole.Unpublished, null, 510),
            Point("26 against 1", StudyRole.Follows, 10.47, 10.909) with { Unit = null, Against = "1 core" },
            Point("2 MiB", StudyRole.Predicted, 2615, 2700) with { Published = new(2500, 2800), Error = 0 },
        ], 25, 3, ["every pageset has batch 63"]);

    public static StudyResult Off { get; } = Close with
    {
        Points = [.. Close.Points.Select(point => point.Name == "26 cores"
            ? point with { Simulated = 2000, Error = 2000.0 / 984 - 1, IsOff = true } : point)],
        Constants = [new("costs.pagesetHit", 58, 60), new("costs.holdPerPage", 32, 31)],
    };

    private static PointResult Point(string name, StudyRole role, double? published, double simulated) => new(
        name, "operationNanoseconds", MetricUnit.Nanoseconds, null, role, published, simulated,
        simulated / published - 1, false);
}
