using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks;

/// <summary>How often a comparison finds a difference where there is none.</summary>
/// <remarks>A repetition is a whole comparison, five seeds an arm, all its metrics corrected together; it is spoilt by a
/// single difference that is found.</remarks>
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

    /// <param name="output">A row for seeds that share nothing, and one for the same seeds under another name.</param>
    public void Run(TextWriter output)
    {
        output.WriteLine($"A/A comparisons, {Seeds} seeds an arm, {repetitions} repetitions each:");
        output.WriteLine($"  disjoint seeds (Welch):                 {Found(paired: false)} found a difference");
        output.WriteLine($"  one cost a millionth apart, same seeds: {Found(paired: true)} found a difference");
    }

    private int Found(bool paired) => Enumerable.Range(0, repetitions).Count(repetition =>
    {
        var seed = (ulong)repetition * 1000 + 1;
        // Pages that are copied in compaction, of which there is none: nothing reads the cost.
        return Compare(Cell(seed, "1500"), paired ? Cell(seed, "1501") : Cell(seed + 500, "1500")).Metrics
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

    private static ExperimentCell Cell(ulong seed, string copyPerPage)
    {
        Setting setting = new("--set", "costs.copyPerPage", copyPerPage);
        var scenario = ScenarioParser.Parse(Storm, "storm.yaml", [setting], (path, _) => new(path, Machine));
        return new(copyPerPage, [setting], scenario, seed);
    }
}
