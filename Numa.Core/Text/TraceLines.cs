using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>The lines of a long text, one after the other; nothing of it is kept.</summary>
/// <param name="file">Named in problems.</param>
internal sealed class TraceLines(TextReader text, string file)
{
    private const int LongestLine = 1 << 16;

    private readonly char[] _buffer = new char[2 * LongestLine];
    private int _at;
    private int _end;
    private bool _isOver;

    /// <summary>Number of the line read last, from 1; 0 before the first.</summary>
    public int Number { get; private set; }

    /// <summary>Moves on to the next line.</summary>
    /// <param name="line">Valid until the next call.</param>
    /// <returns>False at the end of the text, and after a problem that leaves no more lines.</returns>
    /// <exception cref="InputException">The text breaks off within a line, or cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<char> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var length = rest.IndexOf('\n');
            if (length >= 0)
            {
                line = rest[..length].TrimEnd('\r');
                _at += length + 1;
                Number++;
                return true;
            }

            line = default;
            if (_isOver) return false;
            if (rest.Length >= LongestLine) throw End(0, "a line that does not end", "the lines of a trace");
            rest.CopyTo(_buffer);
            (_at, _end) = (0, rest.Length);
            var read = Fill();
            _end += read;
            if (read > 0) continue;
            if (_end == 0) return false;
            throw End(_end, "a text that ends within a line", "a whole line");
        }
    }

    /// <summary>A problem in the line read last.</summary>
    /// <param name="column">Counted from 0.</param>
    public InputException Refuse(int column, string found, string expected) =>
        new([new(new(file, Number, column + 1), "NUMA230", $"found {found}; expected {expected}")]);

    private int Fill()
    {
        try
        {
            return text.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw End(0, $"a text that cannot be read any further: {exception.Message}", "a whole trace");
        }
    }

    /// <summary>A problem in the line that was not read to its end.</summary>
    private InputException End(int column, string found, string expected)
    {
        (_at, _end, _isOver) = (0, 0, true);
        Number++;
        return Refuse(column, found, expected);
    }
}
