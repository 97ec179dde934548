using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain watermarks</c> and <c>zonelist</c>: how a booted machine came to its numbers.</summary>
internal sealed class ExplainMachineCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly ExplainTopic _topic;
    private readonly MachineOptions _machine;

    private readonly Option<int?> _node =
        OptionFactory.OptionalNumber<int>("--node", "N", "Only this node; every node by default.", 0);

    public ExplainMachineCommand(Terminal terminal, ISimulator simulator, ExplainTopic topic, string description)
        : base(topic.ToString().ToLowerInvariant(), description)
    {
        (_terminal, _simulator, _topic) = (terminal, simulator, topic);
        _machine = new(this);
        Add(_node);
        SetAction(Explain);
    }

    public override ImmutableArray<string> Examples => _topic == ExplainTopic.Watermarks
        ? ["numa explain watermarks configs/machines/notes-two-node.yaml"]
        : ["numa explain zonelist configs/machines/db-4x1tib.yaml --node 0 --kernel 4.4"];

    private int Explain(ParseResult parsed)
    {
        var explained = _simulator.Explain(new(_machine.Request(parsed), _topic, parsed.GetValue(_node)));
        foreach (var note in explained.Notes) _terminal.Error.WriteLine($"note: {note}");
        _terminal.Output.Write(explained.Text);
        return ExitCode.Success;
    }
}
