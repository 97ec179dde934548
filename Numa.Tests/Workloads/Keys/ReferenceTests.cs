namespace Numa.Tests.Workloads.Keys;

// Goal: the reference names every key, with its bounds, its default and what it rests on. Method: it is written from the
// tables; NUMA_UPDATE_SNAPSHOTS=1 writes it again.
public class ReferenceTests
{
    private const string Begin = "<!-- keys: written from the tables by ReferenceTests -->\n";
    private const string End = "\n<!-- end of keys -->";

    [Fact]
    public void The_reference_is_what_the_tables_say()
    {
        var file = Path.Combine(ScenarioTexts.Configs, "..", "docs", "scenario-files.md");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, start, StringComparison.Ordinal);
        var written = KeyReference.Text();
        if (Environment.GetEnvironmentVariable("NUMA_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(file, text[..start] + written + text[end..]);
        else Assert.Equal(written, text[start..end]);
    }
}
