using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Numa.Core.Diagnostics;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Exports;

/// <summary>A run as <c>--out</c> keeps it: its result, and what it takes to make it again.</summary>
/// <param name="Hash">Hash of the run: made again, it must come out the same.</param>
internal sealed record KeptRun(ulong Seed, ulong? Schedule, string Hash, RunInputs Inputs)
{
    private const string Result = "run.json";
    private const string Inventory = "inputs.json";
    private const string Scenario = "scenario.yaml";
    private const string Log = "dmesg.txt";

    private static readonly JsonSerializerOptions Options =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n",
            RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
        };

    /// <summary>What <c>inputs.json</c> holds.</summary>
    /// <param name="Scenario">Path of the scenario, as it was given.</param>
    /// <param name="Files">What the scenario led to: its machine, and what either of them extends.</param>
    private sealed record Contents(
        string Scenario, ImmutableArray<ReadFile> Files, ImmutableArray<GivenSetting> Settings);

    /// <param name="Path">Where it was.</param>
    /// <param name="Copy">Its name in the folder; null for a recorded machine, which stays where it is.</param>
    private sealed record ReadFile(string Path, string? Copy);

    private sealed record GivenSetting(string Option, string Path, string Value);

    private sealed record Identity(ulong Seed, string Clock, string Hash, ulong? Schedule = null);

    /// <summary>The files of a run, by name.</summary>
    public static IEnumerable<(string Name, string Content)> Files(RunResult run, RunInputs? inputs)
    {
        yield return (Result, JsonExport.Run(run));
        var log = run.OomKills.SelectMany(kill => kill.Log).Concat(run.Failures.SelectMany(failure => failure.Log));
        if (log.Any()) yield return (Log, string.Join('\n', log));
        if (inputs is null) yield break;
        var contents = new Contents(
            inputs.File, [.. inputs.Files.Select((file, i) => new ReadFile(file.File, CopyOf(file, i)))],
            [.. inputs.Settings.Select(setting => new GivenSetting(setting.Option, setting.Path, setting.Value))]);
        yield return (Inventory, JsonSerializer.Serialize(contents, Options));
        yield return (Scenario, inputs.Text);
        foreach (var (file, i) in inputs.Files.Select((file, i) => (file, i)))
        {
            if (CopyOf(file, i) is { } copy) yield return (copy, file.Text!);
        }
    }

    /// <summary>A name that says in which order files were read: two of them may be called alike.</summary>
    private static string? CopyOf(InputFile file, int index) => file.Text is null ? null
        : string.Create(CultureInfo.InvariantCulture, $"input-{index + 1}-{Path.GetFileName(file.File)}");

    /// <exception cref="InputException">The folder holds no run, or one that cannot be made again.</exception>
    public static KeptRun Read(string folder)
    {
        var run = Parse<Identity>(folder, Result);
        if (run.Clock != "virtual")
        {
            throw Unusable(Path.Combine(folder, Result),
                "the run was made under the wall clock and cannot be made again; expected one in virtual time");
        }

        var contents = Parse<Contents>(folder, Inventory);
        return new(run.Seed, run.Schedule, run.Hash, new(contents.Scenario, Text(folder, Scenario),
            [
                .. contents.Files.Select(file =>
                    new InputFile(file.Path, file.Copy is { } copy ? Text(folder, copy) : null)),
            ],
            [.. contents.Settings.Select(setting => new Setting(setting.Option, setting.Path, setting.Value))]));
    }

    private static T Parse<T>(string folder, string name)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Text(folder, name), Options)
                ?? throw new JsonException("it holds nothing");
        }
        catch (JsonException error)
        {
            throw Unusable(Path.Combine(folder, name), "cannot be read: " + error.Message);
        }
    }

    private static string Text(string folder, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unusable(folder, Directory.Exists(folder)
                ? $"is no folder of a run: it holds no {name}; expected one that 'numa run SCENARIO --out DIR' wrote"
                : File.Exists(folder)
                ? "is a file; expected the folder of a run, which 'numa run SCENARIO --out DIR' wrote"
                : "there is no such folder; expected one that 'numa run SCENARIO --out DIR' wrote");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(Path.Combine(folder, name), "cannot be read: " + error.Message);
        }
    }

    private static InputException Unusable(string path, string why) =>
        new([new(new(path, 0, 0), ProblemCodes.File, why)]);
}
