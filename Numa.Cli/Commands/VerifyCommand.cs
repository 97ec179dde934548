using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Cli.Commands;

/// <summary><c>numa verify</c>: boots captured machines and compares them with what their kernels printed.</summary>
internal sealed class VerifyCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<string[]> _captures = new("CAPTURE")
    {
        Description = "Folders of captured machines.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public VerifyCommand(Terminal terminal, ISimulator simulator)
        : base("verify", "Boots captured machines from their inputs and compares with what their kernels printed.")
    {
        _terminal = terminal;
        _simulator = simulator;
        Add(_captures);
        Add(_format);
        SetAction(Verify);
    }

    public override ImmutableArray<string> Examples => ["numa verify configs/machines/qemu-2node-4g"];

    private int Verify(ParseResult parsed)
    {
        var captures = parsed.GetRequiredValue(_captures);
        var problems = new List<Problem>();
        var reports = ImmutableArray.CreateBuilder<CaptureReport>();
        foreach (var capture in captures)
        {
            try
            {
                reports.Add(_simulator.Verify(capture));
            }
            catch (InputException exception)
            {
                problems.AddRange(exception.Problems);
            }
        }

        foreach (var report in reports)
        {
            foreach (var note in report.Notes) _terminal.Error.WriteLine($"note: {report.Capture}: {note}");
        }

        // One capture that cannot be read takes nothing away from the others.
        if (parsed.GetValue(_format) == "json" && problems.Count == 0)
            _terminal.Output.WriteLine(JsonExport.Claims(reports.ToImmutable()));
        else if (reports.Count > 0 && parsed.GetValue(_format) != "json")
            Page.Print(_terminal, page => VerifyTable.Write(page, reports));
        if (problems.Count > 0) throw new InputException(problems);
        return reports.All(report => report.AllEqual) ? ExitCode.Success : ExitCode.Failed;
    }
}
