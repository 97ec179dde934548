using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>How metrics answer to settings: one row per combination of values.</summary>
/// <param name="Paths">The varied settings; the last changes fastest from row to row.</param>
/// <param name="Seeds">Runs per row that were asked for.</param>
/// <param name="Missing">Runs that were asked for and have not been made.</param>
/// <param name="Trends">One per metric and curve: along the last setting, the others fixed.</param>
/// <param name="Command">The command line that gives the same sweep again.</param>
public sealed record SweepResult(
    string Scenario, ImmutableArray<string> Paths, int Seeds, int Missing, string Clock,
    ImmutableArray<SweepMetric> Metrics, ImmutableArray<SweepRow> Rows, ImmutableArray<SweepTrend> Trends,
    ImmutableArray<string> Notes, string Command)
{
    /// <summary>Every run accounted for all of its pages.</summary>
    public bool Conserved => Rows.All(row => row.Conserved);
}

/// <summary>A metric of a sweep.</summary>
/// <param name="Name">As <c>--metric</c> spells it.</param>
public sealed record SweepMetric(string Name, string Title, MetricUnit Unit, MetricBasis Basis);

/// <summary>One combination of values.</summary>
/// <param name="Settings">Shape: one per path.</param>
/// <param name="Machine">Name of the machine and its release.</param>
/// <param name="Runs">Runs that were made.</param>
/// <param name="Hash">Of the first seed's run; empty where none was made.</param>
/// <param name="Values">Shape: one per metric.</param>
public sealed record SweepRow(
    ImmutableArray<string> Settings, string Machine, int Runs, string Hash, bool Conserved,
    ImmutableArray<SweepValue> Values);

/// <summary>A metric over the seeds of a row.</summary>
/// <param name="Mean">Null where some run has no such figure.</param>
/// <param name="Low">Low end of the 95 % interval of the mean; null where nothing varies or one seed was run.</param>
public sealed record SweepValue(double? Mean, double? Low, double? High);

/// <summary>Which way a metric goes along a curve.</summary>
public enum TrendShape
{
    /// <summary>No two neighbours were found to differ, nor the ends.</summary>
    Flat,

    Rises,

    Falls,

    /// <summary>Up to a value, then down.</summary>
    Peaks,

    /// <summary>Down to a value, then up.</summary>
    Dips,

    /// <summary>Up and down more than once.</summary>
    Wavers,
}

/// <summary>A metric along the last setting.</summary>
/// <param name="Curve">Values of the other settings; empty where one setting is varied.</param>
/// <param name="Turn">Where a peak or dip lies; else null.</param>
/// <param name="Knee">Where the curve bends most; null where it is straight, or the setting is no number.</param>
/// <param name="FirstAboveZero">The first value at which the metric is above 0, where it is 0 at all before; else
/// null.</param>
public sealed record SweepTrend(
    string Metric, string Curve, TrendShape Shape, string From, string To, double? First, double? Last, string? Turn,
    string? Knee, string? FirstAboveZero)
{
    /// <summary>Some row has a single run: nothing tells a change from chance.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Some step is the same in each seed, so that no chance can be reckoned for it.</summary>
    public bool IsConstant { get; init; }
}
