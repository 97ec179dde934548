using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Tests.Core.Boot;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Verification;

public class CaptureVerificationTests
{
    private const string Machine = "qemu-2node-4g";
    private const string Zoneinfo = "zoneinfo.txt";
    private const string Dump = "freelists.txt";
    private const string Log = "dmesg.txt";

    public static TheoryData<string> Machines => new(CapturedMachineTests.Names);

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_shipped_capture_is_reproduced(string machine)
    {
        var report = CaptureVerification.Verify(Path.Combine(ScenarioTexts.Configs, "machines", machine));

        Assert.Equal(machine, report.Capture);
        Assert.All(report.Claims, claim => Assert.Null(claim.FirstDifference));
        Assert.True(report.AllEqual);
        Assert.Superset(
            new HashSet<string>
            {
                "zones", "watermarks", "reserves", "pagesets", "zonelists", "early-memory", "zone-ranges",
                "memory-totals",
            },
            report.Claims.Select(claim => claim.Claim).ToHashSet());
        Assert.Contains("sysctls (no zoneinfo.after-*)", report.LeftOut);
    }

    // Goal: what is altered is found, and nothing else. Method: one number of the kernel's is changed in a copy.
    [Theory]
    [InlineData("zones", Zoneinfo, @"managed  3840", "managed  3841", "0:DMA managed", "3841", "3840")]
    [InlineData("zones", Dump, @"start 100000 ", "start 100001 ", "0:Normal start", "1048577", "1048576")]
    [InlineData("watermarks", Zoneinfo, @"min      \d+", "min      7", "0:DMA min", "7", "42")]
    [InlineData("reserves", Zoneinfo, @"protection: \(0, \d+", "protection: (0, 9", "against DMA32", "9", "1915")]
    [InlineData("reserves", Dump, @"reserve 0 1915", "reserve 0 9", "against DMA32", "9", "1915")]
    [InlineData("pagesets", Zoneinfo, @"threshold: \d+", "threshold: 99", "stat threshold", "99", "6")]
    [InlineData("pagesets", Zoneinfo, @"batch: 63", "batch: 31", "batch", "31", "63")]
    [InlineData("zonelists", Dump, @"^zonelist 1 NOFALLBACK:.*$", "zonelist 1 NOFALLBACK: 0:DMA(0)",
        "zonelist 1 NOFALLBACK", "zonelist 1 NOFALLBACK: 0:DMA(0)", "zonelist 1 NOFALLBACK: 1:Normal(2)")]
    [InlineData("zonelists", Log, @"order for Node 1: 1 0", "order for Node 1: 0 1", "Fallback order 1",
        "Fallback order for Node 1: 0 1", "Fallback order for Node 1: 1 0")]
    [InlineData("early-memory", Log, @"\[0x0*98000-0x0*9efff\]", "[0x0000000000097000-0x000000000009dfff]",
        "28672 bytes", "0x97000", "0x98000")]
    [InlineData("early-memory", Log, @"\[0x0*27fbfe000-0x0*27fffdfff\]", "[0x0000000150000000-0x00000001503fffff]",
        "4194304 bytes", "0x150000000", "0x27fbfe000")]
    [InlineData("zone-ranges", Log, @"DMA32    \[mem 0x0*1000000-0x0*ffffffff\]",
        "DMA32    [mem 0x0000000001000000-0x00000000fffffffe]", "zone range DMA32",
        "0x1000000-0xfffffffe", "0x1000000-0xffffffff")]
    [InlineData("memory-totals", Log, @"Memory: \d+K/", "Memory: 7K/", "Memory: free KiB", "7", "2238668")]
    [InlineData("memory-totals", Log, @"97 pages in unavailable", "98 pages in unavailable", "unavailable ranges",
        "On node 0, zone DMA: 1 pages in unavailable ranges; On node 0, zone DMA: 98 pages in unavailable ranges; "
        + "On node 0, zone Normal: 32 pages in unavailable ranges",
        "On node 0, zone DMA: 1 pages in unavailable ranges; On node 0, zone DMA: 97 pages in unavailable ranges; "
        + "On node 0, zone Normal: 32 pages in unavailable ranges")]
    [InlineData("free-list-order", Dump, "400 800 c00", "400 800 1000", "0:DMA order 10 Movable block 1 from the tail",
        "0x1000", "0xc00")]
    [InlineData("free-list-order", Dump, "400 800 c00", "800 400 c00", "0:DMA order 10 Movable block 2 from the tail",
        "0x400", "0x800")]
    [InlineData("free-lists", Dump, " 27ec3b$", " 27ffff", "1:Normal order 0 Movable block 0x27ffff", "free",
        "not released whole")]
    [InlineData("free-lists", Dump, "182400 182800", "182400 182801", "1:Normal order 10 Movable block 0x182801", "free",
        "not aligned")]
    [InlineData("free-lists", Dump, "182400 182800", "182400 182400", "1:Normal order 10 Movable block 0x182400", "free",
        "free twice")]
    [InlineData("pageblocks", Dump, "^pageblocks 0 : 011111111", "pageblocks 0 : 011111110",
        "0:DMA32 pageblock 0x1000", "Unmovable", "Movable")]
    public void One_altered_number_is_reported_and_nothing_else(
        string claim, string file, string pattern, string replacement, string where, string kernel, string ours)
    {
        using var copy = new CaptureCopy(Machine);
        copy.Change(file, pattern, replacement);
        var report = CaptureVerification.Verify(copy.Folder);

        var off = Assert.Single(report.Claims, result => result.FirstDifference is not null);
        Assert.Equal((claim, off.Compared - 1), (off.Claim, off.Equal));
        Assert.Contains(where, off.FirstDifference!.Where, StringComparison.Ordinal);
        Assert.Equal((kernel, ours), (off.FirstDifference.Kernel, off.FirstDifference.Ours));
        Assert.NotEmpty(off.FirstDifference.Rule);
        Assert.False(report.AllEqual);
    }

