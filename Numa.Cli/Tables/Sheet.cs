namespace Numa.Cli.Tables;

/// <summary>A cell; one that raises an alarm is drawn in red and also says so in its text.</summary>
internal readonly record struct Cell(string Text, bool Alarm = false)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>An aligned block of rows under one line of headings.</summary>
/// <param name="headings">A heading that starts with <c>&lt;</c> aligns its column to the left.</param>
internal sealed class Sheet(params IEnumerable<string> headings)
{
    private readonly List<Cell[]> _rows = [];

    public IReadOnlyList<(string Text, bool Left)> Headings { get; } =
        [.. headings.Select(heading => heading.StartsWith('<') ? (heading[1..], true) : (heading, false))];

    public IReadOnlyList<IReadOnlyList<Cell>> Rows => _rows;

    public void Row(params IEnumerable<Cell> cells) => _rows.Add([.. cells]);
}
