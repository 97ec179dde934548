namespace Numa.Core.Text;

/// <summary>A line of a kernel log without its time stamp.</summary>
/// <param name="Number">Line of the file, from 1.</param>
/// <param name="Column">Column of the file where the text begins, from 1.</param>
/// <param name="Text">What the kernel printed.</param>
public readonly record struct KernelLogLine(int Number, int Column, string Text)
{
    private const int LongestPrefix = 160;
    private const string Journal = " kernel: ";
    private const string LevelCharacters = "abcdefghijklmnopqrstuvwxyz0123456789: ";
    private const int IsoLength = 19;

    /// <summary>Takes off what dmesg, dmesg -T, journalctl or a serial console put before the kernel's text.</summary>
    public static KernelLogLine From(int number, string raw)
    {
        var text = raw.AsSpan().TrimEnd('\r');
        var at = 0;
        var journal = text[..Math.Min(text.Length, LongestPrefix)].IndexOf(Journal);
        // Only a journal begins with a date or a host name; the kernel's own lines begin with a stamp or the text.
        if (journal > 0 && text[0] is not ('[' or '<') && text[..journal].Contains(':')) at = journal + Journal.Length;
        else at = Decoded(text);
        if (at < text.Length && text[at] == '<' && text[at..].IndexOf('>') is > 1 and < 6 and var level
            && char.IsAsciiDigit(text[at + 1])) at += level + 1;
        while (at < text.Length && text[at] == '[')
        {
            var length = text[at..].IndexOf(']');
            if (length < 0 || !IsStamp(text.Slice(at + 1, length - 1))) break;
            at += length + 1;
            if (at < text.Length && text[at] == ' ') at++;
            // journalctl -o short-monotonic puts the host's name behind the stamp.
            if (text[at..].IndexOf(Journal) is var host and > 0 && text[at..(at + host)].IndexOf(' ') < 0)
                at += host + Journal.Length;
        }

        return new(number, at + 1, text[at..].ToString());
    }

    /// <summary>Length of what <c>dmesg -x</c> puts before the stamp, <c>kern  :info  : </c>, or
    /// <c>dmesg --time-format iso</c>, a date and time.</summary>
    private static int Decoded(ReadOnlySpan<char> text)
    {
        if (text.Length > IsoLength && char.IsAsciiDigit(text[0]) && text[4] == '-' && text[10] == 'T')
            return text.IndexOf(' ') is var space and > 0 ? space + 1 : 0;
        if (text.Length == 0 || !char.IsAsciiLetterLower(text[0])) return 0;
        var stamp = text[..Math.Min(text.Length, LongestPrefix)].IndexOf(": [");
        return stamp > 0 && text[..stamp].Count(':') == 1 && text[..stamp].IndexOfAnyExcept(LevelCharacters) < 0
            ? stamp + 2
            : 0;
    }

    /// <summary>Seconds since boot, a weekday with date and time, or the caller's task or CPU (T1, C0).</summary>
    private static bool IsStamp(ReadOnlySpan<char> text)
    {
        text = text.Trim(' ');
        if (text.Length == 0) return false;
        if (text[0] is 'T' or 'C' && text.Length > 1 && text[1..].IndexOfAnyExceptInRange('0', '9') < 0) return true;
        // A weekday with date and time, or with dmesg --reltime a month with day and minute.
        if (text[0] is >= 'A' and <= 'Z') return text.Length is >= 11 and <= 32 && text.Count(':') is 1 or 2;
        if (text[0] == '+') text = text[1..].TrimStart(' ');
        return text.Contains('.') && text.IndexOfAnyExcept("0123456789.") < 0;
    }
}
