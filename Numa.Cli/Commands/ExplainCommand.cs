using System.Collections.Immutable;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain</c>: why a number, a list or a page is what it is. One subcommand for each.</summary>
internal sealed class ExplainCommand : NumaCommand
{
    public ExplainCommand(Terminal terminal, ISimulator simulator)
        : base("explain", "Says why a watermark, a zonelist or a page is what it is, in numbers.")
    {
        Add(new ExplainMachineCommand(terminal, simulator, ExplainTopic.Watermarks,
            "Derives min_free_kbytes, marks, reserves and pagesets line by line."));
        Add(new ExplainMachineCommand(terminal, simulator, ExplainTopic.Zonelist,
            "Prints every choice of the fallback orders with its terms."));
        Add(new ExplainAllocationCommand(terminal, simulator));
        Add(new ExplainPageCommand(terminal, simulator));
        Add(new ExplainOomCommand(terminal, simulator));
    }

    public override ImmutableArray<string> Examples =>
        [.. Subcommands.OfType<NumaCommand>().Select(command => command.Examples[0])];
}
