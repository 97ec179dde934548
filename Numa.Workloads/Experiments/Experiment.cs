using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>One combination of settings, run once per seed.</summary>
/// <param name="Name">For people: the varied values.</param>
/// <param name="Settings">The varied settings; empty where nothing is varied.</param>
/// <param name="Scenario">With the settings in it.</param>
/// <param name="FirstSeed">Seeds count up from here.</param>
public sealed record ExperimentCell(
    string Name, ImmutableArray<Setting> Settings, Scenario Scenario, ulong FirstSeed);

/// <summary>One run of an experiment, before it is played.</summary>
/// <param name="Cell">Number of the cell, from 0.</param>
/// <param name="Turn">Which of the cell's seeds, from 0.</param>
public readonly record struct ExperimentRun(int Cell, int Turn, ulong Seed);

/// <summary>Cells times seeds: what is to be run, and what is read from every run.</summary>
/// <param name="Seeds">Runs per cell, each with its own seed.</param>
/// <param name="Metrics">What every run is reduced to.</param>
public sealed record Experiment(
    ImmutableArray<ExperimentCell> Cells, int Seeds, ImmutableArray<RunMetric> Metrics)
{
    /// <summary>All runs, seed by seed: interrupted, every cell has been run about equally often.</summary>
    public IEnumerable<ExperimentRun> Runs => Enumerable.Range(0, Seeds).SelectMany(turn =>
        Enumerable.Range(0, Cells.Length).Select(cell => new ExperimentRun(cell, turn, SeedOf(cell, turn))));

    /// <summary>Runs of one turn have the same seed in every cell: they are pairs.</summary>
    public bool IsPaired => Cells.All(cell => cell.FirstSeed == Cells[0].FirstSeed);

    public ulong SeedOf(int cell, int turn) => Cells[cell].FirstSeed + (ulong)turn;

    /// <summary>Seeds of two cells must be the same or all different: else runs are neither pairs nor
    /// independent.</summary>
    /// <exception cref="InputException">Some seeds are shared, others are not.</exception>
    public void RequireSeeds()
    {
        if (Cells.Any(cell => cell.FirstSeed > ulong.MaxValue - (ulong)Seeds))
        {
            throw new InputException([new(new("--seed", 0, 0), ProblemCodes.Range,
                $"{Seeds} seeds do not fit above the first; expected at most {ulong.MaxValue - (ulong)Seeds}")]);
        }

        foreach (var (first, next) in Cells.Select(cell => cell.FirstSeed).Distinct().Order()
                     .Zip(Cells.Select(cell => cell.FirstSeed).Distinct().Order().Skip(1)))
        {
            if (next - first >= (ulong)Seeds) continue;
            throw new InputException([new(new("--vary seed", 0, 0), ProblemCodes.Conflict,
                $"{Seeds} seeds from {first} and from {next} on overlap in part; expected the same seed, or seeds"
                + $" {Seeds} or more apart")]);
        }
    }
}

/// <summary>What is kept of a run that has ended.</summary>
/// <param name="Hash">Of the run's state and ledger, 64 hex digits.</param>
/// <param name="PlacementHash">Of where every page ended, 64 hex digits.</param>
/// <param name="Values">Shape: one per metric of the experiment; null where the run has no such figure.</param>
public sealed record CellRun(
    int Cell, ulong Seed, string Hash, string PlacementHash, bool Conserved, bool UsedReclaimModel,
    ImmutableArray<double?> Values)
{
    /// <summary>The run itself, as far as it was asked for.</summary>
    public RunRecord? Record { get; init; }
}
