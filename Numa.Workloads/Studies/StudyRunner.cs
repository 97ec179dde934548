using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Studies;

/// <summary>Makes the figures of a study, and fits its constants anew where that is asked for.</summary>
/// <param name="load">Reads the study's scenario with settings laid over it.</param>
public sealed class StudyRunner(
    TimeProvider time, Func<IReadOnlyList<Setting>, Scenario> load, int seeds, int parallel,
    Action<ExperimentProgress> report, CancellationToken cancellation)
{
    private readonly ExperimentRunner _runner = new(time);

    /// <param name="path">Name of the file, for a problem with it.</param>
    /// <param name="fitsAnew">Search for the constants, too.</param>
    /// <exception cref="InputException">The scenario has no study, or a point's settings have problems.</exception>
    public StudyResult Run(string path, bool fitsAnew)
    {
        var scenario = load([]);
        if (scenario.Study is not { } study)
        {
            throw new InputException([new(new(path, 1, 1), ProblemCodes.MissingKey,
                "the scenario has no study; expected published figures under 'study'; numa run takes it as it is")]);
        }

        var anew = fitsAnew && !study.Fit.IsEmpty ? StudyFit.Search(study, Figures) : null;
        var figures = Figures(study.Points, []);
        var points = study.Points.Select((point, i) => Result(study, point, figures[i])).ToImmutableArray();
        var constants = study.Fit.Select((constant, i) => new ConstantResult(
            constant.Path.Value, ValueOf(scenario, constant), anew?[i])).ToImmutableArray();
        cancellation.ThrowIfCancellationRequested();
        var machine = MachineBoot.Boot(scenario.Machine, scenario.Boot, []).Image;
        ImmutableArray<ConstantResult> given =
        [
            .. scenario.Costs.Where(cost => study.Fit.All(constant => constant.Cost != cost.Key))
                .Select(cost => new ConstantResult("costs." + cost.Key, cost.Value.Value, null)),
        ];
        return new(scenario.Name, scenario.About, machine.Name, machine.Release.Name, study.Measured, study.Source,
            constants, given, points, study.WithinPredicted, seeds, Notes(study));
    }

    /// <summary>What is true of every point's run.</summary>
    private ImmutableArray<string> Notes(Study study) =>
    [
        .. study.Points.Select(point => load(point.Settings).Notes.AsEnumerable())
            .Aggregate((some, more) => some.Intersect(more)),
    ];

    private static PointResult Result(Study study, StudyPoint point, double? figure)
    {
        var role = study.RoleOf(point);
        var error = figure is { } known ? point.Published?.ErrorOf(known) : null;
        var most = (role == StudyRole.Predicted ? study.WithinPredicted : study.WithinFitted) / 100.0;
        return new(point.Name.Value, point.Metric.Name, point.Against is null ? point.Metric.Unit : null,
            point.Against?.Value, role, point.Published, figure, error,
            role != StudyRole.Unpublished && (error is not { } off || Math.Abs(off) > most));
    }

    private static long ValueOf(Scenario scenario, FittedConstant constant) => constant.Cost is { } cost
        ? scenario.Costs[cost].Value
        : scenario.Workloads.First(workload => workload.Name == constant.Workload).Basis.Think.Nanoseconds;

    /// <summary>The figure of each point, as a multiple of another where it is that; each different run is played
    /// once.</summary>
    private IReadOnlyList<double?> Figures(IReadOnlyList<StudyPoint> points, IReadOnlyList<Setting> constants)
    {
        var needed = points.Select(point => point.Settings).ToList();
        var all = load([]).Study!.Points;
        foreach (var point in points.Where(point => point.Against is not null))
            needed.Add(all.First(other => other.Name.Value == point.Against!.Value.Value).Settings);
        var cells = needed.DistinctBy(Text).ToList();
        var experiment = new Experiment([.. cells.Select(settings => Cell([.. constants, .. settings]))], seeds,
            RunMetric.All);
        var runs = _runner.Play(experiment, new(parallel, new()), null, report, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return [.. points.Select(Figure)];

        double? Figure(StudyPoint point)
        {
            var own = Mean(point);
            return point.Against is { } name ? own / Mean(all.First(other => other.Name.Value == name.Value)) : own;
        }

        double? Mean(StudyPoint point)
        {
            var cell = cells.FindIndex(settings => Text(settings) == Text(point.Settings));
            var values = runs.Where(run => run.Cell == cell)
                .Select(run => run.Values[RunMetric.All.IndexOf(point.Metric)]).ToList();
            return values.Any(value => value is null) ? null : values.Average();
        }
    }

    private ExperimentCell Cell(ImmutableArray<Setting> settings)
    {
        var scenario = load(settings);
        return new(Text(settings), settings, scenario, scenario.Seed);
    }

    private static string Text(ImmutableArray<Setting> settings) =>
        string.Join(' ', settings.Select(setting => $"{setting.Path}={setting.Value}"));
}
