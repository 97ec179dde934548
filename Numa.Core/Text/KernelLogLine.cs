namespace Numa.Core.Text;

/// <summary>A line of a kernel log without its time stamp.</summary>
/// <param name="Number">Line of the file, from 1.</param>
/// <param name="Column">Column of the file where the text begins, from 1.</param>
/// <param name="Text">What the kernel printed.</param>
public readonly record struct KernelLogLine(int Number, int Column, string Text)
{
    private const int LongestPrefix = 160;
    private const string Journal = " kernel: ";

    /// <summary>Takes off what dmesg, dmesg -T, journalctl or a serial console put before the kernel's text.</summary>
    public static KernelLogLine From(int number, string raw)
    {
        var text = raw.AsSpan().TrimEnd('\r');
        var at = 0;
        var journal = text[..Math.Min(text.Length, LongestPrefix)].IndexOf(Journal);
        // Only a journal begins with a date or a host name; the kernel's own lines begin with a stamp or the text.
        if (journal > 0 && text[0] is not ('[' or '<') && text[..journal].Contains(':')) at = journal + Journal.Length;
        if (at < text.Length && text[at] == '<' && text[at..].IndexOf('>') is > 1 and < 6 and var level
            && char.IsAsciiDigit(text[at + 1])) at += level + 1;
        while (at < text.Length && text[at] == '[')
        {
            var length = text[at..].IndexOf(']');
            if (length < 0 || !IsStamp(text.Slice(at + 1, length - 1))) break;
            at += length + 1;
            if (at < text.Length && text[at] == ' ') at++;
        }

        return new(number, at + 1, text[at..].ToString());
    }

    /// <summary>Seconds since boot, a weekday with date and time, or the caller's task or CPU (T1, C0).</summary>
    private static bool IsStamp(ReadOnlySpan<char> text)
    {
        text = text.Trim(' ');
        if (text.Length == 0) return false;
        if (text[0] is 'T' or 'C' && text.Length > 1 && text[1..].IndexOfAnyExceptInRange('0', '9') < 0) return true;
        if (text[0] is >= 'A' and <= 'Z') return text.Length is >= 20 and <= 32 && text.Count(':') == 2;
        return text.Contains('.') && text.IndexOfAnyExcept("0123456789.") < 0;
    }
}
