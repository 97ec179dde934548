using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa run</c>: one run of a scenario and everything it found.</summary>
internal sealed class RunCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly ScenarioOptions _options;

    public RunCommand(Terminal terminal, ISimulator simulator)
        : base("run", "Runs a scenario and reports where its pages came from and who waited.")
    {
        _terminal = terminal;
        _simulator = simulator;
        _options = new ScenarioOptions(this);
        SetAction(RunAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa run configs/scenarios/one-node-fill.yaml --seed 7",
        "numa run configs/scenarios/one-node-fill.yaml --set zonelistOrder=zone --format json",
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = OutputFolder.Check(_options.OutputFolder(parsed));
        var request = _options.Request(parsed, top: 5);
        var outcome = await SimulatorCalls.RunAsync(_simulator, request, _terminal, cancel);
        var run = outcome.Run;
        var format = _options.Format(parsed);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Run(run));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Run(run));
        else Page.Print(_terminal, page => RunTable.Write(page, run));
        folder?.Write(
            _terminal.Error,
            [.. KeptRun.Files(run, outcome.Inputs), ("contention.json", JsonExport.Trace(run, outcome.Contention))]);
        return Verdict.Of(run, _terminal);
    }
}
