using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>Reads the page allocator's events from the text of /sys/kernel/tracing/trace, line after line.</summary>
/// <remarks>Nothing is kept: memory does not grow with the text. Events of other kinds are passed over. Frames are
/// hexadecimal with 0x (5.15 and later) or decimal. Source: <c>print_trace_line</c>, Linux kernel/trace/trace.c, and
/// include/trace/events/kmem.h.</remarks>
/// <param name="file">Named in problems.</param>
public sealed class FtraceReader(TextReader text, string file)
{
    private const int LongestLine = 1 << 16;

    private readonly char[] _buffer = new char[2 * LongestLine];
    private readonly Dictionary<string, string> _texts = [];
    private int _at;
    private int _end;
    private int _line;

    /// <summary>Moves on to the next event.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="InputException">A line is no line of a trace, lacks a field, or the text ends within
    /// it.</exception>
    public bool TryRead(out TraceEvent next)
    {
        while (TryLine(out var line))
        {
            if (line.IsEmpty || line[0] == '#') continue;
            if (TryEvent(line, out next)) return true;
        }

        next = default;
        return false;
    }

    private bool TryLine(out ReadOnlySpan<char> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var length = rest.IndexOf('\n');
            if (length >= 0)
            {
                line = rest[..length].TrimEnd('\r');
                _at += length + 1;
                _line++;
                return true;
            }

            if (rest.Length >= LongestLine) throw Refuse(0, "the line does not end", "the lines of a trace");
            rest.CopyTo(_buffer);
            (_at, _end) = (0, rest.Length);
            var read = text.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            if (read > 0) continue;
            line = default;
            if (_end == 0) return false;
            throw Refuse(_end, "the text ends within a line", "a whole line");
        }
    }

    private bool TryEvent(ReadOnlySpan<char> line, out TraceEvent found)
    {
        if (line.StartsWith("CPU:", StringComparison.Ordinal) && line.Contains(" EVENTS]", StringComparison.Ordinal))
        {
            found = new() { Kind = TraceEventKind.Lost, Line = _line, Text = "" };
            return true;
        }

        if (!TryCpu(line, out var task, out var cpu, out var at))
            throw Refuse(0, "no task and CPU", "'task-pid [cpu] flags seconds: event: fields'");
        if (!TryStamp(line, ref at, out var nanoseconds)) throw Refuse(at, "no time", "seconds.fraction:");
        var colon = line[at..].IndexOf(':');
        if (colon < 0) throw Refuse(at, "no event", "the name of an event and a colon");
        var name = line.Slice(at, colon);
        at = Math.Min(line.Length, at + colon + 2);
        found = default;
        if (KindOf(name) is not { } kind) return false;
        found = new()
        {
            Kind = kind, Line = _line, Cpu = new(cpu), Task = task, Nanoseconds = nanoseconds, Text = "",
        };
        found = kind switch
        {
            TraceEventKind.Mark => found with { Text = line[at..].ToString() },
            TraceEventKind.Reclaim => found,
            TraceEventKind.FellBack => found with
            {
                Frame = Frame(line, at),
                Order = Number(line, at, " alloc_order="),
                FallbackOrder = Number(line, at, " fallback_order="),
                TypeNumber = Number(line, at, " alloc_migratetype="),
                FallbackTypeNumber = Number(line, at, " fallback_migratetype="),
                ChangesOwnership = Number(line, at, " change_ownership=") != 0,
            },
            TraceEventKind.Freed or TraceEventKind.FreedInList => found with
            {
                Frame = Frame(line, at), Order = Number(line, at, " order="),
            },
            _ => found with
            {
                Frame = Frame(line, at),
                Order = Number(line, at, " order="),
                TypeNumber = Number(line, at, " migratetype="),
                Text = kind == TraceEventKind.Allocated ? Kept(Field(line, at, " gfp_flags=")) : "",
            },
        };
        return true;
    }

    private static TraceEventKind? KindOf(ReadOnlySpan<char> name) => name switch
    {
        "mm_page_alloc" => TraceEventKind.Allocated,
        "mm_page_free" => TraceEventKind.Freed,
        "mm_page_free_batched" => TraceEventKind.FreedInList,
        "mm_page_alloc_zone_locked" => TraceEventKind.Taken,
        "mm_page_pcpu_drain" => TraceEventKind.Drained,
        "mm_page_alloc_extfrag" => TraceEventKind.FellBack,
        "mm_vmscan_direct_reclaim_begin" or "mm_vmscan_kswapd_wake" => TraceEventKind.Reclaim,
        "tracing_mark_write" => TraceEventKind.Mark,
        _ => null,
    };

    /// <summary>Finds <c>-pid [cpu] </c>: names of tasks may hold spaces, dashes and brackets.</summary>
    private static bool TryCpu(ReadOnlySpan<char> line, out int task, out int cpu, out int behind)
    {
        (task, cpu, behind) = (0, 0, 0);
        for (var open = line.IndexOf('['); open >= 0;)
        {
            var close = line[open..].IndexOf("] ", StringComparison.Ordinal);
            if (close > 0 && TryNumber(line.Slice(open + 1, close - 1), out cpu))
            {
                var before = line[..open].TrimEnd(' ');
                // With record-tgid the thread group stands between.
                if (before.EndsWith(")", StringComparison.Ordinal) && before.LastIndexOf('(') is >= 0 and var group)
                    before = before[..group].TrimEnd(' ');
                var dash = before.LastIndexOf('-');
                if (dash >= 0 && TryNumber(before[(dash + 1)..], out task))
                {
                    behind = open + close + 2;
                    return true;
                }
            }

            var more = line[(open + 1)..].IndexOf('[');
            open = more < 0 ? -1 : open + 1 + more;
        }

        return false;
    }

    /// <summary>Reads the time; the column of flags before it may be missing.</summary>
    private static bool TryStamp(ReadOnlySpan<char> line, ref int at, out long nanoseconds)
    {
        nanoseconds = 0;
        for (var word = 0; word < 2; word++)
        {
            while (at < line.Length && line[at] == ' ') at++;
            var length = line[at..].IndexOf(' ');
            if (length < 0) return false;
            var stamp = line.Slice(at, length);
            if (stamp.EndsWith(":", StringComparison.Ordinal) && TryTime(stamp[..^1], out nanoseconds))
            {
                at += length + 1;
                return true;
            }

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
        if (point < 0) return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out nanoseconds);
        nanoseconds = 0;
        var fraction = text[(point + 1)..];
        if (fraction.Length > decimals
            || !long.TryParse(text[..point], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds >= most || !TryNumber(fraction, out var part))
        {
            return false;
        }

        var unit = most;
        for (var i = 0; i < fraction.Length; i++) unit /= 10;
        nanoseconds = seconds * most + part * unit;
        return true;
    }

    private PageFrameNumber Frame(ReadOnlySpan<char> line, int from)
    {
        var digits = Field(line, from, " pfn=");
        var isHex = digits.StartsWith("0x", StringComparison.Ordinal);
        if (isHex) digits = digits[2..];
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (long.TryParse(digits, style, CultureInfo.InvariantCulture, out var frame) && frame >= 0)
            return new(frame);
        throw Refuse(from, $"'{digits}' for pfn=", "the number of a frame");
    }

    private int Number(ReadOnlySpan<char> line, int from, string name)
    {
        var digits = Field(line, from, name);
        return TryNumber(digits, out var number)
            ? number
            : throw Refuse(from, $"'{digits}' for {name.Trim()}", "a decimal number");
    }

    private ReadOnlySpan<char> Field(ReadOnlySpan<char> line, int from, string name)
    {
        // The first field too has a space before it: the one behind the event's colon.
        from--;
        var at = line[from..].IndexOf(name, StringComparison.Ordinal);
        if (at < 0) throw Refuse(from, $"an event without {name.Trim()}", "the fields of the kernel's event");
        var value = line[(from + at + name.Length)..];
        var length = value.IndexOf(' ');
        return length < 0 ? value : value[..length];
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>One string for each set of flags: there are few.</summary>
    private string Kept(ReadOnlySpan<char> words)
    {
        var known = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(words, out var kept)) _texts[kept = words.ToString()] = kept;
        return kept;
    }

    private InputException Refuse(int column, string found, string expected)
    {
        // A line without end was not counted yet.
        var line = _at == 0 && _end > 0 && !_buffer.AsSpan(0, _end).Contains('\n') ? _line + 1 : _line;
        return new([new(new(file, line, column + 1), "NUMA230", $"found {found}; expected {expected}")]);
    }
}
