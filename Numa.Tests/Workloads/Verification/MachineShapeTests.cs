using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Verification;

/// <summary>Machines of unusual shape, booted for real: Debian's 6.1.192 and 6.12.117 under QEMU.</summary>
public class MachineShapeTests
{
    private const string Plain = "6.1-no-memblock-log";
    private const string Small = "6.1-cloud-96m-kaslr";

    // Goal: no shape needs a rule of its own. Method: verify whole captures, each of which once showed a difference.
    [Theory]
    [InlineData(Small)]
    [InlineData("6.1-cpuless-memoryless")]
    [InlineData("6.1-thp-never")]
    [InlineData("6.12-movable-node")]
    [InlineData("6.12-efi-kaslr")]
    [InlineData("6.12-hugepages-1g")]
    public void A_machine_of_another_shape_is_reproduced(string name)
    {
        using var capture = new LabCapture(name);
        var report = CaptureVerification.Verify(capture.Folder);

        Assert.All(report.Claims, claim => Assert.Null(claim.FirstDifference));
        Assert.Superset(
            new HashSet<string>
            {
                "zones", "watermarks", "reserves", "pagesets", "zonelists", "early-memory", "zone-ranges",
                "memory-totals",
            },
            report.Claims.Select(claim => claim.Claim).ToHashSet());
    }

    // Goal: what a log says does not depend on who printed it. Method: one log in the formats of dmesg and journalctl.
    [Theory]
    [InlineData("<6>[$1] ")]
    [InlineData("[Sun Nov 22 23:04:45 2026] ")]
    [InlineData("kern  :info  : [$1] ")]
    [InlineData("Nov 22 23:04:45 host kernel: ")]
    [InlineData("2026-11-22T23:04:45+0000 host kernel: ")]
    [InlineData("2026-11-22T23:04:45,123456+00:00 ")]
    [InlineData("[$1] host kernel: ")]
    [InlineData("[Nov22 23:04] ")]
    [InlineData("[  +0.000003] ")]
    [InlineData("[$1][    T0] ")]
    public void The_prefix_of_lines_changes_nothing(string prefix)
    {
        using var capture = new LabCapture(
            Small, log => Regex.Replace(log, @"^\[([ \d.]+)\] ", prefix, RegexOptions.Multiline));
        var report = CaptureVerification.Verify(capture.Folder);

        Assert.True(report.AllEqual);
        Assert.Contains(report.Claims, claim => claim is { Claim: "early-memory", Compared: > 50 });
    }

    [Fact]
    public void Without_memblock_lines_extents_are_exact_and_estimates_are_said()
    {
        using var capture = new LabCapture(Plain);
        var report = CaptureVerification.Verify(capture.Folder);

        Assert.True(report.AllEqual);
        Assert.Equal(["zones", "zonelists", "zone-ranges", "memory-totals"], report.Claims.Select(row => row.Claim));
        Assert.Contains("watermarks (estimated: the log does not hold what early boot took)", report.LeftOut);
        var guesses = report.Notes.Select(note => Regex.Match(note, @"managed pages, the kernel \d+ \(([-+.\d]+) %\)"))
            .Where(match => match.Success).Select(match => double.Parse(match.Groups[1].Value)).ToList();
        Assert.NotEmpty(guesses);
        Assert.All(guesses, percent => Assert.InRange(percent, -0.2, 0.2));
    }

    [Fact]
    public void A_contradiction_is_one_even_where_pages_are_estimated()
    {
        using var capture = new LabCapture(
            Plain, log => log.Replace("[mem 0x0000000100000000-0x00000001bfffffff] usable",
                "[mem 0x0000000100000000-0x00000001afffffff] usable", StringComparison.Ordinal));
        var report = CaptureVerification.Verify(capture.Folder);

        Assert.False(report.AllEqual);
        Assert.Contains(report.Claims, claim => claim.FirstDifference is { } off
            && off.Where == "zoneinfo.txt 1:Normal spanned");
    }

    [Theory]
    [InlineData("Freeing unused decrypted", true)]
    [InlineData("Memory: ", false)]
    public void A_log_that_ends_early_is_a_machine_all_the_same(string lastLine, bool knowsEarlyMemory)
    {
        using var capture = new LabCapture(Small, log => log[..log.IndexOf(lastLine, StringComparison.Ordinal)]);
        var boot = CaptureBoot.From(capture.Folder);

        Assert.Equal(!knowsEarlyMemory, boot.Layout.IsEstimated);
        Assert.Contains(boot.Image.Notes, note => note.StartsWith("The log ends at line", StringComparison.Ordinal));
        // The marks are computed before anything is freed late, so the end of the log does not matter to them.
        if (!knowsEarlyMemory) return;
        var marks = CaptureVerification.Verify(capture.Folder).Claims.Single(claim => claim.Claim == "watermarks");
        Assert.Equal(marks.Compared, marks.Equal);
    }

