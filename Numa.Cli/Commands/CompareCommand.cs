using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa compare</c>: a scenario with several values of settings, beside the prediction.</summary>
internal sealed class CompareCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly ExperimentOptions _options;

    public CompareCommand(Terminal terminal, ISimulator simulator, IReadOnlyList<string> args)
        : base("compare", "Runs a scenario with several values of settings and explains every difference.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        _options = new(this, args);
        SetAction(CompareAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa compare configs/scenarios/one-node-fill.yaml --vary zonelistOrder=node,zone",
        "numa compare configs/scenarios/min-free-kbytes.yaml --vary vm.min_free_kbytes=default,1GiB",
        "numa compare configs/scenarios/page-fault-storm.yaml --vary kernel=4.4,6.1 --vary storm.cpus=0-7,all",
        "numa compare configs/scenarios/page-fault-storm.yaml --vary seed=1,1001 --seeds 10 --format csv",
    ];

    private async Task<int> CompareAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = _options.Folder(parsed);
        var request = _options.Request(parsed, folder);
        var outcome = await Interruption.NamingFolder(folder, _terminal, () => SimulatorCalls.CompareAsync(
            _simulator, request, _terminal, _options.Telemetry(parsed), cancel));
        var result = outcome.Result;
        var format = _options.Format(parsed);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Comparison(result));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Comparison(result));
        else Page.Print(_terminal, page => ComparisonTable.Write(page, result));
        if (folder is not null && result.Missing == 0)
            folder.WriteResults(_terminal.Error, JsonExport.Comparison(result), outcome.Runs, request.Command);
        return Verdict.Of(result, folder, _terminal);
    }
}
