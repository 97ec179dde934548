using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Studies;

/// <summary>What others measured on one machine, and which part of it constants were fitted on.</summary>
/// <param name="Measured">The machine and kernel that were measured.</param>
/// <param name="Source">Who published it, and where.</param>
/// <param name="Fit">Constants that were fitted on the points of the fit set; all others were not.</param>
/// <param name="WithinFitted">Largest error of a fitted point that is not marked. Unit: percent.</param>
/// <param name="WithinPredicted">The same of a predicted point. Unit: percent.</param>
/// <param name="Points">In the order of the table.</param>
public sealed record Study(
    string Measured,
    string Source,
    ImmutableArray<FittedConstant> Fit,
    int WithinFitted,
    int WithinPredicted,
    ImmutableArray<StudyPoint> Points)
{
    /// <summary>What part a point had in choosing the constants.</summary>
    public StudyRole RoleOf(StudyPoint point)
    {
        if (point.Published is null) return StudyRole.Unpublished;
        if (point.IsFitted) return StudyRole.Fitted;
        // A figure that the fit set has under another name, or the quotient of two of its figures, is no prediction.
        var fitted = Points.Where(other => other.IsFitted && other.IsSameAs(point)).ToList();
        var follows = fitted.Any(other => other.Against?.Value == point.Against?.Value)
            || (point.Against is { } against && fitted.Any(other => other.Against is null)
                && Points.Any(other => other.IsFitted && other.Name.Value == against.Value));
        return follows ? StudyRole.Follows : StudyRole.Predicted;
    }
}

/// <summary>A constant that is fitted.</summary>
/// <param name="Path">A cost, or the think time of a workload, by its setting's path.</param>
/// <param name="Least">Least value that the search looks at. Unit: nanoseconds, or percent.</param>
/// <param name="Most">Greatest value that the search looks at.</param>
public sealed record FittedConstant(Located<string> Path, long Least, long Most)
{
    private const string CostPrefix = "costs.";
    private const string WorkloadPrefix = "workloads.";
    private const string ThinkSuffix = ".think";

    /// <summary>Name of the cost; null for a think time.</summary>
    public string? Cost => Path.Value.StartsWith(CostPrefix, StringComparison.Ordinal)
        ? Path.Value[CostPrefix.Length..]
        : null;

    /// <summary>Name of the workload whose think time it is; null for a cost.</summary>
    public string? Workload => Path.Value.StartsWith(WorkloadPrefix, StringComparison.Ordinal)
        && Path.Value.EndsWith(ThinkSuffix, StringComparison.Ordinal)
        && Path.Value.Length > WorkloadPrefix.Length + ThinkSuffix.Length
            ? Path.Value[WorkloadPrefix.Length..^ThinkSuffix.Length]
            : null;

    /// <summary>The setting that gives it a value.</summary>
    public Setting At(long value) => new("fit", Path.Value,
        FormattableString.Invariant($"{value}{(Workload is null ? "" : "ns")}"));
}

/// <summary>A figure that was published, and how it is made here.</summary>
/// <param name="Metric">Read from the run.</param>
/// <param name="Settings">What the run differs in from the scenario as it is written.</param>
/// <param name="Published">Unit: the metric's, or none where it is a ratio; null where only Numa has a figure.</param>
/// <param name="IsFitted">It belongs to the fit set; else nothing was chosen by it.</param>
/// <param name="Against">The point that this one is a multiple of; null where the figure stands alone.</param>
public sealed record StudyPoint(
    Located<string> Name, RunMetric Metric, ImmutableArray<Setting> Settings, PublishedFigure? Published,
    bool IsFitted, Located<string>? Against)
{
    /// <summary>Read from the same runs in the same way.</summary>
    public bool IsSameAs(StudyPoint other) => Metric == other.Metric && Settings.Length == other.Settings.Length
        && Settings.Zip(other.Settings).All(pair => (pair.First.Path, pair.First.Value)
            == (pair.Second.Path, pair.Second.Value));
}
