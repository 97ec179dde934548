using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Text.Reports;
using Numa.Tests.Core.Zones;

namespace Numa.Tests.Core.Text.Reports;

public sealed class MemoryReportTests
{
    public static TheoryData<string, int> Logs => new()
    {
        { "4.4.178-tracefrag-1node-1g", 1 }, { "6.1-trace-1node-1g", 1 }, { "6.1-trace-2node-1g", 2 },
        { "6.12-trace-1node-1g", 1 }, { "6.12-trace-smallnode0", 2 },
    };

    internal static string Log(string name) =>
        File.ReadAllText(Path.Combine(TuningCapture.Root(), "oom-reports", name + ".txt"));

    internal static ImmutableArray<MemoryReport> Read(string text)
    {
        var (reports, problems) = MemoryReportReader.Read("log", text);
        Assert.Empty(problems);
        return reports;
    }

    // Goal: what real kernels printed, byte for byte. Method: read it, write it; stamps, processor and stack left out.
    [Theory]
    [MemberData(nameof(Logs))]
    public void A_report_of_a_kernel_is_read_and_written_the_same(string log, int count)
    {
        var reports = Read(Log(log));
        Assert.Equal(count, reports.Length);
        var lines = Log(log).TrimEnd('\n').Split('\n').Select((raw, i) => KernelLogLine.From(i + 1, raw).Text).ToList();
        var isStack = false;
        var expected = lines.Where(line =>
        {
            isStack = line.StartsWith("CPU: ", StringComparison.Ordinal) || (isStack && line != "Mem-Info:");
            return !isStack;
        });
        Assert.Equal(expected, reports.SelectMany(report => MemoryReportWriter.Lines(report)));
    }

    [Fact]
    public void Counts_are_in_pages_whatever_the_unit_of_the_line()
    {
        var report = Read(Log("6.1-trace-2node-1g"))[1];
        var memory = report.Memory!;
        Assert.Equal((2243, 1167), (memory.Totals["free"], memory.Totals["free_pcp"]));
        var zone = Assert.Single(memory.Zones, zone => zone.Zone.Node.Value == 1);
        Assert.Equal((644, 512, 1217, 256745), (zone.Of("free"), zone.Of("boost"), zone.Of("min"), zone.Of("managed")));
        Assert.Equal(947, memory.Zones[0].LowmemReserve[2]);
        Assert.Equal(new(5, "E"), zone.Orders[1]);
        Assert.Equal(("CONSTRAINT_NONE", "(null)", "0-1"), (report.Constraint, report.Nodemask, report.MemsAllowed));
        Assert.Equal((257, 121936L, 796L), (report.Kill!.Pid, report.Kill.AnonRssKb, report.Kill.PageTablesKb));
        Assert.Equal(30550, report.Tasks[2].Rss);
        Assert.Equal(GfpFlags.GfpHighUserMovable | GfpFlags.Comp | GfpFlags.Zero, report.Gfp.Flags(report.Form));
    }

    // Every kernel's number and names of one mask: 4.4's number is the real report's.
    [Theory]
    [InlineData("4.4", GfpFlags.GfpHighUserMovable | GfpFlags.Zero, 0x24280ca, null)]
    [InlineData("6.1", GfpFlags.GfpHighUserMovable | GfpFlags.Comp | GfpFlags.Zero, 0x140dca,
        "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO")]
    [InlineData("6.1", GfpFlags.GfpAtomic, 0xa20, "GFP_ATOMIC")]
    [InlineData("6.12", GfpFlags.GfpAtomic, 0x820, "GFP_ATOMIC")]
    [InlineData("6.12", GfpFlags.GfpKernel | GfpFlags.Zero, 0xdc0, "GFP_KERNEL|__GFP_ZERO")]
    [InlineData("6.1", GfpFlags.Dma32 | GfpFlags.GfpKernel, 0xcc4, "GFP_KERNEL|GFP_DMA32")]
    public void Gfp_flags_have_the_number_and_the_names_of_the_release(
        string kernel, GfpFlags gfp, long number, string? names)
    {
        var release = KernelRelease.Find(kernel, out _)!;
        var reported = ReportedGfp.Of(gfp, release);
        Assert.Equal(new ReportedGfp(number, names), reported);
        var back = reported.Flags(release.ReportForm)!.Value;
        Assert.Equal(gfp & ~GfpFlags.Atomic, back & ~GfpFlags.Atomic);
    }

    [Fact]
    public void A_failure_is_announced_in_the_words_of_its_release()
    {
        var failed = Read(Log("6.1-trace-1node-1g"))[0] with
        {
            Cause = ReportCause.Failure, Task = "modprobe", Order = 4, Gfp = new(0xcc0, "GFP_KERNEL"), Tasks = [],
        };
        var lines = MemoryReportWriter.Lines(failed);
        Assert.Equal("modprobe: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,"
            + "mems_allowed=0", lines[0]);
        Assert.Equal("0 pages hwpoisoned", lines[^1]);
        var back = Assert.Single(Read(string.Join('\n', lines)));
        Assert.Equal((ReportCause.Failure, "modprobe", 4), (back.Cause, back.Task, back.Order));
        Assert.Equal<string>([.. lines], [.. MemoryReportWriter.Lines(back)]);
        var old = MemoryReportWriter.Lines(failed with { Form = ReportForm.PerZone, Gfp = new(0x24000c0, null) });
        Assert.Equal("modprobe: page allocation failure: order:4, mode:0x24000c0", old[0]);
    }

    [Theory]
    [InlineData("nothing", 0, "found neither 'invoked oom-killer'")]
    [InlineData("init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n", 1,
        "found no 'Mem-Info:'")]
    public void A_log_without_a_report_is_refused(string text, int line, string problem)
    {
        var (reports, problems) = MemoryReportReader.Read("log", text);
        Assert.Empty(reports);
        Assert.StartsWith(problem, Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.Equal(line, problems[0].At.Line);
    }

    [Theory]
    [InlineData("lowmem_reserve[]: 0 947 947 947 947", "lowmem_reserve[]: 0 x 947", "with what is no number")]
    [InlineData("1*32kB (U)", "2*32kB (U)", "another sum")]
    [InlineData("Node 0 DMA32 free:", "Node 0 Dino free:", "found zone 'Dino'")]
    [InlineData("Node 0 DMA32: 0*4kB", "Node 0 gone: 0*4kB", "no line of the free blocks of 0:DMA32")]
    public void What_is_cut_or_changed_is_refused_at_its_line(string from, string to, string problem)
    {
        var (_, problems) = MemoryReportReader.Read(
            "log", Log("6.1-trace-2node-1g").Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(problems, found => found.At.Line > 20
            && found.Message.Contains(problem, StringComparison.Ordinal));
    }

    // Goal: no text whatever makes the reader fail. Method: a real log, cut anywhere.
    [Fact]
    public void A_log_that_ends_anywhere_is_read_or_refused()
    {
        var text = Log("6.12-trace-smallnode0");
        for (var length = 0; length < text.Length; length += 97)
        {
            var (reports, problems) = MemoryReportReader.Read("log", text[..length]);
            Assert.Equal(reports.IsEmpty, !problems.IsEmpty);
        }
    }
}
