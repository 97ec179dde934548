using System.Text;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads scenarios and machines from files: the one place here that touches the disk.</summary>
public static class ScenarioLoader
{
    internal const string CaptureMark = "dmesg.txt";

    /// <summary>A kernel log is never longer. Unit: characters.</summary>
    private const int MaxLogLength = 64 * 1024 * 1024;

    /// <param name="path">A scenario file.</param>
    /// <param name="settings">Values of the command line, in order.</param>
    /// <exception cref="InputException">A file cannot be read, or has problems; all of them are in it.</exception>
    public static Scenario Load(string path, IReadOnlyList<Setting> settings) =>
        ScenarioParser.Draft(ReadScenario(path), path, settings, FindMachine).Fitting();

    /// <param name="path">A machine file, a scenario for the machine that it names, or the folder of a
    /// capture.</param>
    /// <param name="settings">Values of the command line, in order.</param>
    /// <exception cref="InputException">The file cannot be read, or has problems; all of them are in it.</exception>
    public static MachineFile LoadMachine(string path, IReadOnlyList<Setting> settings)
    {
        var found = FindMachine(path, null);
        if (found.Problem is not null)
            throw new InputException([new(new(path, 0, 0), ProblemCodes.File, found.Problem)]);
        if (found.Text is null || !ScenarioParser.IsScenario(found.Text, path, FindMachine))
            return ScenarioParser.ParseMachine(path, settings, FindMachine);
        var scenario = ScenarioParser.Draft(found.Text, path, settings, FindMachine).Fitting();
        return new(scenario.Machine, scenario.Boot, scenario.Notes);
    }

    /// <summary>Finds a machine file or the folder of a capture.</summary>
    public static MachineText FindMachine(string path, string? scenarioFile)
    {
        var folder = scenarioFile is null ? "" : Path.GetDirectoryName(scenarioFile) ?? "";
        var file = Path.Combine(folder, path);
        if (Directory.Exists(file))
        {
            // The folder of a run may hold a log as well.
            if (FileKind.OfFolder(file) is { IsResults: true } results)
                return new(file, null, results.Instead("a machine"));
            if (File.Exists(Path.Combine(file, CaptureMark))) return new(file, null);
            var zoneinfo = Path.Combine(file, SavedFiles.Zoneinfo + ".txt");
            return File.Exists(zoneinfo)
                ? new(zoneinfo, null) { IsZoneinfo = true }
                : new(file, null, $"folder {file} holds no {CaptureMark} and no {SavedFiles.Zoneinfo}.txt");
        }

        var text = ReadText(file, out var problem);
        if (text is not null && SavedFiles.IsZoneinfo(text)) return new(file, null) { IsZoneinfo = true };
        return new(file, text, text is null ? problem : null);
    }

    /// <summary>What a file is; null where it is like none of those known.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static FileKind? KindOf(string path)
    {
        var text = ReadWhole(path);
        return FileKind.Of(text, YamlText.Read(text, path, new()));
    }

    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static string ReadScenario(string path)
    {
        if (FileKind.OfFolder(path) is { } kind)
            throw new InputException([new(new(path, 0, 0), ProblemCodes.Kind, kind.Instead("a scenario"))]);
        return ReadText(path, out var problem)
            ?? throw new InputException([new(new(path, 0, 0), ProblemCodes.File, problem)]);
    }

    internal static bool Exists(string path) => File.Exists(path);

    /// <summary>Reads a saved file; of what is none, nothing.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static string ReadWhole(string path) => PlainFile.Refusal(path) is not null ? ""
        : ReadText(path, out var problem, MaxLogLength)
        ?? throw new InputException([new(new(path, 0, 0), ProblemCodes.File, problem)]);

    private static string? ReadText(string path, out string problem, int limit = YamlText.MaxLength)
    {
        problem = "";
        try
        {
            if (path.Length == 0)
            {
                problem = "the path is empty; expected a file";
                return null;
            }

            if (Directory.Exists(path))
            {
                problem = $"{path} is a folder; expected a file";
                return null;
            }

            // Never more than what can be used, whatever the path leads to.
            using var reader = new StreamReader(path);
            var text = new StringBuilder();
            var buffer = new char[64 * 1024];
            int length;
            while (text.Length <= limit && (length = reader.Read(buffer, 0, buffer.Length)) > 0)
                text.Append(buffer, 0, length);
            return text.ToString(0, Math.Min(text.Length, limit + 1));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"there is no file {path}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
                                              or ArgumentException or NotSupportedException)
        {
            problem = $"cannot be read: {exception.Message}";
        }

        return null;
    }
}
