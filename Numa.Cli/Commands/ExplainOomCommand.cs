using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain oom</c>: what a kernel's report of a failed allocation says, in plain words.</summary>
internal sealed class ExplainOomCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<string> _file = OptionFactory.Path(
        "FILE", "Kernel log (dmesg) with 'invoked oom-killer' or 'page allocation failure'.");

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public ExplainOomCommand(Terminal terminal, ISimulator simulator)
        : base("oom", "Reads an OOM or allocation failure report of a kernel and says why: zones, free, min, reserve.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        Add(_file);
        Add(_format);
        SetAction(parsed =>
        {
            var reports = _simulator.ExplainReports(parsed.GetRequiredValue(_file));
            if (parsed.GetValue(_format) == "json") _terminal.Output.WriteLine(JsonExport.Text(reports));
            else Page.Print(_terminal, page => ReportSheet.Write(page, reports));
            return ExitCode.Success;
        });
    }

    public override ImmutableArray<string> Examples => ["numa explain oom dmesg.txt"];
}