    // Goal: no truth leaks into the prediction. Method: the same boot with every line and file of truth gone.
    [Theory]
    [MemberData(nameof(Machines))]
    public void Without_any_truth_the_prediction_is_the_same(string machine)
    {
        using var copy = new CaptureCopy(machine);
        var whole = CaptureBoot.From(copy.Folder).Image;
        copy.RemoveTruth();
        var bare = CaptureBoot.From(copy.Folder).Image;

        Assert.Equal(Text(whole), Text(bare));
        Assert.Empty(bare.Notes);
        var report = CaptureVerification.Verify(copy.Folder);
        Assert.Empty(report.Claims);
        Assert.Equal(14, report.LeftOut.Length);
    }

    // Goal: what the log says of the kernel's parts only tells where in the image pages are freed late. Method: the boot
    // without that line has the same zones, marks and zonelists.
    [Theory]
    [MemberData(nameof(Machines))]
    public void Without_the_report_of_memory_counts_and_marks_are_the_same(string machine)
    {
        using var copy = new CaptureCopy(machine);
        var whole = CaptureBoot.From(copy.Folder);
        copy.Change("dmesg.txt", "^.*Memory: .*$", "");
        var bare = CaptureBoot.From(copy.Folder);

        Assert.Equal(
            whole.Image.Zones.Select(zone => (zone.Id, zone.Start, zone.Spanned, zone.Present, zone.Managed, zone.Freed)),
            bare.Image.Zones.Select(zone => (zone.Id, zone.Start, zone.Spanned, zone.Present, zone.Managed, zone.Freed)));
        Assert.Equal(whole.Tuning.MinFreeKbytes, bare.Tuning.MinFreeKbytes);
        Assert.Equal(
            whole.Image.Zones.Select(zone => (zone.Tuning.Marks, zone.Tuning.Pageset, zone.Tuning.TotalReserve)),
            bare.Image.Zones.Select(zone => (zone.Tuning.Marks, zone.Tuning.Pageset, zone.Tuning.TotalReserve)));
        Assert.Contains(bare.Image.Notes, note => note.StartsWith("The sizes of the kernel's parts", StringComparison.Ordinal));
        Assert.True(CaptureVerification.Verify(copy.Folder).AllEqual);
    }

    // Goal: the batches of the fair zone policy are compared, as far as a CPU's unfolded share lets one. Method: the
    // counter of a zone after a write that fills it, threshold 30, one beyond what may be hidden.
    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void A_fair_batch_is_held_against_high_less_low(int off, bool isHidden)
    {
        using var copy = new CaptureCopy("spill-4.4.178-node").With("4.4.178-2node-4g-node");
        var file = Path.Combine(copy.Folder, "zoneinfo.after-min_free_kbytes.txt");
        var zones = ZoneinfoReader.Read(file, File.ReadAllText(file)).Zones;
        var zone = zones.Single(zone => zone.Id == new ZoneId(new(0), ZoneKind.Normal));
        var batch = (zone.Marks.High - zone.Marks.Low).Value;
        var before = Claim(CaptureVerification.Verify(copy.Folder), "sysctls");
        copy.Change("zoneinfo.after-min_free_kbytes.txt",
            $@"(Node 0, zone +Normal(?s:.)*?nr_alloc_batch +)\d+", "${1}" + (batch - off));
        var after = Claim(CaptureVerification.Verify(copy.Folder), "sysctls");

        Assert.Equal((before.Compared, before.Equal - (isHidden ? 0 : 1)), (after.Compared, after.Equal));
    }

