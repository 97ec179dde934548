using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

/// <summary>Small scenarios and machines for tests, and how to read them without a disk.</summary>
internal static class ScenarioTexts
{
    internal const string Machine = """
        name: pair
        kernel: "4.4"
        nodes:
          - {memory: 4GiB, cpus: 0-1, managed: {DMA: 3973}}
          - {memory: 4GiB, cpus: 2-3}
        distances: [[10, 21], [21, 10]]
        """;

    internal const string Scenario = """
        machine: pair.yaml
        workloads:
          fill:
            kind: fill
            cpus: 0
            size: 1GiB
        """;

    /// <summary>Every file that a path leads to is <see cref="Machine"/>, every folder a capture.</summary>
    internal static MachineText Find(string path, string? scenarioFile) => path switch
    {
        "missing.yaml" => new(path, null, "there is no file missing.yaml"),
        _ when path.EndsWith(".yaml", StringComparison.Ordinal) => new(path, Machine),
        _ => new(path, null),
    };

    internal static Scenario Parse(string text, params string[] settings) => ScenarioParser.Parse(
        text, "s.yaml", [.. settings.Select(setting => Setting.Parse("--set", setting))], Find);

    /// <summary>The problems of a scenario, as a user sees them.</summary>
    internal static string[] Problems(string text, params string[] settings) =>
        [.. Assert.Throws<InputException>(() => Parse(text, settings)).Problems.Select(problem => problem.ToString())];

    internal static string[] MachineProblems(string text) =>
        [.. Assert.Throws<InputException>(() => ScenarioParser.ParseMachine(text, "m.yaml"))
            .Problems.Select(problem => problem.ToString())];

    /// <summary>The tree's folder configs/, wherever the tests run.</summary>
    internal static string Configs
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Numa.sln")))
                folder = folder.Parent;
            return Path.Combine(folder!.FullName, "configs");
        }
    }
}
