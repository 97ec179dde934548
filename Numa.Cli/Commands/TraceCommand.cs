using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Processes;

namespace Numa.Cli.Commands;

/// <summary><c>numa trace</c>: one run of a scenario and who waited for which zone lock.</summary>
internal sealed class TraceCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly ScenarioOptions _options;
    private readonly Option<int> _top =
        OptionFactory.Number("--top", "N",
            $"How many of the longest waits to list; {ZoneLedger.LongestKept} of each zone are kept.", 0, 5);

    public TraceCommand(Terminal terminal, ISimulator simulator)
        : base("trace", "Runs a scenario and reports who waited for which zone lock, why and behind whom.")
    {
        _terminal = terminal;
        _simulator = simulator;
        _options = new ScenarioOptions(this);
        Add(_top);
        SetAction(RunAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa trace configs/scenarios/page-fault-storm.yaml --top 5",
        "numa trace configs/scenarios/page-fault-storm.yaml --format csv",
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = OutputFolder.Check(_options.OutputFolder(parsed));
        var request = _options.Request(parsed, parsed.GetValue(_top));
        var outcome = await SimulatorCalls.RunAsync(_simulator, request, _terminal, cancel);
        var format = _options.Format(parsed);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Trace(outcome.Run, outcome.Contention));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Trace(outcome.Contention));
        else Page.Print(_terminal, page => ContentionTable.Write(page, outcome, request.Top));
        folder?.Write(
            _terminal.Error,
            [
                .. KeptRun.Files(outcome.Run, outcome.Inputs),
                ("contention.json", JsonExport.Trace(outcome.Run, outcome.Contention)),
            ]);
        return Verdict.Of(outcome, _terminal);
    }
}
