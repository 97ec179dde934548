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
    [InlineData("kind: aging, cpus: 0, types: {movable: 100%}", true)]
    [InlineData("kind: aging, cpus: 0, types: {cma: 100%}", false)]
    [InlineData("kind: slab-churn, cpus: 0, orders: {10: 100%}", true)]
    [InlineData("kind: slab-churn, cpus: 0, orders: {11: 100%}", false)]
    [InlineData("kind: slab-churn, cpus: 0, lifetime: {uniform: [1us, 2us]}", true)]
    [InlineData("kind: slab-churn, cpus: 0, lifetime: {uniform: [1us]}", false)]
    [InlineData("kind: slab-churn, cpus: 0, lifetime: {uniform: [1us, 2us, 3us]}", false)]
    public void A_schema_knows_names_and_lengths_as_the_reader_does(string workload, bool isRight)
    {
        var text = $"machine: pair.yaml\nworkloads: {{a: {{{workload}}}}}";
        Assert.Equal(isRight, SchemaFile.Scenario.Accepts(text));
        if (isRight) ScenarioTexts.Parse(text);
        else Assert.NotEmpty(ScenarioTexts.Problems(text));
    }

    [Theory]
    [InlineData("1GiB", true)]
    [InlineData("65536", true)]
    [InlineData("1GB", false)]
    public void A_schema_takes_a_size_for_min_free_kbytes(string value, bool isRight) =>
        Assert.Equal(isRight, SchemaFile.Scenario.Accepts(
            $"sysctls: {{vm.min_free_kbytes: {value}}}\n{ScenarioTexts.Scenario}"));

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
