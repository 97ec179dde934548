using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary><c>numa show</c>: a machine as it stands after boot, without running it.</summary>
internal sealed class ShowCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly Argument<string> _machine =
        OptionFactory.Path("MACHINE", "Machine file (YAML) or folder of a captured machine.");

    private readonly Argument<ShowTopic> _topic = new("TOPIC")
    {
        HelpName = "TOPIC",
        Description = "What to show: " + string.Join(", ", Topics) + ".",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (Topics.Contains(word)) return Enum.Parse<ShowTopic>(word, ignoreCase: true);
            result.AddError(OptionFactory.NotOneOf("TOPIC", word, Topics));
            return default;
        },
    };

    private readonly Option<string?> _kernel = OptionFactory.Kernel();

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting before boot. May be repeated.");

    private readonly Option<ImmutableArray<SettingAssignment>> _after =
        OptionFactory.Assignments("--after", "Writes a sysctl after boot, e.g. vm.min_free_kbytes=65536.");

    public ShowCommand(Terminal terminal, ISimulator simulator)
        : base("show", "Boots a machine and shows it, without running anything.")
    {
        _terminal = terminal;
        _simulator = simulator;
        Add(_machine);
        Add(_topic);
        Add(_kernel);
        Add(_settings);
        Add(_after);
        SetAction(Show);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa show configs/machines/notes-two-node.yaml zonelists --kernel 4.4",
        "numa show configs/machines/notes-two-node.yaml zoneinfo --after vm.min_free_kbytes=65536",
    ];

    private static ImmutableArray<string> Topics { get; } =
        [.. Enum.GetNames<ShowTopic>().Select(name => name.ToLowerInvariant())];

    private int Show(ParseResult parsed)
    {
        var shown = _simulator.Show(new(
            parsed.GetRequiredValue(_machine),
            parsed.GetValue(_topic),
            parsed.GetValue(_kernel),
            parsed.GetValue(_settings),
            parsed.GetValue(_after)));
        foreach (var note in shown.Notes) _terminal.Error.WriteLine($"note: {note}");
        _terminal.Output.Write(shown.Text);
        if (!shown.Text.EndsWith('\n')) _terminal.Output.WriteLine();
        return ExitCode.Success;
    }
}
