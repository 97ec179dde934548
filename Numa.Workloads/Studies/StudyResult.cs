using System.Collections.Immutable;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Studies;

/// <summary>Published figures beside Numa's.</summary>
/// <param name="Constants">Those that were fitted, with their values in the scenario.</param>
/// <param name="Given">Constants of the cost model that the scenario replaces and that were not fitted.</param>
/// <param name="WithinPredicted">Largest error of a predicted point that is not marked. Unit: percent.</param>
/// <param name="Seeds">Runs that each figure is the mean of.</param>
public sealed record StudyResult(
    string Scenario, string? About, string Machine, string Kernel, string Measured, string Source,
    ImmutableArray<ConstantResult> Constants, ImmutableArray<ConstantResult> Given, ImmutableArray<PointResult> Points,
    int WithinPredicted, int Seeds, ImmutableArray<string> Notes)
{
    public IEnumerable<PointResult> Predicted =>
        Points.Where(point => point.Role == StudyRole.Predicted && point.Error is not null);

    /// <summary>Some point lies off what was published by more than the study allows.</summary>
    public bool IsOff => Points.Any(point => point.IsOff);

    /// <summary>Mean size of the errors of predicted points; null where nothing was predicted.</summary>
    public double? MeanError => Predicted.Any() ? Predicted.Average(point => Math.Abs(point.Error!.Value)) : null;
}

/// <summary>A fitted constant.</summary>
/// <param name="Value">In the scenario. Unit: nanoseconds, or percent.</param>
/// <param name="FittedAnew">What a new search found; null where none was made.</param>
public sealed record ConstantResult(string Path, long Value, long? FittedAnew);

/// <summary>Whether a figure had a part in choosing the constants.</summary>
public enum StudyRole
{
    /// <summary>Constants were chosen so that it comes out.</summary>
    Fitted,

    /// <summary>Nothing was chosen by it, and it comes out as it does because others were: it is one of them by another
    /// name, or the quotient of two.</summary>
    Follows,

    /// <summary>Nothing was chosen by it.</summary>
    Predicted,

    /// <summary>Nobody published it.</summary>
    Unpublished,
}

/// <summary>One figure, published and simulated.</summary>
/// <param name="Unit">Null for a multiple of another point.</param>
/// <param name="Error">How far Numa is off, as a share of the published figure, or of the
/// nearer end of a range; null where there is none.</param>
/// <param name="IsOff">Off by more than the study allows.</param>
public sealed record PointResult(
    string Name, string Metric, MetricUnit? Unit, string? Against, StudyRole Role, PublishedFigure? Published,
    double? Simulated, double? Error, bool IsOff);
