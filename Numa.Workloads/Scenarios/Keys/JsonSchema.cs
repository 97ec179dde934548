using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Numa.Workloads.Replay;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>A table of keys as a JSON Schema, by which editors complete and check a file.</summary>
/// <remarks>Draft 7, the latest that the YAML language server reads in full. It has no <c>$id</c>: it is known by the
/// place where it lies. A mapping has two definitions: whole, and as part of a file that extends another, where
/// nothing is needed and <c>null</c> takes a key away.</remarks>
public sealed class JsonSchema
{
    private const string PartSuffix = "-part";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly SortedDictionary<string, JsonObject?> _definitions = new(StringComparer.Ordinal);

    private JsonSchema()
    {
    }

    /// <summary>What there is a schema for, by the word that <c>numa schema</c> takes.</summary>
    public static ImmutableSortedDictionary<string, KeyTable> Tables { get; } = new Dictionary<string, KeyTable>
    {
        ["scenario"] = ScenarioKeys.Table,
        ["machine"] = MachineKeys.Table,
        ["policy"] = PolicyFileKeys.Table,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The schema's text, which ends with a line.</summary>
    public static string Of(KeyTable table) => new JsonSchema().Text(table);

    private string Text(KeyTable table)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = $"Numa {table.Name}",
            ["description"] = table.About,
        };
        if (table.Find(Key.Extends) is null)
        {
            schema["allOf"] = new JsonArray(Reference(table, part: false));
        }
        else
        {
            schema["if"] = new JsonObject { ["required"] = new JsonArray(Key.Extends) };
            schema["then"] = Reference(table, part: true);
            schema["else"] = Reference(table, part: false);
        }

