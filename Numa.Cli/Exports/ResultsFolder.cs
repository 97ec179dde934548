using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Numa.Cli.Execution;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Exports;

/// <summary>The folder of an experiment: what it is made of, every run as it ends, and its results.</summary>
/// <remarks>Nothing in it depends on how many runs went side by side, or on how often it was interrupted.</remarks>
internal sealed class ResultsFolder : IExperimentStore
{
    private const string Manifest = "experiment.json";
    private const string Runs = "runs";
    private readonly string _path;
    private readonly bool _resumes;
    private readonly OutputFolder _output;
    private readonly Dictionary<int, MachineImage> _machines = [];
    private (string Name, string Content)[] _files = [];

    private readonly string _command;

    private ResultsFolder(string path, bool resumes, string command, OutputFolder output) =>
        (_path, _resumes, _command, _output) = (path, resumes, command, output);

    /// <summary>Makes sure, before any long work, that the folder can be written to.</summary>
    /// <param name="resumes">It holds this experiment, and what is missing is to be added.</param>
    /// <param name="command">The command line without what changes nothing of the result: it is part of what the
    /// experiment is.</param>
    /// <returns>Null when no folder was asked for.</returns>
    /// <exception cref="InputException">It cannot be written to, or holds an experiment where none is
    /// expected.</exception>
    public static ResultsFolder? Check(string? path, bool resumes, string command)
    {
        if (path is null) return null;
        var holds = File.Exists(Path.Combine(path, Manifest));
        if (holds && !resumes)
        {
            throw WriteFailure.At(path, "holds an experiment already; expected --resume to go on with it,"
                + " or another folder");
        }

        if (!holds && resumes)
            throw WriteFailure.At(path, $"holds no experiment to go on with: there is no {Manifest}");
        return new(path, resumes, command, OutputFolder.Check(path)!);
    }

    public string Location => _path;

    public void Open(ExperimentGrid grid)
    {
        _files = Files(grid);
        if (!_resumes) return;
        var problems = _files.Where(file => Text(Path.Combine(_path, file.Name)) != file.Content + "\n")
            .Select(file => new Problem(new(Path.Combine(_path, file.Name), 0, 0), "NUMA902", file.Name == Manifest
                ? "this is another experiment: " + Difference(Text(Path.Combine(_path, Manifest)), file.Content)
                : "this is another experiment: its file differs from the one that would be run now"))
            .ToList();
        if (problems.Count > 0) throw new InputException([.. problems]);
    }

    public void Begin(Experiment experiment)
    {
        if (_resumes) return;
        // The manifest last: without it there is nothing to resume.
        _output.Write(TextWriter.Null, [.. _files.Where(file => file.Name != Manifest)]);
        Directory.CreateDirectory(Path.Combine(_path, Runs));
        _output.Write(TextWriter.Null, [.. _files.Where(file => file.Name == Manifest)]);
    }

    public CellRun? Find(Experiment experiment, ExperimentRun run)
    {
        // What lies there from before is this experiment's only where its manifest was compared.
        if (!_resumes) return null;
        var file = FileOf(run);
        if (Text(file) is not { } text) return null;
        try
        {
            var kept = KeptCellRun.Read(experiment, text, cell => Machine(experiment, cell));
            if (kept.Cell == run.Cell && kept.Seed == run.Seed) return kept;
            throw new JsonException("it is another run");
        }
        catch (JsonException error)
        {
            throw WriteFailure.At(file, $"cannot be read: {error.Message}; delete it, and the run is made again");
        }
    }

