namespace Numa.Core.Text;

/// <summary>Numbers of long texts: digits alone, of no culture.</summary>
internal static class Digits
{
    /// <returns>False when the text is empty, too long for a number, or holds anything but decimal digits.</returns>
    public static bool TryDecimal(ReadOnlySpan<char> text, out long number)
    {
        const int most = 18;
        number = 0;
        if (text.Length is 0 or > most) return false;
        foreach (var letter in text)
        {
            if (!char.IsAsciiDigit(letter)) return false;
            number = 10 * number + (letter - '0');
        }

        return true;
    }

    /// <returns>False when the text is empty, too long for a number, or holds anything but hexadecimal
    /// digits.</returns>
    public static bool TryHex(ReadOnlySpan<char> text, out long number)
    {
        const int most = 15;
        number = 0;
        if (text.Length is 0 or > most) return false;
        foreach (var letter in text)
        {
            if (!char.IsAsciiHexDigit(letter)) return false;
            var digit = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
            number = 16 * number + digit;
        }

        return true;
    }
}
