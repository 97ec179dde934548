using Numa.Workloads.Importing;

namespace Numa.Workloads.Scenarios;

/// <summary>What a file or folder is, told by its content, and who takes it: for messages to those who gave it where
/// another is expected.</summary>
/// <param name="Words">For example <c>a machine</c>.</param>
/// <param name="Takers">Which command takes it.</param>
internal sealed record FileKind(string Words, string Takers)
{
    /// <summary>A kept run is its result and what it was made of.</summary>
    private const string RunFile = "run.json";

    private const string InputsFile = "inputs.json";

    private const string ExperimentFile = "experiment.json";

    /// <summary>A traced phase begins with it.</summary>
    private const string PhaseFile = "before.freelists.txt";

    internal static FileKind Machine { get; } =
        new("a machine", "numa show, explain and whatif take it, as does --machine of a scenario's run");

    internal static FileKind Scenario { get; } =
        new("a scenario", "numa run, compare, sweep, trace and explore take it");

    internal static FileKind Study { get; } = new("a study", "numa study takes it, and as a scenario numa run does");

    private static readonly FileKind Result =
        new("the result of a run or an experiment", "no command takes it; numa explain page takes the folder of a run");

    private static readonly FileKind Run = new("the folder of a kept run", "numa explain page takes it")
    {
        IsResults = true,
    };

    private static readonly FileKind Experiment = new(
        "the folder of an experiment", "--resume of the compare or sweep that made it takes it, to go on")
    {
        IsResults = true,
    };

    private static readonly FileKind Capture = new(
        "a captured machine", "numa show, explain, whatif and verify take it, as does --machine of a scenario's run");

    private static readonly FileKind Trace = new(
        "a captured machine with traces", "numa replay takes it, and those that take a machine");

    /// <summary>It was written by a run or an experiment.</summary>
    internal bool IsResults { get; private init; }

    /// <summary>That this stands where another kind is expected.</summary>
    internal string Instead(string expected) => $"this is {Words}; expected {expected}; {Takers}";

    /// <param name="tree">The text as YAML; null where it is none.</param>
    /// <returns>Null for a text that is like none of those known.</returns>
    internal static FileKind? Of(string text, YamlValue? tree)
    {
        if (tree is YamlMapping root)
        {
            // Results name their scenario; no file that is written by hand does.
            if (root["scenario"] is YamlScalar && root["workloads"] is not YamlMapping) return Result;
            if (root["study"] is not null) return Study;
            if (root["machine"] is not null || root["workloads"] is not null) return Scenario;
            if (Vocabulary.Machine.Except(Vocabulary.Scenario).Any(key => root[key] is not null)) return Machine;
        }

        return ImportKinds.Of(text) switch
        {
            null => null,
            ImportKind.Zoneinfo => Machine with { Words = ImportKinds.Name(ImportKind.Zoneinfo) },
            ImportKind.Log => new(ImportKinds.Name(ImportKind.Log),
                "numa import makes a machine of it, and a folder that holds it as dmesg.txt is one"),
            { } kind => new(ImportKinds.Name(kind), "numa import makes a machine of it"),
        };
    }

    /// <returns>Null for a path that is no folder, or one like none of those known.</returns>
    internal static FileKind? OfFolder(string path)
    {
        bool Holds(string name) => File.Exists(Path.Combine(path, name));
        if (!Directory.Exists(path)) return null;
        if (Holds(ExperimentFile)) return Experiment;
        if (Holds(RunFile) && Holds(InputsFile)) return Run;
        if (!Holds(ScenarioLoader.CaptureMark) && !Holds(SavedFiles.Zoneinfo + ".txt")) return null;
        var isTraced = Directory.GetDirectories(path).Any(phase => File.Exists(Path.Combine(phase, PhaseFile)));
        return isTraced ? Trace : Capture;
    }
}
