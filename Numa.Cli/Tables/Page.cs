using Spectre.Console;

namespace Numa.Cli.Tables;

/// <summary>Lines and sheets on their way to standard output.</summary>
/// <remarks>
/// Sheets are laid out for 120 columns and never wrapped: a narrower terminal folds a whole line, which stays legible
/// where a folded cell does not. Without a terminal the text is plain ASCII and no line ends in blanks.
/// </remarks>
internal sealed class Page
{
    /// <summary>Columns that every sheet is laid out for.</summary>
    public const int Width = 120;

    /// <summary>Leaves room for a quotation's indent.</summary>
    private const int SentenceWidth = Width - 4;

    private const string Indent = "  ";

    private const int NeverWrap = 4096;
    private readonly StringWriter _text = new() { NewLine = "\n" };
    private readonly IAnsiConsole _console;

    private Page(bool rich)
    {
        Rich = rich;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = rich ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = rich ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(_text),
            // What the environment says about colour was decided by the terminal already.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        _console.Profile.Width = NeverWrap;
        _console.Profile.Capabilities.Unicode = rich;
    }

    /// <summary>Colours and block characters may be used.</summary>
    public bool Rich { get; }

    /// <summary>Writes a whole page at once, so that nothing else on the terminal comes between its lines.</summary>
    public static void Print(Terminal terminal, Action<Page> write)
    {
        var page = new Page(terminal.Rich);
        write(page);
        foreach (var line in page._text.ToString().TrimEnd('\n').Split('\n'))
            terminal.Output.WriteLine(line.TrimEnd());
    }

    public void Title(string text) => Fold(text, "", new Style(decoration: Decoration.Bold));

    public void Line(string text = "") => Write(text, Style.Plain);

    /// <summary>A sentence, folded at blanks where it is longer than a line.</summary>
    public void Sentence(string text) => Fold(text, Indent, Style.Plain);

    /// <summary>A sentence that must not be overlooked.</summary>
    public void Alarm(string text) => Fold(text, Indent, Warning);

    private void Fold(string text, string indent, Style style)
    {
        var line = indent;
        foreach (var (gap, word) in Words(text))
        {
            if (line.Length + gap.Length + word.Length > SentenceWidth && line.Trim().Length > 0)
            {
                Write(line, style);
                line = indent + Indent;
            }
            else
            {
                line += gap;
            }

            line += word;
        }

        Write(line, style);
    }

    /// <summary>What stays in one line, with the blanks before it: words, and numbers with their blanks and
    /// units.</summary>
    private static IEnumerable<(string Gap, string Word)> Words(string text)
    {
        var (from, at) = (0, 0);
        while (at < text.Length)
        {
            var end = text.IndexOf(' ', at);
            if (end < 0) end = text.Length;
            var next = end;
            while (next < text.Length && text[next] == ' ') next++;
            var goesOn = next == end + 1 && next < text.Length && end > at && char.IsAsciiDigit(text[end - 1])
                && (char.IsAsciiDigit(text[next]) || text[next] is '%' or '/');
            at = next;
            if (goesOn) continue;
            var word = text[from..end].TrimStart(' ');
            yield return (text[from..(end - word.Length)], word);
            from = end;
        }
    }

    public void Draw(Sheet sheet)
    {
        // A grid, as a table without borders drops the space between its columns.
        var grid = new Grid();
        foreach (var (_, left) in sheet.Headings)
        {
            grid.AddColumn(new GridColumn
            {
                Alignment = left ? Justify.Left : Justify.Right,
                NoWrap = true,
                Padding = new Padding(2, 0, 0, 0),
            });
        }

        grid.AddRow([.. sheet.Headings.Select(heading => new Text(heading.Text, Heading))]);
        foreach (var row in sheet.Rows)
            grid.AddRow([.. row.Select(cell => new Text(cell.Text, cell.Alarm ? Warning : Style.Plain))]);
        _console.Write(grid);
    }

    private static Style Heading => new(decoration: Decoration.Dim);

    private static Style Warning => new(Color.Red, decoration: Decoration.Bold);

    private void Write(string text, Style style) => _console.Write(new Text(text + "\n", style));
}
