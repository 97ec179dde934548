using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa compare</c>: a scenario with several values of a setting, beside the prediction.</summary>
internal sealed class CompareCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly IReadOnlyList<string> _args;
    private readonly ScenarioOptions _options;
    private readonly Option<VariedSetting?> _vary = new("--vary")
    {
        Description = "The setting that tells the arms apart, and its values.",
        HelpName = "path=a,b",
        Required = true,
        CustomParser = Parse,
    };

    private readonly Option<int> _seeds =
        OptionFactory.Number("--seeds", "N", "Runs per arm, each with its own seed.", 1, 1);

    public CompareCommand(Terminal terminal, ISimulator simulator, IReadOnlyList<string> args)
        : base("compare", "Runs a scenario once per value of a setting and explains every difference.")
    {
        _terminal = terminal;
        _simulator = simulator;
        _args = args;
        _options = new ScenarioOptions(this);
        Add(_vary);
        Add(_seeds);
        SetAction(CompareAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa compare configs/scenarios/one-node-fill.yaml --vary zonelistOrder=node,zone",
        "numa compare configs/scenarios/one-node-fill.yaml --vary kernel=3.10,4.4,4.9 --seeds 10",
    ];

    private static VariedSetting? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var assignment = OptionFactory.Split(text);
        ImmutableArray<string> values = [.. assignment?.Value.Split(',', StringSplitOptions.TrimEntries) ?? []];
        var usable = values.Length >= 2 && values.Distinct().Count() == values.Length && !values.Contains("");
        if (assignment is not null && usable)
            return new(assignment.Path, values);
        result.AddError($"--vary needs path=a,b with two or more different values; found '{text}'");
        return null;
    }

    private async Task<int> CompareAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = OutputFolder.Check(_options.OutputFolder(parsed));
        var vary = parsed.GetRequiredValue(_vary)!;
        var request = new CompareRequest(
            _options.Request(parsed, top: 0) with { SampleAllocations = false },
            vary.Path,
            vary.Values,
            parsed.GetValue(_seeds),
            CommandText.Of(["numa", .. _args]));
        var result = await SimulatorCalls.CompareAsync(
            _simulator, request, _terminal, _options.Telemetry(parsed), cancel);
        var format = _options.Format(parsed);
        if (format == "json") _terminal.Output.WriteLine(JsonExport.Comparison(result));
        else if (format == "csv") _terminal.Output.Write(CsvExport.Comparison(result));
        else Page.Print(_terminal, page => ComparisonTable.Write(page, result));
        folder?.Write(_terminal.Error, ("compare.json", JsonExport.Comparison(result)));
        return Verdict.Of(result, _terminal);
    }

    private sealed record VariedSetting(string Path, ImmutableArray<string> Values);
}
