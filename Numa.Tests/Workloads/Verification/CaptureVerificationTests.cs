using System.Globalization;
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
    [InlineData("free-lists", Dump, "400 800 c00", "400 800 1000", "0:DMA block 0x1000", "free", "not released whole")]
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
        Assert.Equal(11, report.LeftOut.Length);
    }

    [Fact]
    public void Lists_of_the_largest_blocks_are_compared_in_the_order_of_release()
    {
        using var copy = new CaptureCopy(Machine);
        var report = CaptureVerification.Verify(copy.Folder);
        Assert.InRange(Assert.Single(report.Claims, claim => claim.Claim == "free-lists").Compared, 2000, 3000);

        copy.Change(Dump, "400 800 c00", "800 400 c00");
        var off = Assert.Single(
            CaptureVerification.Verify(copy.Folder).Claims, claim => claim.FirstDifference is not null);
        Assert.Equal(("free-lists", off.Compared - 2), (off.Claim, off.Equal));
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

    private static string Text(MachineImage image) => string.Join('\n',
        image.Zones.Select(zone => string.Create(CultureInfo.InvariantCulture,
                $"{zone.Id} {zone.Start} {zone.Spanned} {zone.Present} {zone.Managed} {zone.Tuning.Marks} "
                + $"{string.Join(' ', zone.Tuning.LowmemReserve)} {zone.Tuning.Pageset} {zone.Tuning.StatThreshold} "
                + $"{string.Join(' ', zone.Released)} late {string.Join(' ', zone.FreedLate)}"))
            .Concat(ZonelistText.Lists(image.Zonelists))
            .Append($"{image.MinFreeKbytes} {string.Join(' ', image.Cpus.NodeOfCpu)} {image.Settings}"));
}
