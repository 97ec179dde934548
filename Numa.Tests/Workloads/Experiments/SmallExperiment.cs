using System.Collections.Immutable;
using Numa.Core.Text;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

/// <summary>Experiments that take milliseconds: four CPUs meet at two zone locks.</summary>
internal static class SmallExperiment
{
    internal const string Storm = """
        machine: pair.yaml
        workloads:
          storm: {kind: storm, cpus: all, workingSet: 1MiB, release: all, operations: 3000, think: 100ns}
        """;

    internal static Experiment Of(string text, int seeds, string path, params string[] values) => new(
        [.. values.Select(value => Cell(text, new Setting("--vary", path, value)))], seeds, RunMetric.All);

    internal static ExperimentCell Cell(string text, params ImmutableArray<Setting> settings)
    {
        var scenario = ScenarioParser.Parse(text, "s.yaml", settings, ScenarioTexts.Find);
        return new(string.Join(", ", settings.Select(setting => setting.Value)), settings, scenario, scenario.Seed);
    }

    internal static ImmutableArray<CellRun> Play(
        Experiment experiment, int parallel = 2, IRunStore? store = null, bool records = false) =>
        new ExperimentRunner(TimeProvider.System).Play(
            experiment, new(parallel, new(), records), store, _ => { }, CancellationToken.None);

    internal static ComparisonResult Compare(Experiment experiment)
    {
        var runs = Play(experiment, records: true).ToLookup(run => run.Cell);
        return Comparison.Build(experiment.Cells[0].Scenario, "planted",
            [
                .. experiment.Cells.Select((cell, number) => new ComparisonArm(
                    cell.Name, cell.Scenario, [.. runs[number].Select(run => run.Record!)])),
            ], "numa compare");
    }
}
