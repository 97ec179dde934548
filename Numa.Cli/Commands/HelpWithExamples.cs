using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Numa.Cli.Commands;

/// <summary>The usual help, and examples under it.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    public HelpWithExamples(HelpAction help)
    {
        _help = help;
        // A fixed width: help reads the same in a pipe, in a log and in a test.
        _help.MaxWidth = 100;
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = _help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is NumaCommand numa
            ? numa.Examples
            : command.Subcommands.OfType<NumaCommand>().Select(sub => sub.Examples[0]);
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine("  " + example);
        output.WriteLine();
        return result;
    }
}