    public void Keep(Experiment experiment, ExperimentRun run, CellRun ended)
    {
        var file = FileOf(run);
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, KeptCellRun.Write(experiment, ended) + "\n");
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(file, error, temporary);
        }
    }

    /// <summary>Writes what the runs came to, and says how to make it again.</summary>
    /// <param name="runs">Null where nobody can name them.</param>
    public void WriteResults(TextWriter log, string results, ExperimentRuns? runs, string command)
    {
        var files = new List<(string, string)>
        {
            ("results.json", results), ("versions.json", Versions.Json), ("command.txt", command),
        };
        // Its lines end by themselves.
        if (runs is not null) files.Add(("runs.csv", CsvExport.Runs(runs).TrimEnd('\n')));
        _output.Write(log, [.. files]);
        log.WriteLine("again: " + command);
    }

    private string FileOf(ExperimentRun run) => Path.Combine(_path, Runs, $"{run.Cell + 1}-{run.Seed}.json");

    private MachineImage Machine(Experiment experiment, int cell)
    {
        if (_machines.TryGetValue(cell, out var known)) return known;
        var scenario = experiment.Cells[cell].Scenario;
        return _machines[cell] = ScenarioPlan.Of(scenario, MachineBoot.Boot(scenario.Machine, scenario.Boot, []),
            experiment.Cells[cell].FirstSeed, scenario.Clock).Machine.Image;
    }

    /// <summary>What the experiment is, and the files that it was read from.</summary>
    private (string Name, string Content)[] Files(ExperimentGrid grid)
    {
        var texts = grid.Inputs.SelectMany(input => input.Files).Select(file => file.Text).OfType<string>()
            .Distinct().ToList();
        var manifest = new
        {
            Versions = JsonNode.Parse(Versions.Json),
            Scenario = grid.Experiment.Cells[0].Scenario.Name,
            grid.Experiment.Seeds,
            Metrics = grid.Experiment.Metrics.Select(metric => metric.Name),
            Vary = grid.Variations.Select(variation => new { variation.Path, variation.Values }),
            Cells = grid.Experiment.Cells.Zip(grid.Inputs, (cell, input) => new
            {
                cell.Name,
                cell.FirstSeed,
                Settings = input.Settings.Select(setting => $"{setting.Option} {setting.Path}={setting.Value}"),
                Files = input.Files.Select(file => file.Text).OfType<string>()
                    .Select(text => NameOf(texts.IndexOf(text), texts.Count)),
                Recorded = input.Files.Where(file => file.Text is null).Select(file => file.File)
                    .Concat(cell.Scenario.Workloads.OfType<TraceWorkload>().Select(trace => trace.File))
                    .Select(HashOf),
            }),
            Command = _command,
        };
        return
        [
            (Manifest, JsonExport.Text(manifest)),
            ("scenario.yaml", grid.Inputs[0].Text),
            .. texts.Select((text, number) => (NameOf(number, texts.Count), text)),
        ];
    }

    /// <summary>Of what stays where it is, the content: a file, or all files right in a folder.</summary>
    private static string HashOf(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        IEnumerable<string> files =
            Directory.Exists(path) ? Directory.GetFiles(path).Order(StringComparer.Ordinal) : [path];
        foreach (var file in files.Where(File.Exists)) hash.AppendData(File.ReadAllBytes(file));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A single file that a scenario leads to is its machine; of several nobody knows.</summary>
    private static string NameOf(int file, int count) => count == 1 ? "machine.yaml" : $"input-{file + 1}.yaml";

    /// <summary>The first keys of the manifests that differ.</summary>
    private static string Difference(string? kept, string now)
    {
        try
        {
            var (before, after) = (JsonNode.Parse(kept ?? "{}")!.AsObject(), JsonNode.Parse(now)!.AsObject());
            return string.Join("; ", after.Where(part => !JsonNode.DeepEquals(part.Value, before[part.Key]))
                .Take(3).Select(part => $"{part.Key} was {Short(before[part.Key])} and would be {Short(part.Value)}"));
        }
        catch (JsonException)
        {
            return "its manifest cannot be read";
        }
    }

    private static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString().ReplaceLineEndings(" ") ?? "nothing";
        return text.Length <= 80 ? text : text[..77] + "...";
    }

    private static string? Text(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.At(file, "cannot be read: " + error.Message);
        }
    }
}
