using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>A run of an experiment as a text that it can be read back from, figure for figure.</summary>
/// <remarks>The machine is left out: it boots again, the same.</remarks>
public static class KeptCellRun
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    private const string Head = "{\"digest\":\"";

    private sealed record Figures(
        int Cell, ulong Seed, string Hash, string PlacementHash, bool Conserved, bool UsedReclaimModel,
        ImmutableSortedDictionary<string, double?> Metrics, Evidence? Record);

    /// <param name="Impossible">Stands beside the result, whose JSON leaves it out.</param>
    /// <param name="Placement">Shape: per task zone, count, zone, count and so on.</param>
    private sealed record Evidence(
        RunResult Result, string? Impossible, ImmutableArray<ImmutableArray<long>> Placement,
        ImmutableArray<Buckets> Taken);

    private sealed record Buckets(long Width, int Count, ImmutableArray<long> Amounts);

    /// <summary>One line of JSON that begins with a digest of all the rest: who edits a figure by hand is found
    /// out.</summary>
    public static string Write(Experiment experiment, CellRun run)
    {
        var figures = new Figures(run.Cell, run.Seed, run.Hash, run.PlacementHash, run.Conserved, run.UsedReclaimModel,
            experiment.Metrics.Zip(run.Values).ToImmutableSortedDictionary(
                pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal),
            run.Record is { } record ? Of(record) : null);
        var rest = JsonSerializer.Serialize(figures, Options)[1..];
        return $"{Head}{Digest(rest)}\",{rest}";
    }

    private static string Digest(string rest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rest)));

    /// <param name="machine">Boots the machine of a cell.</param>
    /// <exception cref="JsonException">The text is no run of this experiment.</exception>
    public static CellRun Read(Experiment experiment, string text, Func<int, MachineImage> machine)
    {
        var kept = JsonSerializer.Deserialize<Figures>(text, Options) ?? throw new JsonException("it holds nothing");
        // Keys that are left out read as nothing at all.
        if (kept is not { Hash: not null, PlacementHash: not null, Metrics: not null }
            || kept.Record is { Result: null }
            || kept.Cell < 0 || kept.Cell >= experiment.Cells.Length
            || experiment.Metrics.Any(metric => !kept.Metrics.ContainsKey(metric.Name)))
        {
            throw new JsonException("it is no run of this experiment");
        }

        var line = text.TrimEnd('\n');
        var rest = Head.Length + 2 * SHA256.HashSizeInBytes + "\",".Length;
        if (line.Length < rest || line[..rest] != $"{Head}{Digest(line[rest..])}\",")
            throw new JsonException("it is not as it was written");

        return new(kept.Cell, kept.Seed, kept.Hash, kept.PlacementHash, kept.Conserved, kept.UsedReclaimModel,
            [.. experiment.Metrics.Select(metric => kept.Metrics[metric.Name])])
        {
            Record = kept.Record is { } evidence ? Record(evidence, machine(kept.Cell)) : null,
        };
    }

    private static Evidence Of(RunRecord record) => new(record.Result, record.Result.Impossible,
        [.. record.Placement.Select(task => task.Runs
            .SelectMany(run => new[] { run.Zone, run.Count }).ToImmutableArray())],
        [.. record.Taken.Select(zone => new Buckets(zone.Width, zone.Amounts.Count,
            [.. zone.Amounts.Reverse().SkipWhile(amount => amount == 0).Reverse()]))]);

    private static RunRecord Record(Evidence evidence, MachineImage machine) => new(machine,
        evidence.Result with { Impossible = evidence.Impossible }, new(0, 0, 0, [], [], [], []),
        [.. evidence.Placement.Select(Runs)],
        [.. evidence.Taken.Select(zone => TimeBuckets.Of(zone.Width,
            [.. zone.Amounts, .. Enumerable.Repeat(0L, zone.Count - zone.Amounts.Length)]))]);

    private static ZoneRuns Runs(ImmutableArray<long> parts)
    {
        var runs = new ZoneRuns();
        for (var at = 0; at + 1 < parts.Length; at += 2) runs.Add((int)parts[at], parts[at + 1]);
        return runs;
    }
}
