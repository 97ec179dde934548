using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain page</c>: how a run that was kept got one of its pages.</summary>
internal sealed class ExplainPageCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<string> _folder =
        OptionFactory.Path("RUN-DIR", "Folder of a run, as numa run --out writes it.");

    private readonly Argument<long> _number = new("N")
    {
        Description = "Number of the page as reports print it, from 0: pages got, failures left out.",
        CustomParser = result => OptionFactory.PageNumber("N", result) ?? 0,
    };

    private readonly Option<int?> _task = OptionFactory.OptionalNumber<int>(
        "--task", "N", "Task whose pages the number counts; needed where several run at once.", 0);

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public ExplainPageCommand(Terminal terminal, ISimulator simulator)
        : base("page", "Makes a kept run again and says how it got one page: each zone tried, check and numbers.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        Add(_folder);
        Add(_number);
        Add(_task);
        Add(_format);
        SetAction(ExplainAsync);
    }

    public override ImmutableArray<string> Examples => ["numa explain page my-run 15979230"];

    private async Task<int> ExplainAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = parsed.GetRequiredValue(_folder);
        var number = parsed.GetRequiredValue(_number);
        var task = parsed.GetValue(_task);
        var explained = await ProgressDisplay.WatchAsync(_terminal, $"Running {folder} again",
            _ => _simulator.ExplainPageAsync(folder, number, task, cancel));
        if (parsed.GetValue(_format) == "json")
            _terminal.Output.WriteLine(WalkExport.Of(explained.Machine, explained.Walk, explained));
        else Page.Print(_terminal, page => RunWalkSheet.Write(page, explained, number));
        return ExitCode.Success;
    }
}
