using Numa.Core.Addressing;
using System.Globalization;
using CsCheck;
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
        var text = "# tracer: nop\r\n#\n\n" + Prefix + "mm_vmscan_lru_isolate: order=0\n"
            + Prefix + "mm_page_free: pfn=0x10 order=0\r\n";
        var reader = new FtraceReader(new StringReader(text), "trace.txt");

        Assert.True(reader.TryRead(out var found));
        Assert.Equal((5, 0x10), (found.Line, found.Frame.Value));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void Events_of_a_shortage_tell_node_zone_and_counts()
    {
        PressureEvent[] told =
        [
            Told("mm_vmscan_wakeup_kswapd: nid=1 order=0 gfp_flags=none"),
            Told("mm_vmscan_wakeup_kswapd: nid=0 zid=1 order=0"),
            Told("mm_vmscan_kswapd_wake: nid=3 order=0"),
            Told("mm_vmscan_kswapd_sleep: nid=2"),
            Told("mm_vmscan_direct_reclaim_begin: order=0 gfp_flags=GFP_KERNEL"),
            Told("mm_vmscan_direct_reclaim_end: nr_reclaimed=32"),
            Told("reclaim_retry_zone: node=0 zone=DMA32    order=0 reclaimable=47 available=94 min_wmark=784 "
                + "no_progress_loops=1 wmark_check=0"),
            Told("mark_victim: pid=255 comm=init"),
        ];
        PressureEvent[] expected =
        [
            new(PressureKind.KswapdWoken) { Node = new(1), HasNoRequest = true },
            new(PressureKind.KswapdWoken) { Zone = ZoneKind.DMA32 },
            new(PressureKind.KswapdBegins) { Node = new(3) },
            new(PressureKind.KswapdSleeps) { Node = new(2) },
            new(PressureKind.ReclaimBegins),
            new(PressureKind.ReclaimEnds) { Reclaimed = 32 },
            new(PressureKind.RetryJudged)
            {
                Zone = ZoneKind.DMA32, Reclaimable = 47, Available = 94, MinMark = 784, NoProgress = 1,
            },
            new(PressureKind.VictimMarked) { Victim = 255 },
        ];
        Assert.Equal(expected, told);

        static PressureEvent Told(string text)
        {
            Assert.True(new FtraceReader(new StringReader(Prefix + text + "\n"), "t").TryRead(out var found));
            Assert.Equal(TraceEventKind.Pressure, found.Kind);
            return found.Pressure!;
        }
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

    // Goal: lines of other programs give the same fields. Method: our own samples, written from perf-script(1) and
    // trace-cmd-report(1): with and without group, thread beside process, the period that -F +period prints.
    [Theory]
    [InlineData("            perf  1234 [001]  5678.901234: kmem:mm_page_alloc: page=0xffffea0004c1a2c0 pfn=0x13068b "
        + "order=0 migratetype=0 gfp_flags=GFP_KERNEL", "Allocated cpu 1 task 1234 5678901234000 ns frame 0x13068b order 0 "
        + "type 0 'GFP_KERNEL'")]
    [InlineData("kworker/0:1-mm_    12 [000]     1.000000001:          1 kmem:mm_page_free: page=0xffff pfn=4660 order=3",
        "Freed cpu 0 task 12 1000000001 ns frame 0x1234 order 3 type 0 ''")]
    [InlineData("Web Content  400/417   [003]     2.5: mm_page_free_batched: page=0xffff pfn=0x10 order=0",
        "FreedInList cpu 3 task 417 2500000000 ns frame 0x10 order 0 type 0 ''")]
    [InlineData("         swapper     0 [000]     2.5: kmem:mm_page_pcpu_drain: page=0xf pfn=0x10 order=0 migratetype=1",
        "Drained cpu 0 task 0 2500000000 ns frame 0x10 order 0 type 1 ''")]
    [InlineData("17 [003] 2.5: kmem:mm_page_free: page=0xffff pfn=0x10 order=0",
        "Freed cpu 3 task 17 2500000000 ns frame 0x10 order 0 type 0 ''")]
    [InlineData("a (x) [y]  5 [002]  2.5: ftrace:print: tracing_mark_write: PHASE BEGIN",
        "Mark cpu 2 task 5 2500000000 ns frame 0x0 order 0 type 0 'tracing_mark_write: PHASE BEGIN'")]
    [InlineData("            init-1     [000]     2.196837: mm_page_free:         page=0xffffea0000e60fc0 pfn=0x10 order=0",
        "Freed cpu 0 task 1 2196837000 ns frame 0x10 order 0 type 0 ''")]
    [InlineData("CPU:1 [12 EVENTS DROPPED]", "Lost cpu 0 task 0 0 ns frame 0x0 order 0 type 0 ''")]
    public void An_event_of_another_program_gives_its_fields(string line, string expected) =>
        Assert.Equal(expected, Assert.Single(Read(line + "\n")));

    // Names of tasks and columns that kernels print or leave out.
    [Theory]
    [InlineData("           <...>-123     [000] d..1. ", 123)]
    [InlineData("          <idle>-0       [000] ..s.. ", 0)]
    [InlineData(" a b-c-(d) [0] 1-77     [000] ..... ", 77)]
    [InlineData("            init-1     (-----) [000] ..... ", 1)]
    [InlineData("            init-1     (      1) [000] ", 1)]
    public void Whoever_ran_is_found(string head, int task)
    {
        var reader = new FtraceReader(
            new StringReader($"cpus=2\nCPU 1 is empty\n{head}1.5: mm_page_free: pfn=0x10 order=0\n"), "trace.txt");
        Assert.True(reader.TryRead(out var found));
        Assert.Equal((task, 0, 1_500_000_000, 3), (found.Task, found.Cpu.Value, found.Nanoseconds, found.Line));
    }

    private const string Form = "; expected 'task-pid [cpu] flags seconds: event: fields' or perf script's 'task tid [cpu] "
        + "seconds: event: fields'";

    [Theory]
    [InlineData("hello\n", "1:1: error NUMA230: found no CPU in brackets" + Form)]
    [InlineData("\0\u0001[3] 5\0\n\0", "1:3: error NUMA230: found no number of a task before the CPU" + Form)]
    [InlineData("perf 1234 5678.901234: kmem:mm_page_free: page=0x1 pfn=0x1 order=0\n",
        "1:1: error NUMA230: found no CPU in brackets" + Form)]
    [InlineData("perf 1234 [001] kmem:mm_page_free: page=0x1 pfn=0x1 order=0\n",
        "1:17: error NUMA230: found no time behind the CPU" + Form)]
    [InlineData("perf [001] 5678.901234: kmem:mm_page_free: page=0x1 pfn=0x1 order=0\n",
        "1:6: error NUMA230: found no number of a task before the CPU" + Form)]
    [InlineData("perf 1 [001] 5678.901234: page=0x1 pfn=0x1 order=0\n",
        "1:27: error NUMA230: found no event; expected the name of an event and a colon")]
    [InlineData("perf 1 [001] 5678.901234: kmem:mm_page_free:\n",
        "1:45: error NUMA230: found an event without pfn=; expected the fields of the kernel's event")]
    [InlineData("perf 1 [9000] 5.9: kmem:mm_page_free: pfn=0x1 order=0\n",
        "1:8: error NUMA230: found a CPU above 8191" + Form)]
    [InlineData("init-1 [000] d..4. soon: mm_page_free: pfn=1 order=0\n",
        "1:14: error NUMA230: found no time behind the CPU" + Form)]
    [InlineData("#\n" + Prefix + "mm_page_free: page=0 pfn=0x10 ord",
        "2:83: error NUMA230: found a text that ends within a line; expected a whole line")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x10\n", "1:63: error NUMA230: found an event without order=; expected "
        + "the fields of the kernel's event")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0xgg order=0\n",
        "1:75: error NUMA230: found 'gg' for pfn=; expected the number of a frame")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x10000000000 order=0\n",
        "1:75: error NUMA230: found '10000000000' for pfn=; expected the number of a frame")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x1 order=-1\n",
        "1:85: error NUMA230: found '-1' for order=; expected a number from 0 to 10")]
    [InlineData(Prefix + "mm_page_free: page=0 pfn=0x1 order=11\n",
        "1:85: error NUMA230: found '11' for order=; expected a number from 0 to 10")]
    [InlineData(Prefix + "kmem:mm_page_fre: page=0 pfn=0x1 order=0\n", "1:49: error NUMA230: found event 'mm_page_fre'; "
        + "expected one of the page allocator's events; did you mean 'mm_page_free'?")]
    [InlineData(Prefix + "nothing: a\n" + "init-1 [000] 1.2: mm_page_free: pfn=1 order=0\n",
        "2:14: error NUMA230: found 1.200000 after 1.500003 on CPU 0; expected times that do not go back on a CPU")]
    public void What_is_no_trace_is_a_problem_at_its_place(string text, string expected)
    {
        var exception = Assert.Throws<InputException>(() => Read(text));
        Assert.Equal("trace.txt:" + expected, Assert.Single(exception.Problems).ToString());
    }

    [Fact]
    public void Times_of_two_cpus_need_not_be_in_order()
    {
        const string free = ": mm_page_free: pfn=1 order=0\n";
        Assert.Equal(3, Read($"init-1 [000] 1.5{free}init-2 [001] 1.4{free}init-2 [001] 1.4{free}").Count);
    }

    // Goal: whoever mends a trace hears of everything at once, and of a foreign text once.
    [Fact]
    public void All_problems_are_told_up_to_a_limit()
    {
        const string bad = Prefix + "mm_page_free: pfn=x order=0\n";
        const string good = Prefix + "mm_page_free: pfn=1 order=0\n";
        Assert.Equal([2, 4, 5], Lines(good + bad + good + bad + "no line\n"));
        Assert.Equal([1, 2], Lines(bad + "no en"));
        Assert.Equal(Enumerable.Range(2, 20), Lines(good + string.Concat(Enumerable.Repeat(bad, 100))));
        Assert.Equal([1], Lines("no\ntrace\nat all\n"));

        static IEnumerable<int> Lines(string text) =>
            Assert.Throws<InputException>(() => Read(text)).Problems.Select(problem => problem.At.Line);
    }

    // Goal: no text makes the reader hang or throw anything but problems with a line. Method: a small trace of both
    // forms, cut, doubled and overwritten in random places.
    [Fact]
    public void Any_mutation_reads_or_gives_problems_with_a_line()
    {
        var trace = "# tracer: nop\n"
            + Prefix + "mm_page_alloc: page=0 pfn=0x6a4e order=1 migratetype=2 gfp_flags=GFP_KERNEL|__GFP_ZERO\n"
            + Prefix + "mm_page_alloc_extfrag: page=0 pfn=0x7000 alloc_order=2 fallback_order=10 pageblock_order=9 "
            + "alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1\r\n"
            + "     swapper     0/0 [001]  2.5: kmem:mm_page_pcpu_drain: page=0xf pfn=10 order=0 migratetype=1\n"
            + "            init-1 ( 1) [000] .N... 7.026981: tracing_mark_write: ORACLE PHASE BEGIN\n"
            + "CPU:0 [LOST 12 EVENTS]\n";
        string[] pieces = ["\0", "\n", "\r", " ", ":", "[", "]", "-", "=", "9", "99999999999999999999", "0x", ".", "é",
            "mm_page_free: ", "pfn=", " order=", "\ud800", ")", "("];
        var (read, refused) = (0, 0);
        Gen.Select(Gen.Int[0, trace.Length], Gen.Int[0, 40], Gen.Int[0, pieces.Length - 1], Gen.Int[0, 3]).Array[1, 4]
            .Sample(changes =>
        {
            var text = trace;
            foreach (var (place, length, index, kind) in changes)
            {
                var piece = pieces[index];
                var at = Math.Min(place, text.Length);
                var end = Math.Min(at + length, text.Length);
                text = kind switch
                {
                    0 => text.Remove(at, end - at),
                    1 => text.Insert(at, text[at..end]),
                    2 => text[..at] + piece + text[end..],
                    _ => text.Insert(at, piece),
                };
            }

            try
            {
                Read(text);
                Interlocked.Increment(ref read);
            }
            catch (InputException exception)
            {
                Assert.All(exception.Problems, problem => Assert.True(problem.At.Line > 0));
                Interlocked.Increment(ref refused);
            }
        }, iter: 20_000);
        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
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
