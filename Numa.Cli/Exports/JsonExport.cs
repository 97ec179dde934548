using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Numa.Cli.Tables;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Cli.Exports;

/// <summary>Results as JSON: one object, the models' property names in camel case.</summary>
/// <remarks>Numbers are written so that they read back as the same number.</remarks>
internal static class JsonExport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        // A ratio without a base is a fact worth reporting, not a reason to lose the rest of the report.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        // The text goes to files and pipes, never into a page: keep +, < and ' readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Text<T>(T model) => JsonSerializer.Serialize(model, Options);

    public static string Run(RunResult run)
    {
        var root = JsonSerializer.SerializeToNode(run, Options)!.AsObject();
        root["counterfactualLabel"] = RunHeader.Counterfactual(run);
        root["reproducible"] = RunHeader.IsReproducible(run);
        return root.ToJsonString(Options);
    }

    /// <summary>One object for each claim of each capture.</summary>
    public static string Claims(IEnumerable<CaptureReport> reports) =>
        JsonSerializer.Serialize(reports.SelectMany(report => report.Claims), Options);

    /// <summary>One object for each phase of a replay.</summary>
    public static string Phases(IEnumerable<PhaseResult> phases) =>
        new JsonArray([.. phases.Select(Phase)]).ToJsonString(Options);

    private static JsonObject Phase(PhaseResult phase)
    {
        var root = JsonSerializer.SerializeToNode(new
        {
            phase.Phase,
            phase.Allocations,
            SameZone = Counts(phase.SameZone),
            SameFrame = Counts(phase.SameFrame),
            Refills = Counts(phase.Refills),
            Drains = Counts(phase.Drains),
            Fallbacks = Counts(phase.Fallbacks),
            FreeListsEqual = phase.FreeLists.Compared == 0 ? (bool?)null : phase.FreeLists.IsWhole,
            PagesetsEqual = phase.Pagesets.Compared == 0 ? (bool?)null : phase.Pagesets.IsWhole,
            phase.FirstMismatch,
            phase.Mismatches,
            phase.Adopted,
            phase.NotFree,
            phase.Notes,
        }, Options)!.AsObject();
        if (phase.Pressure is { } pressure) root["pressure"] = JsonSerializer.SerializeToNode(pressure, Options);
        return root;
    }

    /// <summary>One object for each phase that was made on two machines.</summary>
    public static string Elsewhere(IEnumerable<ElsewhereResult> phases) => JsonSerializer.Serialize(phases, Options);

    /// <summary>The contention of a run under the run's identity.</summary>
    public static string Trace(RunResult run, ContentionResult contention)
    {
        var root = new JsonObject
        {
            ["scenario"] = run.Scenario,
            ["seed"] = run.Seed,
            ["schedule"] = run.Schedule,
            ["machine"] = run.Machine,
            ["kernel"] = run.Kernel,
            ["zonelistOrder"] = run.ZonelistOrder,
            ["counterfactualLabel"] = RunHeader.Counterfactual(run),
            ["clock"] = run.Clock,
            ["host"] = run.Host,
            ["hash"] = run.Hash,
            ["reproducible"] = RunHeader.IsReproducible(run),
            ["events"] = JsonSerializer.SerializeToNode(run.Events, Options),
        };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(contention, Options)!.AsObject().ToArray())
            root[name] = value?.DeepClone();
        return root.ToJsonString(Options);
    }

    /// <summary>An exploration with every schedule of it.</summary>
    /// <param name="again">Command that makes the shortest run that breaks; null when nothing broke.</param>
    public static string Exploration(ExploreResult result, string? again) => JsonSerializer.Serialize(new
    {
        result.Scenario,
        result.Seed,
        result.Machine,
        result.Kernel,
        result.PerturbationPercent,
        result.Exploration.Asked,
        Done = result.Exploration.Schedules.Length,
        result.Broken,
        result.Outcomes,
        result.Placements,
        result.SamePlacement,
        result.ZoneShares,
        Metrics = result.Metrics.Select(metric => new
        {
            metric.Name, metric.Unit, metric.Unperturbed, metric.Least, metric.Median, metric.Greatest, metric.Distinct,
        }),
        result.Exploration.FirstBreak,
        Again = again,
        result.Exploration.Unperturbed,
        result.Exploration.Schedules,
    }, Options);

    private static object Counts(Agreement agreement) => new { agreement.Compared, agreement.Equal };

    /// <summary>A comparison, with its findings in words.</summary>
    public static string Comparison(ComparisonResult result)
    {
        var root = JsonSerializer.SerializeToNode(result, Options)!.AsObject();
        root["findings"] = JsonSerializer.SerializeToNode(ComparisonFindings.Of(result), Options);
        return root.ToJsonString(Options);
    }

    /// <summary>A sweep, with its findings in words.</summary>
    public static string Sweep(SweepResult result)
    {
        var root = JsonSerializer.SerializeToNode(result, Options)!.AsObject();
        root["findings"] = JsonSerializer.SerializeToNode(SweepFindings.Of(result), Options);
        return root.ToJsonString(Options);
    }
}
