using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>A scenario under every combination of varied settings.</summary>
/// <param name="Variations">As given, or as the scenario's key <c>compare</c> says.</param>
/// <param name="Inputs">What each cell was made of. Shape: one per cell.</param>
public sealed record ExperimentGrid(
    ImmutableArray<Variation> Variations, Experiment Experiment, ImmutableArray<RunInputs> Inputs)
{
    /// <summary>Cells of a grid that nobody would wait for.</summary>
    private const int MostCells = 10_000;

    /// <summary>The varied settings, with commas between.</summary>
    public string Paths => string.Join(", ", Variations.Select(variation => variation.Path));

    /// <summary>Reads the scenario once per combination; the last variation changes fastest.</summary>
    /// <param name="path">A scenario file.</param>
    /// <param name="settings">What all cells share, in order.</param>
    /// <param name="variations">Empty for those of the scenario.</param>
    /// <param name="seed">First seed of every cell; null for each scenario's own.</param>
    /// <exception cref="InputException">A file or a setting has problems; those of all cells are in it.</exception>
    public static ExperimentGrid Load(string path, IReadOnlyList<Setting> settings,
        ImmutableArray<Variation> variations, int seeds, ulong? seed, ImmutableArray<RunMetric> metrics)
    {
        if (variations.IsEmpty) variations = OwnVariations(path, settings);
        if (seed is not null && variations.Any(variation => variation.Path == "seed"))
        {
            throw new InputException([new(new("--seed", 0, 0), ProblemCodes.Conflict,
                "the seed is varied and given; expected one of both")]);
        }

        var twice = variations.GroupBy(variation => variation.Path).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new InputException([new(new($"--vary {twice.Key}", 0, 0), ProblemCodes.Conflict,
                $"{twice.Key} is varied twice; expected all its values in one --vary")]);
        }

        var count = variations.Aggregate(
            1L, (product, variation) => Math.Min(MostCells + 1L, product * variation.Values.Length));
        if (count > MostCells)
        {
            throw new InputException([new(new("--vary", 0, 0), ProblemCodes.Limit,
                $"more than {MostCells} combinations; expected fewer values")]);
        }

        var problems = new CellProblems();
        problems.Add(variations.SelectMany(variation => variation.Problems));
        // Of what cannot be read nothing is varied, so that the other problems are found too.
        if (!problems.IsEmpty) variations = variations.RemoveAll(variation => variation.Values.IsEmpty);
        return Read(path, settings, variations, seeds, seed, metrics, problems);
    }

    private static ExperimentGrid Read(string path, IReadOnlyList<Setting> settings,
        ImmutableArray<Variation> variations, int seeds, ulong? seed, ImmutableArray<RunMetric> metrics,
        CellProblems problems)
    {
        var cells = ImmutableArray.CreateBuilder<ExperimentCell>();
        var inputs = ImmutableArray.CreateBuilder<RunInputs>();
        foreach (var combination in Combinations(variations))
        {
            ImmutableArray<Setting> own = [.. combination.Select(value => value.Setting).OfType<Setting>()];
            // One value says enough; of several, each says whose it is.
            var name = string.Join(' ', combination.Select((value, at) => combination.Length == 1
                ? value.Label
                : $"{Tail(variations[at].Path)}={value.Label}"));
            try
            {
                var (scenario, input) = RunInputs.Load(path, [.. settings, .. own]);
                cells.Add(new(name, own, scenario, seed ?? scenario.Seed));
                inputs.Add(input);
            }
            catch (InputException input)
            {
                foreach (var problem in input.Problems) problems.Add(problem, own);
            }
        }

        // Those that could be read may fit their machine no better.
        foreach (var cell in problems.IsEmpty ? [] : cells.ToImmutable())
        {
            foreach (var problem in DraftFit.Problems(cell.Scenario).All) problems.Add(problem, cell.Settings);
        }

        if (!problems.IsEmpty) throw new InputException(problems.All);
        return new(variations, new(cells.ToImmutable(), seeds, metrics), inputs.ToImmutable());
    }

    private static string Tail(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static ImmutableArray<Variation> OwnVariations(string path, IReadOnlyList<Setting> settings)
    {
        var scenario = ScenarioLoader.Load(path, settings);
        if (!scenario.Compare.IsEmpty) return scenario.Compare;
        throw new InputException([new(new(path, 1, 1), ProblemCodes.MissingKey,
            "nothing is varied; expected --vary path=a,b, or compare: {vary: \"path=a,b\"} in the scenario"
            + (scenario.Study is null ? "" : "; numa study holds this study against its published figures"))]);
    }

    private static IEnumerable<ImmutableArray<(string Label, Setting? Setting)>> Combinations(
        ImmutableArray<Variation> variations)
    {
        IEnumerable<ImmutableArray<(string, Setting?)>> all = [[]];
        foreach (var variation in variations)
        {
            var values = variation.Values.Zip(variation.Settings,
                (value, setting) => (Variation.Label(variation.Path, value), setting)).ToList();
            all = all.SelectMany(before => values, (before, value) => before.Add(value)).ToList();
        }

        return all;
    }
}