        var definitions = new JsonObject();
        foreach (var (name, definition) in _definitions) definitions[name] = definition;
        schema["definitions"] = definitions;
        return schema.ToJsonString(Options) + "\n";
    }

    private JsonObject Reference(KeyTable table, bool part) => Reference(table.Name, part, () => Mapping(table, part));

    private JsonObject Reference(string name, bool part, Func<JsonObject> define)
    {
        if (part) name += PartSuffix;
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = null;
            _definitions[name] = define();
        }

        return new() { ["$ref"] = "#/definitions/" + name };
    }

    private JsonObject Mapping(KeyTable table, bool part)
    {
        var definition = new JsonObject
        {
            ["type"] = "object",
            ["description"] = table.About,
            ["properties"] = Properties(table, part),
            ["additionalProperties"] = false,
        };
        if (part) return definition;
        var required = table.Keys.Where(key => key.IsRequired).Select(key => (JsonNode)key.Name).ToArray();
        if (required.Length > 0) definition["required"] = new JsonArray(required);
        if (!table.Choices.IsEmpty) definition["allOf"] = Choices(table);
        return definition;
    }

    private JsonObject Properties(KeyTable table, bool part)
    {
        var properties = new JsonObject();
        foreach (var key in table.Keys)
        {
            // What is the same for every kind of workload stands there once.
            properties[key.Name] = table.Name != WorkloadKeys.Common.Name && WorkloadKeys.Common.Keys.Contains(key)
                ? Reference($"{WorkloadKeys.Common.Name}.{key.Name}", part, () => Property(key, part))
                : Property(key, part);
        }

        return properties;
    }

    private JsonObject Property(Key key, bool part)
    {
        var value = Value(key.Shape, part);
        if (part && key.Name != Key.Extends) value = OrNull(value);
        // What stands beside a reference does not count in draft 7.
        if (value.ContainsKey("$ref")) value = new() { ["allOf"] = new JsonArray(value) };
        value["description"] = Description(key);
        if (key.Default is { } held) value["default"] = Literal(held);
        return value;
    }

    private static string Description(Key key)
    {
        var text = $"{key.About}\n\nExpected: {key.Shape.Words}.";
        if (key.LeftOutWords is { } leftOut) text += $"\n\nLeft out: {leftOut}.";
        return key.Source is null ? text : text + $"\n\nSource: {key.Source}.";
    }

    private static JsonNode Literal(string text) =>
        long.TryParse(text, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);

    private static JsonArray Choices(KeyTable table) => [.. table.Choices.Select(choice =>
    {
        JsonArray each = [.. choice.Keys.Select(key => new JsonObject { ["required"] = new JsonArray(key) })];
        if (!choice.IsOptional) return new JsonObject { ["oneOf"] = each };
        var none = new JsonObject { ["not"] = new JsonObject { ["anyOf"] = each.DeepClone() } };
        return new JsonObject { ["oneOf"] = new JsonArray([.. each.Select(one => one!.DeepClone()), none]) };
    })];

    private static JsonObject OrNull(JsonObject value) =>
        new() { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) };

    // A number may stand in quotes, and a text may look like a number: YAML's reader here does not tell them apart.
    private JsonObject Value(Shape shape, bool part) => shape switch
    {
        Shape.AnyText => new() { ["type"] = new JsonArray("string", "number", "boolean") },
        Shape.Form form => Pattern(form.Pattern, form.IsMaybeNumber ? "number" : null),
        Shape.SizeText => Zero($"^\\s*{Quantities.SizePattern}\\s*$"),
        Shape.DurationText => Zero($"^\\s*{Quantities.DurationPattern}\\s*$"),
        Shape.PercentText => Zero($"^\\s*{Quantities.PercentPattern}\\s*$"),
        Shape.CpuList => Numeric(Pattern(Quantities.CpusPattern, "integer"), 0, Core.Text.CpuListText.MaxCpus - 1),
        Shape.WholeNumber number => Numeric(
            Pattern(Quantities.NumberPattern, "integer"), number.Least, number.Most),
        Shape.RealNumber number => Numeric(
            Pattern("^\\s*[+-]?[0-9]*\\.?[0-9]+\\s*$", "number"), (decimal)number.Least, (decimal)number.Most),
        Shape.OneWord word => Words(word),
        Shape.ListOf list => List(list),
        Shape.KeyMapping mapping => Reference(mapping.Table, part),
        Shape.ByName names => ByName(names, part),
        Shape.Workload => Reference("workload", part, () => Workload(part)),
        Shape.OneShape several => new()
        {
            ["anyOf"] = new JsonArray([.. several.Shapes.Select(one => Value(one, part))]),
        },
        _ => throw new InvalidOperationException($"no schema for {shape.GetType().Name}"),
    };

    private static JsonObject Pattern(string pattern, string? orType) => new()
    {
        ["type"] = orType is null ? "string" : new JsonArray("string", orType), ["pattern"] = pattern,
    };

    /// <summary>Without a unit only 0 is a quantity, in quotes or not.</summary>
    private static JsonObject Zero(string pattern) => Numeric(Pattern(pattern, "integer"), 0, 0);

    private static JsonObject Numeric(JsonObject schema, decimal least, decimal most)
    {
        schema["minimum"] = least;
        schema["maximum"] = most;
        return schema;
    }

    private static JsonObject AtLeast(string keyword, int least, JsonObject schema)
    {
        if (least > 0) schema[keyword] = least;
        return schema;
    }

    private static JsonObject Words(Shape.OneWord word)
    {
        var values = word.Known.Select(known => (JsonNode)known).ToList();
        foreach (var known in word.Known)
        {
            if (bool.TryParse(known, out var value)) values.Add(value);
        }

        return new() { ["enum"] = new JsonArray([.. values]) };
    }

    private JsonObject List(Shape.ListOf list)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Value(list.Item, part: false) };
        if (list.Most is { } most) schema["maxItems"] = most;
        return AtLeast("minItems", list.Least, schema);
    }

    private JsonObject ByName(Shape.ByName names, bool part)
    {
        var value = Value(names.Value, part);
        var schema = new JsonObject
        {
            ["type"] = "object", ["additionalProperties"] = part ? OrNull(value) : value,
        };
        if (!part) AtLeast("minProperties", names.Least, schema);
        if (!names.Known.IsEmpty) schema["propertyNames"] = Words(new(names.Known));
        if (names.AreNumbers) schema["propertyNames"] = new JsonObject { ["pattern"] = "^[0-9]+$" };
        return schema;
    }

    /// <summary>Which keys a workload may have depends on its kind. In a part that does not say it, on none.</summary>
    private JsonObject Workload(bool part)
    {
        var words = string.Join("\n", WorkloadKinds.All.Select(kind => $"- {kind.Name}: {kind.About}"));
        var kinds = new JsonObject
        {
            ["enum"] = new JsonArray([.. WorkloadKinds.All.Select(kind => (JsonNode)kind.Name)]),
            ["description"] = $"What each task does.\n\n{words}",
        };
        var cases = WorkloadKinds.All.Select(kind => (JsonNode)new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind.Name } },
                ["required"] = new JsonArray("kind"),
            },
            ["then"] = Reference(kind.Table, part),
        }).ToList();
        if (part)
        {
            cases.Add(new JsonObject
            {
                ["if"] = new JsonObject { ["not"] = new JsonObject { ["required"] = new JsonArray("kind") } },
                ["then"] = Reference(WorkloadKinds.TableOf(null), part),
            });
        }

        var schema = new JsonObject
        {
            ["type"] = "object",
            ["description"] = WorkloadKeys.Common.About,
            ["properties"] = new JsonObject { ["kind"] = kinds },
            ["allOf"] = new JsonArray([.. cases]),
        };
        if (!part) schema["required"] = new JsonArray("kind");
        return schema;
    }
}
