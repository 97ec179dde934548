using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa study</c>: published measurements beside Numa's figures.</summary>
internal sealed class StudyCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly Argument<string> _study =
        OptionFactory.Path("STUDY", "Scenario file with published figures (configs/studies).");

    private readonly Option<bool> _fit = new("--fit")
    {
        Description = "Search for the fitted constants anew, on the fit set alone, and print them.",
    };

    private readonly Option<int> _seeds =
        OptionFactory.Number("--seeds", "N", "Runs that each figure is the mean of.", 1, 1);

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting, e.g. costs.handOver=100. May be repeated.");

    private readonly Option<int> _threads = OptionFactory.Number(
        "--threads", "N", "Runs side by side; all cores by default.", 1, 0, ScenarioOptions.MostThreads);

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json", "csv");

    public StudyCommand(Terminal terminal, ISimulator simulator)
        : base("study", "Holds the model against published measurements: what was fitted, what is predicted.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        // "8 by default" would make the help text depend on the machine that prints it.
        _threads.DefaultValueFactory = null;
        Add(_study);
        foreach (var option in new Option[] { _fit, _seeds, _settings, _threads, _format }) Add(option);
        SetAction(StudyAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa study configs/studies/llfree.yaml",
        "numa study configs/studies/huang-spr.yaml --fit",
    ];

    private async Task<int> StudyAsync(ParseResult parsed, CancellationToken cancel)
    {
        var threads = parsed.GetValue(_threads);
        var request = new StudyRequest(parsed.GetRequiredValue(_study), parsed.GetValue(_settings),
            parsed.GetValue(_fit), parsed.GetValue(_seeds), threads == 0 ? Environment.ProcessorCount : threads);
        var result = await ProgressDisplay.WatchAsync(_terminal, "Studying " + request.Study,
            progress => _simulator.StudyAsync(request, progress, cancel));
        var format = parsed.GetValue(_format);
        if (format == "json") _terminal.Output.WriteLine(StudyExport.Json(result));
        else if (format == "csv") _terminal.Output.Write(StudyExport.Csv(result));
        else Page.Print(_terminal, page => StudyTable.Write(page, result));
        return result.IsOff ? ExitCode.Failed : ExitCode.Success;
    }
}
