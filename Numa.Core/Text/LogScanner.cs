using System.Globalization;

namespace Numa.Core.Text;

/// <summary>Reads one log line from left to right and remembers where it could not go on.</summary>
internal ref struct LogScanner(string text)
{
    private readonly ReadOnlySpan<char> _text = text;

    /// <summary>Where the scanner stands, from 0.</summary>
    public int Position { get; private set; }

    public readonly ReadOnlySpan<char> Rest => _text[Position..];

    public void SkipSpaces()
    {
        while (Position < _text.Length && _text[Position] is ' ' or '\t') Position++;
    }

    /// <summary>Steps over the given text, if it is next.</summary>
    public bool TrySkip(string expected)
    {
        if (!Rest.StartsWith(expected, StringComparison.Ordinal)) return false;
        Position += expected.Length;
        return true;
    }

    /// <summary>Steps behind the next occurrence of the given text.</summary>
    public bool TrySkipPast(string expected)
    {
        var found = Rest.IndexOf(expected, StringComparison.Ordinal);
        if (found < 0) return false;
        Position += found + expected.Length;
        return true;
    }

    /// <summary>Reads a hexadecimal number, with or without 0x.</summary>
    public bool TryHex(out ulong value)
    {
        var start = Position;
        TrySkip("0x");
        var length = Rest.IndexOfAnyExcept(HexDigits);
        if (length < 0) length = Rest.Length;
        if (length is > 0 and <= 16
            && ulong.TryParse(Rest[..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
        {
            Position += length;
            return true;
        }

        Position = start;
        value = 0;
        return false;
    }

    /// <summary>Reads a decimal number, which may be negative.</summary>
    public bool TryNumber(out long value)
    {
        var length = Rest.StartsWith("-", StringComparison.Ordinal) ? 1 : 0;
        while (length < Rest.Length && char.IsAsciiDigit(Rest[length])) length++;
        if (!long.TryParse(Rest[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return false;
        Position += length;
        return true;
    }

    /// <summary>Reads <c>0xstart-0xend</c>.</summary>
    public bool TryRange(out ulong first, out ulong last)
    {
        last = 0;
        return TryHex(out first) && TrySkip("-") && TryHex(out last);
    }

    private const string HexDigits = "0123456789abcdefABCDEF";
}
