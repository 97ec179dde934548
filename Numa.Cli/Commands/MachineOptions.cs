using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary>The machine that a command boots, and the settings that it boots with.</summary>
internal sealed class MachineOptions
{
    private readonly Argument<string> _machine =
        OptionFactory.Path("MACHINE", "Machine file (YAML) or folder of a captured machine.");

    private readonly Option<string?> _kernel = OptionFactory.Kernel();

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting before boot. May be repeated.");

    private readonly Option<ImmutableArray<SettingAssignment>> _after =
        OptionFactory.Assignments("--after", "Writes a sysctl after boot, e.g. vm.min_free_kbytes=65536.");

    public MachineOptions(Command command)
    {
        command.Add(_machine);
        command.Add(_kernel);
        command.Add(_settings);
        command.Add(_after);
    }

    public MachineRequest Request(ParseResult parsed) => new(parsed.GetRequiredValue(_machine),
        parsed.GetValue(_kernel), parsed.GetValue(_settings), parsed.GetValue(_after));
}