    // Goal: a ring buffer that wrapped leaves a machine. Method: every log in the middle of its early memory, with the
    // version beside it; the extents and zonelists that the kernel printed still follow.
    [Theory]
    [InlineData("6.1-cpuless-memoryless")]
    [InlineData("6.1-thp-never")]
    [InlineData("6.12-efi-kaslr")]
    public void A_log_whose_beginning_is_lost_keeps_extents_and_zonelists(string name)
    {
        using var capture = new LabCapture(name, log => log[log.IndexOf("Zone ranges:", StringComparison.Ordinal)..]);
        var version = File.ReadAllText(Path.Combine(capture.Folder, "version.txt"));
        File.Delete(Path.Combine(capture.Folder, "version.txt"));
        var problem = Assert.Single(Assert.Throws<InputException>(() => CaptureBoot.From(capture.Folder)).Problems);
        Assert.Equal("NUMA202", problem.Code);
        Assert.Contains("--kernel", problem.Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(capture.Folder, "version.txt"), version);
        var report = CaptureVerification.Verify(capture.Folder);

        Assert.True(report.AllEqual);
        Assert.Equal(["zones", "zonelists", "zone-ranges", "memory-totals"], report.Claims.Select(row => row.Claim));
        Assert.StartsWith("The beginning of this log is lost", report.Notes[0], StringComparison.Ordinal);
    }

    // 6.1 with five levels of page tables takes 50 pages for the vmalloc area, not 64; a random start one more.
    [Theory]
    [InlineData("max_arch_pfn = 0x400000000", "", 65)]
    [InlineData("max_arch_pfn = 0x400000000", " nokaslr", 64)]
    [InlineData("max_arch_pfn = 0x10000000000", " nokaslr", 50)]
    [InlineData("max_arch_pfn = 0x10000000000", "", 51)]
    public void Page_tables_of_the_vmalloc_area_are_counted(string address, string parameters, int pages)
    {
        using var capture = new LabCapture(Small, log => Regex.Replace(
            log.Replace("max_arch_pfn = 0x400000000", address, StringComparison.Ordinal),
            @"(\] Command line: .*)$", "$1" + parameters, RegexOptions.Multiline));

        Assert.Equal(pages, CaptureBoot.From(capture.Folder).Layout.PagesTakenBeforeReport);
    }

    [Fact]
    public void Shuffled_lists_are_compared_as_a_set()
    {
        using var kept = new LabCapture("6.1-thp-never", log => log.Replace(
            "] Command line: ", "] Command line: page_alloc.shuffle=1 ", StringComparison.Ordinal));
        var dump = Path.Combine(kept.Folder, "freelists.txt");
        File.WriteAllText(dump, Regex.Replace(
            File.ReadAllText(dump), "^(free .* : )([0-9a-f]+) ([0-9a-f]+)", "$1$3 $2", RegexOptions.Multiline));

        Assert.True(CaptureVerification.Verify(kept.Folder).AllEqual);
    }

    [Fact]
    public void Messages_that_were_lost_are_said()
    {
        using var capture = new LabCapture(Small, log => Regex.Replace(
            log, @"(?s)^\[[ \d.]+\] PM: hibernation.*?(?=^\[[ \d.]+\] Built )", "** 57 printk messages dropped **\n",
            RegexOptions.Multiline));
        var boot = CaptureBoot.From(capture.Folder);

        Assert.Contains(boot.Image.Notes, note => note.StartsWith("57 messages", StringComparison.Ordinal));
    }

    [Fact]
    public void A_log_that_lists_no_memory_is_refused()
    {
        using var capture = new LabCapture(Small, log => log[log.IndexOf("] Built ", StringComparison.Ordinal)..]);

        var problem = Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems);
        Assert.Equal("NUMA202", problem.Code);
    }

    // Goal: huge pages that boot left off are no switch. Method: the marks of a machine too small for them, 6.1.
    [Fact]
    public void A_small_machine_leaves_huge_pages_off()
    {
        using var capture = new LabCapture(Small);

        Assert.Equal(737, CaptureBoot.From(capture.Folder).Tuning.MinFreeKbytes);
    }
}
