using System.Globalization;
using Numa.Core.Diagnostics;
using Numa.Core.Text;

namespace Numa.Tests.Core.Text;

public class FtraceReaderTests
{
    private const string Prefix = "  kworker/u2:0-9       [000] d..4.     1.500003: ";

    // Goal: every event in the forms of 3.10, 4.4, 6.1 and 6.12 gives its fields. Method: lines as those kernels print.
    [Theory]
    [InlineData(
        "            init-1     [000] ....     2.196837: mm_page_alloc: page=ffffea0000e60fc0 pfn=235583 order=0 "
        + "migratetype=0 gfp_flags=GFP_USER|GFP_REPEAT",
        "Allocated cpu 0 task 1 2196837000 ns frame 0x3983f order 0 type 0 'GFP_USER|GFP_REPEAT'")]
    [InlineData(
        "          <idle>-0       [001] d..1.     0.000000: mm_page_alloc: page=00000000da189827 pfn=0x6a4e order=1 "
        + "migratetype=2 gfp_flags=none",
        "Allocated cpu 1 task 0 0 ns frame 0x6a4e order 1 type 2 'none'")]
    [InlineData(
        "             cat-300     [002] .... 10.000001: mm_page_alloc: page=          (null) pfn=0 order=9 "
        + "migratetype=1 gfp_flags=GFP_TRANSHUGE",
        "Allocated cpu 2 task 300 10000001000 ns frame 0x0 order 9 type 1 'GFP_TRANSHUGE'")]
    [InlineData(Prefix + "mm_page_alloc_zone_locked: page=1 pfn=0x6a4f order=3 migratetype=1 percpu_refill=1",
        "Taken cpu 0 task 9 1500003000 ns frame 0x6a4f order 3 type 1 ''")]
    [InlineData(Prefix + "mm_page_free: page=000000006702d0a7 pfn=0x13800 order=9",
        "Freed cpu 0 task 9 1500003000 ns frame 0x13800 order 9 type 0 ''")]
    [InlineData(Prefix + "mm_page_free_batched: page=000000006702d0a7 pfn=0x13800 order=0",
        "FreedInList cpu 0 task 9 1500003000 ns frame 0x13800 order 0 type 0 ''")]
    [InlineData(Prefix + "mm_page_pcpu_drain: page=000000006702d0a7 pfn=0x138 order=2 migratetype=2",
        "Drained cpu 0 task 9 1500003000 ns frame 0x138 order 2 type 2 ''")]
    [InlineData(Prefix + "mm_page_alloc_extfrag: page=0 pfn=0x7000 alloc_order=2 fallback_order=10 pageblock_order=9 "
        + "alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1",
        "FellBack cpu 0 task 9 1500003000 ns frame 0x7000 order 2 type 0 '' from order 10 type 1 claimed")]
    [InlineData("            init-1       [000] .N...     7.026981: tracing_mark_write: ORACLE lists-before begin",
        "Mark cpu 0 task 1 7026981000 ns frame 0x0 order 0 type 0 'ORACLE lists-before begin'")]
    [InlineData("a [1] b-2 c-17 ( 17) [003] 5.5: mm_page_free: page=0 pfn=0x10 order=4",
        "Freed cpu 3 task 17 5500000000 ns frame 0x10 order 4 type 0 ''")]
    [InlineData("init-1 [000] 123456: mm_page_free: page=0 pfn=0x10 order=4",
        "Freed cpu 0 task 1 123456 ns frame 0x10 order 4 type 0 ''")]
    [InlineData("CPU:0 [LOST 12 EVENTS]", "Lost cpu 0 task 0 0 ns frame 0x0 order 0 type 0 ''")]
    public void An_event_gives_its_fields(string line, string expected) =>
        Assert.Equal(expected, Assert.Single(Read(line + "\n")));

    [Fact]
    public void Comments_and_other_events_are_passed_over_and_lines_are_counted()
    {
        var text = "# tracer: nop\r\n#\n\n" + Prefix + "mm_vmscan_kswapd_sleep: nid=0\n"
            + Prefix + "mm_page_free: pfn=0x10 order=0\r\n";
        var reader = new FtraceReader(new StringReader(text), "trace.txt");

        Assert.True(reader.TryRead(out var found));
        Assert.Equal((5, 0x10), (found.Line, found.Frame.Value));
        Assert.False(reader.TryRead(out _));
    }

    // Goal: where the reader's buffer ends does not matter. Method: text many times longer, lines of all lengths.
    [Fact]
    public void A_long_text_is_read_in_pieces()
    {
        var lines = Enumerable.Range(0, 5000).Select(i =>
            $"{new string('x', i % 97)}{Prefix}mm_page_free: page=0 pfn=0x{i:x} order={i % 11}\n");
        var reader = new FtraceReader(new StringReader(string.Concat(lines)), "trace.txt");

        for (var i = 0; i < 5000; i++)
        {
            Assert.True(reader.TryRead(out var found));
            Assert.Equal((i, i % 11, i + 1), (found.Frame.Value, found.Order, found.Line));
        }

        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("hello\n", "trace.txt:1:1: error NUMA230: found no task and CPU; expected 'task-pid [cpu] flags seconds: "
        + "event: fields'")]
    [InlineData("#\n" + Prefix + "mm_page_free: page=0 pfn=0x10 ord", "trace.txt:2:83: error NUMA230: found the text ends "
        + "within a line; expected a whole line")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x10\n", "trace.txt:1:63: error NUMA230: found an event without "
        + "order=; expected the fields of the kernel's event")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0xgg order=0\n", "trace.txt:1:64: error NUMA230: found 'gg' for pfn=; "
        + "expected the number of a frame")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x1 order=-1\n", "trace.txt:1:64: error NUMA230: found '-1' for "
        + "order=; expected a decimal number")]
    [InlineData("init-1 [000] d..4. soon: mm_page_free: pfn=1 order=0\n", "trace.txt:1:25: error NUMA230: found no time; "
        + "expected seconds.fraction:")]
    [InlineData("init-1 [000] d..4. 1.5: nothing\n", "trace.txt:1:25: error NUMA230: found no event; expected the name of "
        + "an event and a colon")]
    public void What_is_no_trace_is_a_problem_at_its_place(string text, string expected)
    {
        var exception = Assert.Throws<InputException>(() => Read(text));
        Assert.Equal(expected, Assert.Single(exception.Problems).ToString());
    }

    private static List<string> Read(string text)
    {
        var reader = new FtraceReader(new StringReader(text), "trace.txt");
        var found = new List<string>();
        while (reader.TryRead(out var next))
        {
            var fallback = next.Kind == TraceEventKind.FellBack
                ? $" from order {next.FallbackOrder} type {next.FallbackTypeNumber}"
                    + (next.ChangesOwnership ? " claimed" : "")
                : "";
            found.Add(string.Create(CultureInfo.InvariantCulture,
                $"{next.Kind} cpu {next.Cpu} task {next.Task} {next.Nanoseconds} ns frame {next.Frame} "
                + $"order {next.Order} type {next.TypeNumber} '{next.Text}'{fallback}"));
        }

        return found;
    }
}
