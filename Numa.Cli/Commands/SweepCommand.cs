using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa sweep</c>: how metrics answer to settings, one row per combination.</summary>
internal sealed class SweepCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly ExperimentOptions _options;

    private readonly Option<string[]> _metrics = new("--metric")
    {
        Description = "A metric to report, e.g. latencyP99Nanoseconds; may be repeated. Default: the usual ones.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public SweepCommand(Terminal terminal, ISimulator simulator, IReadOnlyList<string> args)
        : base("sweep", "Runs a scenario over a range of settings and says where metrics rise, fall or flatten.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        _options = new(this, args);
        Add(_metrics);
        SetAction(SweepAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa sweep configs/scenarios/page-fault-storm.yaml --set workloads.storm.operations=5000"
            + " --vary workloads.storm.cpus=0,0-1,0-3,0-7,0-15,all",
        "numa sweep configs/scenarios/lowmem-reserve.yaml --vary workloads.fill.size=1GiB..32GiB:x2 --metric failures",
        "numa sweep configs/scenarios/dma32-device.yaml --vary machine=configs/machines/two-socket-8g.yaml,"
            + "configs/machines/notes-32g.yaml --format csv",
    ];

    private async Task<int> SweepAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = _options.Folder(parsed);
        var request = _options.Request(parsed, folder);
        var outcome = await Interruption.NamingFolder(folder, _terminal, () => SimulatorCalls.SweepAsync(
            _simulator, request, [.. parsed.GetValue(_metrics) ?? []], _terminal, _options.Telemetry(parsed), cancel));
        var result = outcome.Result;
        var format = _options.Format(parsed);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Sweep(result));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Sweep(result));
        else Page.Print(_terminal, page => SweepTable.Write(page, result));
        if (folder is not null && result.Missing == 0)
            folder.WriteResults(_terminal.Error, JsonExport.Sweep(result), outcome.Runs, request.Command);
        return Verdict.Of(result, folder, _terminal);
    }
}