    // Goal: a log is read as it is found. Method: lines of other programs on the console, each line twice, two boots in
    // one file, the banner cut off; nothing of it changes a claim.
    [Theory]
    [InlineData("foreign")]
    [InlineData("doubled")]
    [InlineData("two boots")]
    [InlineData("no banner")]
    public void Text_around_the_boot_changes_nothing(string what)
    {
        using var copy = new CaptureCopy(Machine);
        var whole = CaptureVerification.Verify(copy.Folder).Claims;
        var path = Path.Combine(copy.Folder, "dmesg.txt");
        var lines = File.ReadAllLines(path);
        File.WriteAllLines(path, what switch
        {
            "foreign" => lines.SelectMany((line, i) => i % 2 == 1 ? ["host login: root", line] : new[] { line }),
            "doubled" => lines.SelectMany(line => new[] { line, line }),
            "two boots" => lines.Concat(lines),
            _ => lines.Where(line => !line.Contains("] Linux version ", StringComparison.Ordinal)),
        });
        var report = CaptureVerification.Verify(copy.Folder);

        // Not one value less is compared.
        Assert.Equal(whole.AsEnumerable(), report.Claims);
        Assert.True(report.AllEqual);
        Assert.Equal(what is "two boots" or "no banner" ? 1 : 0, report.Notes.Length);
    }

    // Goal: every listed block is judged, once. Method: count the dump's; the two Normal zones were released by two CPUs
    // each, so their order is not settled, and of DMA and DMA32 the blocks are in order that no allocation can have
    // reached: 256 and 2359 pages, twice, are 1 and 5 of 3 and 477 largest blocks. One of those is near late frees.
    [Fact]
    public void Every_listed_block_is_judged_once()
    {
        using var copy = new CaptureCopy(Machine);
        var report = CaptureVerification.Verify(copy.Folder);
        var (set, order) = (Claim(report, "free-lists").Compared, Claim(report, "free-list-order").Compared);

        Assert.Equal(2 + 472, order);
        Assert.Equal(Blocks(copy.Folder), set + order);
        Assert.StartsWith(
            "free lists: blocks judged in order: 474 of order 10; as a set: ", Assert.Single(report.Remarks),
            StringComparison.Ordinal);
    }

    // Goal: without counters of pages handed out no order is claimed, and no block is lost.
    [Fact]
    public void Without_counters_all_blocks_are_judged_as_a_set()
    {
        using var copy = new CaptureCopy(Machine);
        File.Delete(Path.Combine(copy.Folder, "vmstat.txt"));
        var report = CaptureVerification.Verify(copy.Folder);

        Assert.Equal(Blocks(copy.Folder), Claim(report, "free-lists").Compared);
        Assert.DoesNotContain(report.Claims, claim => claim.Claim == "free-list-order");
    }

    // Goal: from the lists of the mass release every block is predicted that a booting kernel takes, and the lists at
    // the end are in our order. Method: two traced boots; all their takes are compared but the first of a type whose
    // pages were taken before tracing began, which is said.
    [Theory]
    [InlineData("6.1-boottrace-1node-1g", 4259, 239, "8782 pages of 0:DMA32 were taken as Unmovable")]
    [InlineData("6.12-boottrace-1node-1g", 3867, 246, "8817 pages of 0:DMA32 were taken as Unmovable")]
    public void Every_block_that_a_boot_takes_is_predicted(string truth, int taken, int listed, string inferred)
    {
        using var copy = CaptureCopy.OfBootTrace(truth);
        var report = CaptureVerification.Verify(copy.Folder);

        Assert.All(report.Claims, claim => Assert.Null(claim.FirstDifference));
        Assert.Equal((taken, listed),
            (Claim(report, "first-refills").Compared, Claim(report, "free-list-order").Compared));
        // 6.12 reports its memory when it already allocates, which is said.
        var isLate = truth.StartsWith("6.12", StringComparison.Ordinal);
        Assert.Equal(isLate ? 1 : 0, report.Remarks.Count(remark => remark.StartsWith("memory-totals: ", StringComparison.Ordinal)));
        Assert.Equal(isLate ? 4 : 3, report.Remarks.Length);
        Assert.Single(report.Remarks, remark => remark.Contains(inferred, StringComparison.Ordinal));
    }

