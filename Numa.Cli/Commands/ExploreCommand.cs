using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa explore</c>: a scenario under many interleavings, each of them checked.</summary>
internal sealed class ExploreCommand : NumaCommand
{
    /// <summary>A schedule's outcome is kept: 300 bytes each.</summary>
    private const int MostSchedules = 10_000_000;

    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly Argument<string> _scenario = OptionFactory.Path("SCENARIO", "Scenario file (YAML).");

    private readonly Option<int> _schedules = OptionFactory.Number(
        "--schedules", "N", "Interleavings to play: those of --schedule 1 to N.", 1, 100, MostSchedules);

    private readonly Option<string?> _machine = OptionFactory.Machine();

    private readonly Option<ulong?> _seed = OptionFactory.Seed();

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting, e.g. duration=1ms. May be repeated.");

    private readonly Option<int> _threads = OptionFactory.Number(
        "--threads", "N", "Runs side by side, each as large as one; all cores by default.", 1, 0,
        ScenarioOptions.MostThreads);

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json", "csv");

    public ExploreCommand(Terminal terminal, ISimulator simulator)
        : base("explore", "Runs a scenario under many interleavings and checks every invariant after each.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        // "8 by default" would make the help text depend on the machine that prints it.
        _threads.DefaultValueFactory = null;
        Add(_scenario);
        foreach (var option in new Option[] { _schedules, _machine, _seed, _settings, _threads, _format }) Add(option);
        SetAction(ExploreAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa explore configs/scenarios/page-fault-storm.yaml --schedules 20",
        "numa explore configs/scenarios/producer-consumer.yaml --set workloads.receive.batches=20 --format csv",
    ];

    private async Task<int> ExploreAsync(ParseResult parsed, CancellationToken cancel)
    {
        var threads = parsed.GetValue(_threads);
        var request = new ExploreRequest(
            parsed.GetRequiredValue(_scenario), parsed.GetValue(_machine), parsed.GetValue(_seed),
            parsed.GetValue(_settings), parsed.GetValue(_schedules),
            threads == 0 ? Environment.ProcessorCount : threads);
        var result = await ProgressDisplay.WatchAsync(_terminal, "Exploring " + request.Scenario,
            progress => _simulator.ExploreAsync(request, progress, cancel));
        var format = parsed.GetValue(_format);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Exploration(result, Again(request, result)));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Exploration(result));
        else Page.Print(_terminal, page => ExploreTable.Write(page, result, Again(request, result)));
        return Verdict.Of(result, _terminal);
    }

    /// <summary>The command that makes the shortest run that breaks; null when nothing broke.</summary>
    private static string? Again(ExploreRequest request, Workloads.Experiments.ExploreResult result)
    {
        if (result.Exploration.FirstBreak is not { } broken) return null;
        List<string> words = ["numa", "run", request.Scenario];
        if (request.Machine is { } machine) words.AddRange(["--machine", machine]);
        if (request.Seed is { } seed) words.AddRange(["--seed", $"{seed}"]);
        if (broken.Schedule is { } schedule) words.AddRange(["--schedule", $"{schedule}"]);
        foreach (var setting in request.Settings) words.AddRange(["--set", $"{setting}"]);
        if (broken.Prefix is { } prefix) words.AddRange(["--set", $"duration={prefix.UntilNanoseconds}ns"]);
        return CommandText.Of(words);
    }
}
