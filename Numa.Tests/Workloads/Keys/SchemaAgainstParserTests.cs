using System.Text.Json.Nodes;
using CsCheck;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Keys;

// Goal: schema and parser agree on what a file may say. Method: one mistake is planted in a shipped scenario, which
// both must refuse; and what the parser takes of texts with random other values, the schema must take. What a schema
// cannot tell stands in docs/scenario-files.md.
public class SchemaAgainstParserTests
{
    private static readonly string Folder = Path.Combine(ScenarioTexts.Configs, "scenarios");

    private static readonly string[] Texts = [.. Directory.GetFiles(Folder, "*.yaml")
        .Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    /// <summary>Mappings whose keys are names of the file's own.</summary>
    private static readonly string[] OwnNames = ["workloads", "weightedInterleave"];

    private static readonly string[] WithWords =
        ["kind", "release", "mix", "lru", "clock", "zonelistOrder", "type", "leave", "kernel", "gfp"];

    private static readonly string[] Values =
    [
        "0", "1", "7", "-1", "1_000", "1024", "10%", "0%", "64MiB", "8 GiB", "4096B", "1TiB", "50ms", "1.5us", ".5s", "5.s",
        "none", "all", "0-3", "0 - 1, 3", "local", "file", "low", "[0, 1]", "[]", "{}", "{bind: [0]}", "{0: 3}", "\"0:Normal\"",
        "\"3\"", "4.4", "\"6.1\"", "GFP_KERNEL", "GFP_KERNEL | __GFP_COMP", "unlimited", "default", "zone", "always", "~", "",
        "yes", "true", "\"\"", "fill", "storm", "a text", "zonelistOrder=node,zone",
    ];

    private static readonly Gen<(string Kind, string Text)> Mistake =
        from text in OneOf(Texts)
        from place in Gen.Int[0, 10_000]
        from kind in OneOf("key", "word", "unit", "number")
        select (kind, Planted(text, kind, place));

    private static readonly Gen<string> Changed =
        from text in OneOf(Texts)
        from place in Gen.Int[0, 10_000]
        from value in OneOf(Values)
        select WithValue(text, place, value);

    [Fact]
    public void A_planted_mistake_is_refused_by_both() => Mistake.Where(made => made.Text != "").Sample(made =>
        !ParserAccepts(made.Text) && !SchemaFile.Scenario.Accepts(made.Text), iter: 2_000);

    [Fact]
    public void What_the_parser_accepts_the_schema_accepts() => Changed.Sample(text =>
    {
        if (ParserAccepts(text)) Assert.Equal("", SchemaFile.Scenario.Faults(text));
    }, iter: 4_000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static bool ParserAccepts(string text)
    {
        try
        {
            ScenarioParser.Parse(text, Path.Combine(Folder, "mutant.yaml"), [], (path, from) =>
                path.EndsWith(".yaml", StringComparison.Ordinal)
                    ? ScenarioLoader.FindMachine(path, from)
                    : new(path, null));
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <summary>The text with one mistake, as JSON, which is YAML too; empty when there is no place for it.</summary>
    private static string Planted(string text, string kind, int place)
    {
        var root = YamlAsJson.Read(text)!;
        var places = Objects(root).SelectMany(at => at.Select(entry => (At: at, entry.Key, entry.Value)))
            .Where(at => Fits(kind, at.At, at.Key, at.Value)).ToList();
        if (places.Count == 0) return "";
        var (mapping, key, value) = places[place % places.Count];
        if (kind == "key")
        {
            mapping.Remove(key);
            mapping[key + "q"] = value;
        }
        else
        {
            mapping[key] = kind switch
            {
                "word" => "wrongword",
                "unit" => JsonValue.Create(value!.GetValue<string>().TrimEnd("KMGTiBnums%".ToCharArray())),
                _ => JsonValue.Create(-5),
            };
        }

        return root.ToJsonString();
    }

    private static bool Fits(string kind, JsonObject mapping, string key, JsonNode? value)
    {
        var parent = mapping.Parent is JsonObject ? mapping.GetPropertyName() : "";
        return kind switch
        {
            "key" => !OwnNames.Contains(parent),
            "word" => WithWords.Contains(key),
            "unit" => key is "size" or "duration" or "think" or "workingSet" or "memory" or "at" or "start"
                && value is JsonValue text && text.TryGetValue<string>(out var written) && char.IsAsciiDigit(written[0]),
            // A sysctl of a machine that is not booted yet is checked when it boots.
            _ => value is JsonValue number && number.TryGetValue<decimal>(out _)
                && !key.StartsWith("vm.", StringComparison.Ordinal),
        };
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject mapping => mapping.SelectMany(entry => Objects(entry.Value)).Prepend(mapping),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    /// <summary>The text with the value of one of its lines, or of one item in braces, replaced.</summary>
    private static string WithValue(string text, int place, string value)
    {
        // Not sysctls: whether a release takes one of a captured machine is known when that boots.
        var starts = Enumerable.Range(1, text.Length - 1).Where(i => text[i - 1] == ':' && text[i] == ' ')
            .Where(i => !text[(text.LastIndexOf('\n', i) + 1)..i].Contains("vm.", StringComparison.Ordinal)).ToList();
        var start = starts[place % starts.Count] + 1;
        var end = start;
        var depth = 0;
        while (end < text.Length && text[end] is not ('\n' or '#') && (depth > 0 || text[end] is not (',' or '}')))
        {
            if (text[end] is '{' or '[') depth++;
            if (text[end] is '}' or ']') depth--;
            end++;
        }

        return text[..start] + value + " " + text[end..];
    }
}