    // Goal: one altered event is one difference. Method: in a copy, the frame of a block in the middle of a refill.
    [Fact]
    public void An_altered_event_of_a_boot_is_reported_and_ends_the_prediction()
    {
        using var copy = CaptureCopy.OfBootTrace("6.12-boottrace-1node-1g");
        copy.ChangeTrace("zone_locked: pfn=0x62a0 ", "zone_locked: pfn=0x62a1 ");
        var report = CaptureVerification.Verify(copy.Folder);

        var off = Assert.Single(report.Claims, claim => claim.FirstDifference is not null);
        Assert.Equal(("first-refills", off.Compared - 1), (off.Claim, off.Equal));
        Assert.Equal(("0x62a1", "0x62a0"), (off.FirstDifference!.Kernel, off.FirstDifference.Ours));
        Assert.Contains(report.Remarks,
            remark => remark.Contains("the kernel took another block", StringComparison.Ordinal));
    }

    [Fact]
    public void A_boot_trace_that_breaks_off_is_a_problem_at_its_place()
    {
        using var copy = CaptureCopy.OfBootTrace("6.12-boottrace-1node-1g");
        copy.ChangeTrace("order=0 migratetype=0 percpu_refill=1\n[\\s\\S]*", "order=0 migra");
        var exception = Assert.Throws<InputException>(() => CaptureVerification.Verify(copy.Folder));

        Assert.EndsWith("boot/trace.txt.gz:13:103", exception.Problems[0].At.ToString(), StringComparison.Ordinal);
    }

    // The writes were recorded on this very machine; the log of its boot is the shipped one.
    [Fact]
    public void Each_recorded_write_is_repeated_in_its_order()
    {
        using var copy = new CaptureCopy(Machine).With("6.1-2node-4g");
        var report = CaptureVerification.Verify(copy.Folder);

        Assert.All(report.Claims, claim => Assert.Null(claim.FirstDifference));
        Assert.InRange(Assert.Single(report.Claims, claim => claim.Claim == "sysctls").Compared, 1000, 10000);

        copy.Change("zoneinfo.after-min_free_kbytes.x1.txt", @"low      \d+", "low      1");
        var off = Assert.Single(
            CaptureVerification.Verify(copy.Folder).Claims, claim => claim.FirstDifference is not null);
        Assert.Equal(("sysctls", off.Compared - 1), (off.Claim, off.Equal));
        Assert.Equal("zoneinfo.after-min_free_kbytes.x1.txt 0:DMA low", off.FirstDifference!.Where);
    }

    [Fact]
    public void A_folder_without_a_log_is_a_problem_of_the_input()
    {
        using var copy = new CaptureCopy(Machine);
        File.Delete(Path.Combine(copy.Folder, Log));
        Assert.Throws<InputException>(() => CaptureVerification.Verify(copy.Folder));
        Assert.Throws<InputException>(() => CaptureVerification.Verify(Path.Combine(copy.Folder, Zoneinfo)));
    }

    private static ClaimResult Claim(CaptureReport report, string claim) =>
        Assert.Single(report.Claims, result => result.Claim == claim);

    private static int Blocks(string folder) => File.ReadAllLines(Path.Combine(folder, Dump))
        .Where(line => line.StartsWith("free ", StringComparison.Ordinal))
        .Sum(line => line.Split(": ")[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    private static string Text(MachineImage image) => string.Join('\n',
        image.Zones.Select(zone => string.Create(CultureInfo.InvariantCulture,
                $"{zone.Id} {zone.Start} {zone.Spanned} {zone.Present} {zone.Managed} {zone.Tuning.Marks} "
                + $"{string.Join(' ', zone.Tuning.LowmemReserve)} {zone.Tuning.Pageset} {zone.Tuning.StatThreshold} "
                + $"{string.Join(' ', zone.Released)} late {string.Join(' ', zone.FreedLate)}"))
            .Concat(ZonelistText.Lists(image.Zonelists, image.Release.Architecture))
            .Append($"{image.MinFreeKbytes} {string.Join(' ', image.Cpus.NodeOfCpu)} {image.Settings}"));
}
