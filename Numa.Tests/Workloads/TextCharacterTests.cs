using System.Text;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: a file that is no text, or a damaged one, is refused where the damage is, and every way to write the same text
// is read. Method: bytes on a disk.
public sealed class TextCharacterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("numa-text").FullName;

    public TextCharacterTests() => File.WriteAllText(Path.Combine(_folder, "pair.yaml"), ScenarioTexts.Machine);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("fill:", "fi\u00ffll:", "3:5: error NUMA101: bytes here are no text of the file's encoding;"
        + " expected UTF-8, or UTF-16 with its mark")]
    [InlineData("cpus: 0", "cpus: \0 all",
        "5:11: error NUMA101: character U+0000 is no text; expected what can be printed")]
    [InlineData("machine", "\u0007machine",
        "1:1: error NUMA101: character U+0007 is no text; expected what can be printed")]
    public void What_is_no_text_is_refused_where_it_stands(string whole, string damaged, string expected)
    {
        var text = ScenarioTexts.Scenario.Replace(whole, damaged, StringComparison.Ordinal);
        Assert.Equal([$"{FileOf("s.yaml")}:{expected}"], Problems(Encoding.Latin1.GetBytes(text)));
    }

    [Fact]
    public void Half_a_character_is_no_text() => Assert.Equal(
        ["s.yaml:3:1: error NUMA101: half a character (a surrogate alone) is no text"],
        ScenarioTexts.Problems("seed: 1\nname: \ud83d\ude00\n\ud800"));

    [Fact]
    public void A_damaged_machine_is_named_with_its_own_place()
    {
        File.WriteAllBytes(FileOf("pair.yaml"), [(byte)'#', 0xff]);
        Assert.Equal([$"{FileOf("pair.yaml")}:1:2: error NUMA101: bytes here are no text of the file's encoding;"
            + " expected UTF-8, or UTF-16 with its mark"], Problems(Encoding.UTF8.GetBytes(ScenarioTexts.Scenario)));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_scenario_with_a_mark_is_read(string encoding)
    {
        var known = Encoding.GetEncoding(encoding);
        File.WriteAllBytes(FileOf("s.yaml"), [.. known.GetPreamble(), .. known.GetBytes(ScenarioTexts.Scenario)]);
        Assert.Equal("fill", Assert.Single(ScenarioLoader.Load(FileOf("s.yaml"), []).Workloads).Name);
    }

    [Theory]
    [InlineData("", "the document is empty")]
    [InlineData("# nothing\n", "the document is empty")]
    public void Even_an_empty_file_has_a_place(string text, string expected) =>
        Assert.Equal([$"{FileOf("s.yaml")}:1:1: error NUMA101: {expected}"], Problems(Encoding.UTF8.GetBytes(text)));

    private string[] Problems(byte[] bytes)
    {
        File.WriteAllBytes(FileOf("s.yaml"), bytes);
        return [.. Assert.Throws<InputException>(() => ScenarioLoader.Load(FileOf("s.yaml"), [])).Problems
            .Select(problem => problem.ToString())];
    }

    private string FileOf(string name) => Path.Combine(_folder, name);
}
