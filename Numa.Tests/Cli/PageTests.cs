using Numa.Cli;
using Numa.Cli.Tables;

namespace Numa.Tests.Cli;

// Goal: nothing that is a sentence is wider than a page, and what belongs together stays in one line.
public class PageTests
{
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("twelve pages", 30));

    [Fact]
    public void Sentences_alarms_and_titles_are_folded_alike()
    {
        var sentence = Of(page => page.Sentence(Long));
        Assert.All(sentence, line => Assert.InRange(line.Length, 1, 116));
        Assert.StartsWith("  twelve", sentence[0], StringComparison.Ordinal);
        Assert.All(sentence[1..], line => Assert.Matches("^    [tp]", line));
        Assert.Equal(Long, string.Join(' ', sentence.Select(line => line.Trim())));
        Assert.Equal(sentence, Of(page => page.Alarm(Long)));
        Assert.All(Of(page => page.Title(Long))[1..], line => Assert.Matches("^  [tp]", line));
    }

    [Fact]
    public void Blanks_within_a_line_and_within_numbers_stay()
    {
        Assert.Equal(["  hash  5   6"], Of(page => page.Sentence("hash  5   6")));
        Assert.Equal([""], Of(page => page.Sentence("")));
        var numbers = Of(page => page.Sentence(string.Join("  ", Enumerable.Repeat("12 345 678 /s", 30))));
        Assert.All(numbers, line => Assert.Equal(0, (line.Trim().Length + 2) % "12 345 678 /s  ".Length));
        Assert.Equal(["  " + new string('x', 200)], Of(page => page.Sentence(new string('x', 200))));
    }

    private static string[] Of(Action<Page> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        Page.Print(new Terminal(output, output, Rich: false, ErrorIsTerminal: false, Debug: false), write);
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
