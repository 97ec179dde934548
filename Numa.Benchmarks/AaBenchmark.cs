using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks;

/// <summary>How often a comparison finds a difference where there is none.</summary>
/// <remarks>A repetition is a whole comparison, five seeds an arm, all its metrics corrected together; it is spoilt by
/// a single difference that is found.</remarks>
internal sealed class AaBenchmark(int repetitions)
{
    private const int Seeds = 5;

    private const string Machine = """
        name: pair
        kernel: "4.4"
        nodes:
          - {memory: 4GiB, cpus: 0-1}
          - {memory: 4GiB, cpus: 2-3}
        distances: [[10, 21], [21, 10]]
        """;

    private const string Storm = """
        machine: pair.yaml
        workloads:
          storm: {kind: storm, cpus: all, workingSet: 1MiB, release: all, operations: 3000, think: 100ns}
        """;

    public void Run(TextWriter output)
    {
        output.WriteLine($"A/A comparisons, {Seeds} seeds an arm, {repetitions} repetitions each:");
        Row("disjoint seeds (Welch)", seed => Cell(seed + 500, "storm", "1500"));
        // Draws come from the workload's name: pairs by their seeds, with nothing in common.
        Row("same seeds, the workload by another name", seed => Cell(seed, "gale", "1500"));
        // Compaction copies no page here: nothing reads the cost, and runs are the same.
        Row("same seeds, another cost that nothing reads", seed => Cell(seed, "storm", "1501"));

        void Row(string name, Func<ulong, ExperimentCell> other) => output.WriteLine(
            $"  {name,-46}{Found(other)} found a difference");
    }

    private int Found(Func<ulong, ExperimentCell> other) => Enumerable.Range(0, repetitions).Count(repetition =>
    {
        var seed = (ulong)repetition * 1000 + 1;
        return Compare(Cell(seed, "storm", "1500"), other(seed)).Metrics
            .Any(metric => metric.Differences.Any(one => one.Verdict == DifferenceVerdict.Found));
    });

    private static ComparisonResult Compare(params ImmutableArray<ExperimentCell> cells)
    {
        var runs = new ExperimentRunner(TimeProvider.System).Play(new(cells, Seeds, RunMetric.All),
            new(Environment.ProcessorCount, new(), KeepsRecords: true), null, _ => { }, CancellationToken.None)
            .ToLookup(run => run.Cell);
        return Comparison.Build(cells[0].Scenario, "nothing", [.. cells.Select((cell, number) =>
            new ComparisonArm(cell.Name, cell.Scenario, [.. runs[number].Select(run => run.Record!)]))], "");
    }

    private static ExperimentCell Cell(ulong seed, string name, string copyPerPage)
    {
        Setting setting = new("--set", "costs.copyPerPage", copyPerPage);
        var text = Storm.Replace("storm:", name + ":", StringComparison.Ordinal);
        var scenario = ScenarioParser.Parse(text, "storm.yaml", [setting], (path, _) => new(path, Machine));
        return new(copyPerPage, [setting], scenario, seed);
    }
}
