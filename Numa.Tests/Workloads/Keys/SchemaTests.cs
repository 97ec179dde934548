using KeySchema = Numa.Workloads.Scenarios.Keys.JsonSchema;

namespace Numa.Tests.Workloads.Keys;

// Goal: editors know the files that Numa reads: the shipped schemas are those of the code, and every shipped file names
// its schema and passes it.
public class SchemaTests
{
    public static TheoryData<string> Schemas => [.. KeySchema.Tables.Keys];

    public static TheoryData<string> Files => [.. Directory
        .GetFiles(ScenarioTexts.Configs, "*.yaml", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(ScenarioTexts.Configs, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void A_shipped_schema_is_what_the_code_makes(string name)
    {
        var file = Path.Combine(ScenarioTexts.Configs, "schema", name + ".schema.json");
        var text = KeySchema.Of(KeySchema.Tables[name]);
        if (Environment.GetEnvironmentVariable("NUMA_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(file, text);
        Assert.Equal(text, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_shipped_file_names_its_schema_and_passes_it(string name)
    {
        var file = Path.Combine(ScenarioTexts.Configs, name);
        var text = File.ReadAllText(file);
        var schema = Path.GetFileName(name) == "policy.yaml" ? SchemaFile.Policy
            : name.StartsWith("machines", StringComparison.Ordinal) ? SchemaFile.Machine : SchemaFile.Scenario;
        var folder = Path.GetDirectoryName(file)!;
        var path = Path.GetRelativePath(folder,
            Path.Combine(ScenarioTexts.Configs, "schema", schema.Name + ".schema.json")).Replace('\\', '/');
        Assert.Equal($"# yaml-language-server: $schema={path}", text.ReplaceLineEndings("\n").Split('\n')[0]);
        Assert.Equal("", schema.Faults(text));
    }
}
