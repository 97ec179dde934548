using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>Reads the page allocator's events from the text of a trace, line after line: of
/// /sys/kernel/tracing/trace, of <c>trace-cmd report</c>, or of <c>perf script</c>.</summary>
/// <remarks>
/// Nothing is kept: memory does not grow with the text. Events of other kinds are passed over. Frames are hexadecimal
/// with 0x (5.15 and later) or decimal. The first bad line ends the reading; what is wrong with later lines is told
/// with it. Source: <c>print_trace_line</c>, Linux kernel/trace/trace.c, include/trace/events/kmem.h, and
/// perf-script(1).
/// </remarks>
/// <param name="file">Named in problems.</param>
public sealed partial class FtraceReader(TextReader text, string file)
{
    /// <summary>A text with more problems than these is wrong as a whole.</summary>
    private const int MostProblems = 20;

    private const string Form =
        "'task-pid [cpu] flags seconds: event: fields' or perf script's 'task tid [cpu] seconds: event: fields'";

    private readonly TraceLines _lines = new(text, file);
    private readonly Dictionary<string, string> _texts = [];
    private long[] _last = new long[16];
    private bool _isTrace;

    /// <summary>Moves on to the next event.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="InputException">A line is no line of a trace, lacks a field, comes before an earlier one of its
    /// CPU, or the text ends within it.</exception>
    public bool TryRead(out TraceEvent next)
    {
        try
        {
            return TryNext(out next);
        }
        catch (InputException exception) when (_isTrace)
        {
            throw new InputException(WithLater(exception.Problems));
        }
    }

    private List<Problem> WithLater(IReadOnlyList<Problem> first)
    {
        List<Problem> problems = [.. first];
        while (problems.Count < MostProblems)
        {
            try
            {
                if (!TryNext(out _)) break;
            }
            catch (InputException exception)
            {
                problems.AddRange(exception.Problems);
            }
        }

        return problems;
    }

    private bool TryNext(out TraceEvent next)
    {
        while (_lines.TryRead(out var line))
        {
            if (line.IsEmpty || line[0] == '#') continue;
            if (TryEvent(line, out next)) return true;
        }

        next = default;
        return false;
    }

