namespace Numa.Core.Text;

/// <summary>What stands before the event in a line of a trace: who, on which CPU, when.</summary>
internal ref struct TraceLineHead
{
    /// <summary>More CPUs than a kernel can be built for.</summary>
    private const int CpuLimit = 8192;

    /// <summary>Number of the task that ran; 0 is the idle task.</summary>
    public int Task;

    /// <summary>By its name the task is one of the kernel's workers.</summary>
    public bool IsWorker;
    public int Cpu;
    public long Nanoseconds;

    /// <summary>In an interrupt, or with bottom halves off, as far as the column of flags tells.</summary>
    public bool IsInterrupt;

    /// <summary>The column of flags is there, and its third says so.</summary>
    public bool ServesInterrupt;

    /// <summary>Where the time stands.</summary>
    public int TimeAt;

    /// <summary>Where the event begins; after a failure where the problem is.</summary>
    public int Behind;

    /// <summary>After a failure what is missing.</summary>
    public string Problem;

    /// <summary>Finds <c>-pid [cpu] seconds: </c> (ftrace), or <c> tid [cpu] seconds: </c> (perf script).</summary>
    /// <remarks>Names of tasks may hold spaces, dashes and brackets; the right bracket is one with a number before it
    /// and a time behind.</remarks>
    public static bool TryRead(ReadOnlySpan<char> line, out TraceLineHead head)
    {
        head = default;
        head.Problem = "no CPU in brackets";
        for (var from = 0; ;)
        {
            var open = line[from..].IndexOf('[');
            if (open < 0) return false;
            open += from;
            from = open + 1;
            var close = line[from..].IndexOf("] ", StringComparison.Ordinal);
            if (close <= 0) continue;
            if (!TryNumber(line.Slice(from, close), out head.Cpu)) continue;
            if (head.Cpu >= CpuLimit || !TryTask(line[..open], out head.Task))
            {
                head.Problem = head.Cpu >= CpuLimit ? "a CPU above 8191" : "no number of a task before the CPU";
                head.Behind = open;
                continue;
            }

            head.IsWorker = line[..open].TrimStart(' ').StartsWith("kworker/", StringComparison.Ordinal);
            if (TryStamp(line, from + close + 1, ref head)) return true;
            (head.Problem, head.Behind) = ("no time behind the CPU", from + close + 2);
        }
    }

    private static bool TryTask(ReadOnlySpan<char> before, out int task)
    {
        before = before.TrimEnd(' ');
        // With record-tgid the thread group stands between.
        if (before.EndsWith(")", StringComparison.Ordinal) && before.LastIndexOf('(') is >= 0 and var group)
            before = before[..group].TrimEnd(' ');
        var digits = before.Length;
        while (digits > 0 && char.IsAsciiDigit(before[digits - 1])) digits--;
        if (digits == 0 || before[digits - 1] is '-' or ' ' or '/') return TryNumber(before[digits..], out task);
        task = 0;
        return false;
    }

    /// <summary>Reads the time; the column of flags before it may be missing.</summary>
    private static bool TryStamp(ReadOnlySpan<char> line, int at, ref TraceLineHead head)
    {
        for (var word = 0; word < 2; word++)
        {
            while (at < line.Length && line[at] == ' ') at++;
            var length = line[at..].IndexOf(' ');
            if (length < 0) length = line.Length - at;
            if (length > 1 && line[at + length - 1] == ':' && TryTime(line.Slice(at, length - 1), out head.Nanoseconds))
            {
                (head.TimeAt, head.Behind) = (at, at + length);
                return true;
            }

            var hasFlags = length > 2;
            head.ServesInterrupt = hasFlags && line[at + 2] is 'h' or 'H' or 's' or 'z' or 'Z';
            head.IsInterrupt = head.ServesInterrupt || (hasFlags && line[at] is 'b' or 'D');
            at += length;
        }

        return false;
    }

    /// <summary>Reads seconds with up to nine decimals; clocks that count print no point, and one count is taken as a
    /// nanosecond.</summary>
    private static bool TryTime(ReadOnlySpan<char> text, out long nanoseconds)
    {
        const int decimals = 9;
        const long most = 1_000_000_000;
        var point = text.IndexOf('.');
        if (point < 0) return Digits.TryDecimal(text, out nanoseconds);
        nanoseconds = 0;
        var fraction = text[(point + 1)..];
        if (fraction.Length > decimals || !Digits.TryDecimal(text[..point], out var seconds) || seconds >= most
            || !Digits.TryDecimal(fraction, out var part))
        {
            return false;
        }

        var unit = most;
        for (var i = 0; i < fraction.Length; i++) unit /= 10;
        nanoseconds = seconds * most + part * unit;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        var isRead = Digits.TryDecimal(digits, out var value) && value <= int.MaxValue;
        number = isRead ? (int)value : 0;
        return isRead;
    }
}
