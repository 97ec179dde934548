using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>What a run was made of: enough to make it again, wherever its files have gone.</summary>
/// <param name="File">Path of the scenario, as it was given.</param>
/// <param name="MachineFile">Path of the machine's file or folder; null when it stands in the scenario.</param>
/// <param name="MachineText">Content of the machine's file; null for a recorded machine, which stays where it
/// is.</param>
/// <param name="Settings">Values of the command line, in order.</param>
public sealed record RunInputs(
    string File, string Text, string? MachineFile, string? MachineText, ImmutableArray<Setting> Settings)
{
    /// <summary>Reads a scenario and keeps what was read.</summary>
    /// <exception cref="InputException">A file cannot be read, or has problems; all of them are in it.</exception>
    public static (Scenario Scenario, RunInputs Inputs) Load(string path, IReadOnlyList<Setting> settings)
    {
        var text = ScenarioLoader.ReadScenario(path);
        MachineText? machine = null;
        var scenario = ScenarioParser.Parse(text, path, settings,
            (name, scenarioFile) => machine = ScenarioLoader.FindMachine(name, scenarioFile));
        var file = machine is { Text: null } ? Path.GetFullPath(machine.File) : machine?.File;
        return (scenario, new(path, text, file, machine?.Text, [.. settings]));
    }

    /// <exception cref="InputException">A recorded machine is not there any more, or has changed.</exception>
    public Scenario Again() => ScenarioParser.Parse(Text, File, Settings, (_, _) => MachineText is { } text
        ? new(MachineFile!, text)
        : ScenarioLoader.FindMachine(MachineFile!, null));
}
