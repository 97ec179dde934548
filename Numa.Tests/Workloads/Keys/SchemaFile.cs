using System.Text.Json;
using Json.Schema;
using KeySchema = Numa.Workloads.Scenarios.Keys.JsonSchema;

namespace Numa.Tests.Workloads.Keys;

/// <summary>A schema that is shipped, as a validator of others reads it.</summary>
internal sealed class SchemaFile
{
    private readonly JsonSchema _schema;

    private SchemaFile(string name)
    {
        Name = name;
        _schema = JsonSchema.FromText(KeySchema.Of(KeySchema.Tables[name]));
    }

    public static SchemaFile Scenario { get; } = new("scenario");

    public static SchemaFile Machine { get; } = new("machine");

    public static SchemaFile Policy { get; } = new("policy");

    public string Name { get; }

    /// <summary>Whether an editor would leave the text without a mark.</summary>
    public bool Accepts(string yaml) => Faults(yaml) == "";

    /// <summary>What is wrong with the text; empty for nothing.</summary>
    public string Faults(string yaml)
    {
        using var json = JsonDocument.Parse(YamlAsJson.Read(yaml)?.ToJsonString() ?? "null");
        var results = _schema.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? "" : string.Join('\n', (results.Details ?? [])
            .Where(detail => detail.Errors is { Count: > 0 })
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))
            .Append("refused"));
    }
}
