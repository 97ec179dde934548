using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain</c>: how a booted machine came to its numbers.</summary>
internal sealed class ExplainCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<ExplainTopic> _topic = new("TOPIC")
    {
        HelpName = "TOPIC",
        Description = "What to explain: " + string.Join(", ", Topics) + ".",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (Topics.Contains(word)) return Enum.Parse<ExplainTopic>(word, ignoreCase: true);
            result.AddError(OptionFactory.NotOneOf("TOPIC", word, Topics));
            return default;
        },
    };

    private readonly Argument<string> _machine =
        OptionFactory.Path("MACHINE", "Machine file (YAML) or folder of a captured machine.");

    private readonly Option<int?> _node =
        OptionFactory.OptionalNumber<int>("--node", "N", "Only this node; every node by default.", 0);

    private readonly Option<string?> _kernel = OptionFactory.Kernel();

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting before boot. May be repeated.");

    private readonly Option<ImmutableArray<SettingAssignment>> _after =
        OptionFactory.Assignments("--after", "Writes a sysctl after boot, e.g. vm.min_free_kbytes=65536.");

    public ExplainCommand(Terminal terminal, ISimulator simulator)
        : base("explain", "Derives a machine's watermarks or zonelists step by step, in numbers.")
    {
        _terminal = terminal;
        _simulator = simulator;
        Add(_topic);
        Add(_machine);
        Add(_node);
        Add(_kernel);
        Add(_settings);
        Add(_after);
        SetAction(Explain);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa explain watermarks configs/machines/notes-two-node.yaml",
        "numa explain zonelist configs/machines/db-4x1tib.yaml --node 0 --kernel 4.4",
    ];

    private static ImmutableArray<string> Topics { get; } =
        [.. Enum.GetNames<ExplainTopic>().Select(name => name.ToLowerInvariant())];

    private int Explain(ParseResult parsed)
    {
        var explained = _simulator.Explain(new(
            parsed.GetRequiredValue(_machine),
            parsed.GetValue(_topic),
            parsed.GetValue(_node),
            parsed.GetValue(_kernel),
            parsed.GetValue(_settings),
            parsed.GetValue(_after)));
        foreach (var note in explained.Notes) _terminal.Error.WriteLine($"note: {note}");
        _terminal.Output.Write(explained.Text);
        return ExitCode.Success;
    }
}
