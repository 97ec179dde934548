using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>A file that a scenario led to: its machine, or what one of them extends.</summary>
/// <param name="File">Path from the working directory of the run; of a recorded machine the full path.</param>
/// <param name="Text">Content; null for a recorded machine, which stays where it is.</param>
public sealed record InputFile(string File, string? Text);

/// <summary>What a run was made of: enough to make it again, wherever its files have gone.</summary>
/// <param name="File">Path of the scenario, as it was given.</param>
/// <param name="Files">What it led to, in the order in which it was read.</param>
/// <param name="Settings">Values of the command line, in order.</param>
public sealed record RunInputs(
    string File, string Text, ImmutableArray<InputFile> Files, ImmutableArray<Setting> Settings)
{
    /// <summary>Reads a scenario and keeps what was read.</summary>
    /// <exception cref="InputException">A file cannot be read, or has problems; all of them are in it.</exception>
    public static (Scenario Scenario, RunInputs Inputs) Load(string path, IReadOnlyList<Setting> settings)
    {
        var text = ScenarioLoader.ReadScenario(path);
        var files = ImmutableArray.CreateBuilder<InputFile>();
        var scenario = ScenarioParser.Draft(text, path, settings, (name, from) =>
        {
            var found = ScenarioLoader.FindMachine(name, from);
            files.Add(new(found.Text is null ? Path.GetFullPath(found.File) : found.File, found.Text));
            return found;
        }).Fitting();
        return (scenario, new(path, text, files.ToImmutable(), [.. settings]));
    }

    /// <summary>The scenario once more, from what was kept.</summary>
    /// <remarks>A scenario reads its files in one order, whatever they are called: the next is always the one that is
    /// asked for.</remarks>
    /// <exception cref="InputException">A recorded machine is not there any more, or has changed.</exception>
    public Scenario Again()
    {
        var next = new Queue<InputFile>(Files);
        return ScenarioParser.Parse(Text, File, Settings, (name, _) => next.TryDequeue(out var kept)
            ? kept.Text is { } text ? new(kept.File, text) : ScenarioLoader.FindMachine(kept.File, null)
            : new(name, null, "it was not kept with the run"));
    }
}