    private bool TryEvent(ReadOnlySpan<char> line, out TraceEvent found)
    {
        found = default;
        if (line[0] is 'C' or 'c' && TryNotice(line, out var isLost))
        {
            found = new() { Kind = TraceEventKind.Lost, Line = _lines.Number, Text = "" };
            return isLost;
        }

        if (!TraceLineHead.TryRead(line, out var head)) throw Refuse(head.Behind, head.Problem, Form);
        _isTrace = true;
        Order(head);
        var at = head.Behind;
        var name = Name(line, ref at);
        var pressure = PressureOf(name);
        if ((pressure is null ? KindOf(name) : TraceEventKind.Pressure) is not { } kind)
        {
            if (name.StartsWith("mm_page_", StringComparison.Ordinal)) throw Unknown(name.ToString(), head.Behind);
            return false;
        }

        found = new()
        {
            Kind = kind, Line = _lines.Number, Cpu = new(head.Cpu), Task = head.Task, IsWorker = head.IsWorker,
            IsInterrupt = head.IsInterrupt, ServesInterrupt = head.ServesInterrupt, Nanoseconds = head.Nanoseconds,
            Text = "",
        };
        found = kind switch
        {
            TraceEventKind.Mark => found with { Text = line[at..].Trim(' ').ToString() },
            TraceEventKind.Pressure => found with { Pressure = Pressure(pressure!.Value, line, at) },
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
                Text = kind == TraceEventKind.Allocated ? Kept(Field(line, at, " gfp_flags=", out _)) : "",
            },
        };
        return true;
    }

    /// <summary>Lines that are no events: <c>CPU:0 [LOST 12 EVENTS]</c>, and how <c>trace-cmd report</c>
    /// begins.</summary>
    private static bool TryNotice(ReadOnlySpan<char> line, out bool isLost)
    {
        isLost = line.StartsWith("CPU:", StringComparison.Ordinal) && line.EndsWith("]", StringComparison.Ordinal)
            && line.Contains(" EVENTS", StringComparison.Ordinal);
        return isLost || line.StartsWith("cpus=", StringComparison.Ordinal)
            || (line.StartsWith("CPU ", StringComparison.Ordinal)
                && line.EndsWith(" is empty", StringComparison.Ordinal));
    }

    private void Order(in TraceLineHead head)
    {
        if (head.Cpu >= _last.Length) Array.Resize(ref _last, Math.Max(head.Cpu + 1, 2 * _last.Length));
        var last = _last[head.Cpu];
        _last[head.Cpu] = head.Nanoseconds;
        if (head.Nanoseconds >= last) return;
        throw Refuse(head.TimeAt, FormattableString.Invariant(
            $"{Seconds(head.Nanoseconds)} after {Seconds(last)} on CPU {head.Cpu}"),
            "times that do not go back on a CPU");
    }

    private static string Seconds(long nanoseconds) =>
        (nanoseconds / 1e9m).ToString("0.000000###", CultureInfo.InvariantCulture);

    /// <summary>The name of the event; <c>perf script</c> puts its group before it, and may put its period before
    /// both.</summary>
    /// <param name="at">Moves to the space behind the name's colon.</param>
    private ReadOnlySpan<char> Name(ReadOnlySpan<char> line, ref int at)
    {
        for (var words = 0; ; words++)
        {
            while (at < line.Length && line[at] == ' ') at++;
            var length = line[at..].IndexOf(' ');
            var word = length < 0 ? line[at..] : line.Slice(at, length);
            var begin = at;
            at += word.Length;
            if (word.Length > 1 && word[^1] == ':') return word[(word[..^1].LastIndexOf(':') + 1)..^1];
            if (words > 0 || word.IsEmpty || word.ContainsAnyExceptInRange('0', '9'))
                throw Refuse(begin, "no event", "the name of an event and a colon");
        }
    }

    private static TraceEventKind? KindOf(ReadOnlySpan<char> name) => name switch
    {
        "mm_page_alloc" => TraceEventKind.Allocated,
        "mm_page_free" => TraceEventKind.Freed,
        "mm_page_free_batched" => TraceEventKind.FreedInList,
        "mm_page_alloc_zone_locked" => TraceEventKind.Taken,
        "mm_page_pcpu_drain" => TraceEventKind.Drained,
        "mm_page_alloc_extfrag" => TraceEventKind.FellBack,
        "tracing_mark_write" or "print" => TraceEventKind.Mark,
        _ => null,
    };

    private InputException Unknown(string name, int at)
    {
        string[] known = ["mm_page_alloc", "mm_page_free", "mm_page_free_batched", "mm_page_alloc_zone_locked",
            "mm_page_pcpu_drain", "mm_page_alloc_extfrag"];
        return Refuse(at, $"event '{name}'", $"one of the page allocator's events{NearestName.Hint(name, known)}");
    }

    private PageFrameNumber Frame(ReadOnlySpan<char> line, int from)
    {
        // The addresses of x86-64 have 52 bits at most.
        const long frames = 1L << 40;
        var digits = Field(line, from, " pfn=", out var at);
        var isHex = digits.StartsWith("0x", StringComparison.Ordinal);
        if (isHex) digits = digits[2..];
        var isRead = isHex ? Digits.TryHex(digits, out var frame) : Digits.TryDecimal(digits, out frame);
        if (isRead && frame < frames) return new(frame);
        throw Refuse(at, $"'{digits}' for pfn=", "the number of a frame");
    }

    private int Number(ReadOnlySpan<char> line, int from, string name)
    {
        // No order, no migratetype and no flag is larger.
        const int most = 10;
        var digits = Field(line, from, name, out var at);
        return Digits.TryDecimal(digits, out var number) && number <= most
            ? (int)number
            : throw Refuse(at, $"'{digits}' for {name.Trim()}", $"a number from 0 to {most}");
    }

    /// <param name="at">Where the value begins.</param>
    private ReadOnlySpan<char> Field(ReadOnlySpan<char> line, int from, string name, out int at)
    {
        var found = line[from..].IndexOf(name, StringComparison.Ordinal);
        if (found < 0) throw Refuse(from, $"an event without {name.Trim()}", "the fields of the kernel's event");
        at = from + found + name.Length;
        var value = line[at..];
        var length = value.IndexOf(' ');
        return length < 0 ? value : value[..length];
    }

    /// <summary>One string for each set of flags: there are few.</summary>
    private string Kept(ReadOnlySpan<char> words)
    {
        var known = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(words, out var kept)) _texts[kept = words.ToString()] = kept;
        return kept;
    }

    private InputException Refuse(int column, string found, string expected) =>
        _lines.Refuse(column, found, expected);
}
