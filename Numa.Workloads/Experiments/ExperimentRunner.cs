using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Numa.Core.Diagnostics;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>How the runs of an experiment are played; no result depends on it.</summary>
/// <param name="Parallel">Runs side by side, each as large as one.</param>
/// <param name="Run">What holds for each run; its seed is not looked at.</param>
/// <param name="KeepsRecords">Each run keeps its record: the first of a cell with its placement, the others without
/// what grows with the run.</param>
public sealed record ExperimentOptions(int Parallel, RunOptions Run, bool KeepsRecords = false);

/// <summary>How far an experiment has come.</summary>
/// <param name="Done">Runs that have ended, those kept from before included.</param>
/// <param name="Left">Time that the rest will take, as far as the runs so far tell; null before the first.</param>
public sealed record ExperimentProgress(string Activity, int Done, int Total, TimeSpan? Left);

/// <summary>Keeps runs as they end, and knows those of an earlier, interrupted experiment.</summary>
public interface IRunStore
{
    /// <summary>Called once, when every cell has turned out to fit its machine and before the first run.</summary>
    void Begin(Experiment experiment);

    /// <returns>Null when the run was not kept.</returns>
    CellRun? Find(Experiment experiment, ExperimentRun run);

    /// <summary>Called by one thread at a time.</summary>
    void Keep(Experiment experiment, ExperimentRun run, CellRun ended);
}

/// <summary>Plays all runs of an experiment.</summary>
public sealed class ExperimentRunner(TimeProvider time)
{
    private readonly ScenarioRunner _runner = new(time);

    /// <param name="store">Null when nothing is kept.</param>
    /// <param name="report">Called by one thread at a time.</param>
    /// <param name="cancellation">What has ended by then is returned.</param>
    /// <returns>Those runs that have ended, by cell and seed.</returns>
    /// <exception cref="InputException">A cell does not fit its machine; the problems of all cells are in
    /// it.</exception>
    public ImmutableArray<CellRun> Play(
        Experiment experiment, ExperimentOptions options, IRunStore? store, Action<ExperimentProgress> report,
        CancellationToken cancellation)
    {
        experiment.RequireSeeds();
        var runs = experiment.Runs.ToList();
        var ended = new CellRun?[runs.Count];
        for (var i = 0; i < runs.Count; i++) ended[i] = store?.Find(experiment, runs[i]);
        List<int> missing = [.. Enumerable.Range(0, runs.Count).Where(index => ended[index] is null)];
        RequireFit(experiment, options, missing.Select(index => runs[index].Cell).Distinct(), cancellation);
        store?.Begin(experiment);

        // By the wall clock one run would disturb the other; actors that were asked for have threads of their own.
        var alone = options.Run.Host is not null
            || experiment.Cells.Any(cell => ClockOf(cell.Scenario, options.Run) == SimulationClock.Wall);
        var parallel = alone ? 1 : options.Parallel;
        var gate = new Lock();
        var (began, played) = (time.GetTimestamp(), 0);
        Report("");
        try
        {
            Parallel.ForEach(
                // One at a time and in order: interrupted, what is done is the first so many.
                Partitioner.Create(missing, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                index =>
                {
                    var run = runs[index];
                    var result = Play(experiment, run, options, cancellation);
                    lock (gate)
                    {
                        store?.Keep(experiment, run, result);
                        ended[index] = result;
                        played++;
                        Report($"{experiment.Cells[run.Cell].Name}, seed {run.Seed}");
                    }
                });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (AggregateException all)
        {
            // Of runs that failed at once, any; what was only cancelled is kept back.
            if (all.InnerExceptions.FirstOrDefault(one => one is not OperationCanceledException) is { } failure)
                ExceptionDispatchInfo.Throw(failure);
            cancellation.ThrowIfCancellationRequested();
        }

        return [.. ended.OfType<CellRun>().OrderBy(run => run.Cell).ThenBy(run => run.Seed)];

        void Report(string activity)
        {
            var done = runs.Count - missing.Count + played;
            report(new(activity, done, runs.Count, played == 0
                ? null
                : time.GetElapsedTime(began) / played * (missing.Count - played)));
        }
    }

    /// <summary>What is wrong with any cell comes out before the first run, not in the midst of many.</summary>
    private static void RequireFit(
        Experiment experiment, ExperimentOptions options, IEnumerable<int> cells, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        foreach (var cell in cells)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                _ = new RunMeasurement(experiment.Cells[cell].Scenario, options.Run);
            }
            catch (InputException input)
            {
                problems.AddRange(input.Problems.Where(problem => !problems.Contains(problem)));
            }
        }

        if (problems.Count > 0) throw new InputException([.. problems]);
    }

    private static SimulationClock ClockOf(Scenario scenario, RunOptions options) => options.Clock ?? scenario.Clock;

    private CellRun Play(
        Experiment experiment, ExperimentRun run, ExperimentOptions options, CancellationToken cancellation)
    {
        var settings = options.Run with { Seed = run.Seed };
        var scenario = experiment.Cells[run.Cell].Scenario;
        var record = settings.Host is null && ClockOf(scenario, settings) == SimulationClock.Virtual
            ? _runner.PlayAlone(scenario, settings, cancellation)
            : _runner.RunAsync(scenario, settings, cancellation).GetAwaiter().GetResult();
        var ended = new CellRun(run.Cell, run.Seed, record.Result.Hash, record.Result.PlacementHash,
            record.Result.Conserved, record.Result.UsedReclaimModel, RunMetric.Read(experiment.Metrics, record));
        return options.KeepsRecords ? ended with { Record = record.Reduced(run.Turn == 0) } : ended;
    }
}
