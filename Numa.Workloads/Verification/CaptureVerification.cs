using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Boots a captured machine from its inputs and holds the truth against it, claim by claim.</summary>
/// <remarks>
/// Inputs: of the log the banner, command line, memory map, SRAT, fake nodes, CPUs, RAM disk, what memblock was asked
/// for, and what was freed late; the SLIT; memory blocks that no memory map names, as they were plugged in; the steps
/// that were done to the running kernel. All else is truth.
/// </remarks>
public static partial class CaptureVerification
{
    private const string Log = "dmesg.txt";
    private const string Zoneinfo = "zoneinfo.txt";
    private const string Dump = "freelists.txt";
    private const string Estimated = "estimated: the log does not hold what early boot took";
    private const string Vmstat = "vmstat.txt";
    private const string Pagetypeinfo = "pagetypeinfo.txt";
    private const string BootTrace = "boot/trace.txt.gz";

    /// <exception cref="InputException">The folder holds no log, or one that cannot be read.</exception>
    public static CaptureReport Verify(string path)
    {
        var folder = new CaptureFolder(path);
        folder.RequireLog();
        var boot = CaptureBoot.From(path);
        boot.Image.RequireFreeLists();
        var report = new Report(folder.Name);
        SwitchHugePages(folder, boot);
        var guesses = new List<string>();
        CompareState(report, folder, boot, guesses);
        CompareLog(report, folder, boot);
        CompareLists(report, folder, boot);

        // Last, because the steps move the machine on.
        var steps = new Tally();
        new StepComparison(folder, boot, steps).Run();
        report.AddUnless(boot.Layout.IsEstimated, "sysctls", steps, "no zoneinfo.after-*");

        new HotplugComparison(folder, boot).Run();
        report.AddUnless(
            boot.Layout.IsEstimated, "hotplug", boot.Replay.Tally, "no folder of a step such as 01-plugged");
        return new(folder.Name, [.. report.Claims], [.. report.LeftOut], [.. boot.Image.Notes, .. guesses])
        {
            Remarks = [.. report.Remarks],
        };
    }

    /// <summary>Captures of traces switched huge pages off before anything was read, and say so. Where boot left them
    /// off, nothing was switched.</summary>
    private static void SwitchHugePages(CaptureFolder folder, CaptureBoot boot)
    {
        if (boot.Tuning.Settings.HugePages == HugePageMode.Never) return;
        if (folder.TryRead("sysfs-misc.txt", out var settings) && HugePagesOff().IsMatch(settings))
            boot.Tuning.Apply(new(Sysctl.HugePages, "never"));
    }

    /// <param name="guesses">Receives how near estimated pages come, for people.</param>
    private static void CompareState(Report report, CaptureFolder folder, CaptureBoot boot, List<string> guesses)
    {
        var (zones, marks, reserves, pagesets) = (new Tally(), new Tally(), new Tally(), new Tally());
        var state = new StateComparison(boot.Image.Release, boot.Tuning);
        if (folder.TryReadZoneinfo(Zoneinfo, out var kernel))
        {
            ZoneComparison.Compare(zones, Zoneinfo, kernel, boot);
            if (boot.Layout.IsEstimated) guesses.AddRange(ZoneComparison.Guesses(kernel, boot.Image));
            state.Marks(marks, Zoneinfo, kernel);
            state.Reserves(reserves, Zoneinfo, kernel);
            state.Pagesets(pagesets, Zoneinfo, kernel);
        }

        if (AllocatorDump.Read(folder, Dump) is { } dump)
        {
            ZoneComparison.Compare(zones, Dump, dump, boot);
            state.Marks(marks, Dump, dump);
            state.Reserves(reserves, Dump, dump);
            state.Pagesets(pagesets, Dump, dump);
        }

        report.Add("zones", zones, $"no {Zoneinfo}");
        var isEstimated = boot.Layout.IsEstimated;
        report.AddUnless(isEstimated, "watermarks", marks, $"no {Zoneinfo}");
        report.AddUnless(isEstimated, "reserves", reserves, $"no {Zoneinfo}");
        report.AddUnless(isEstimated, "pagesets", pagesets, $"no {Zoneinfo}");
    }

    private static void CompareLog(Report report, CaptureFolder folder, CaptureBoot boot)
    {
        var (lists, early, ranges) = (new Tally(), new Tally(), new Tally());
        var totals = new Tally();
        if (AllocatorDump.Read(folder, Dump) is { } dump)
        {
            new StateComparison(boot.Image.Release, boot.Tuning)
                .Zonelists(lists, Dump, dump, boot.Image.Zonelists);
        }

        NodeComparison.Compare(lists, folder, boot.Image);

        if (KernelMessages.Read(folder, Log) is { } log)
        {
            LogComparison.Zonelists(lists, log, boot);
            LogComparison.EarlyMemory(early, log, boot);
            LogComparison.ZoneRanges(ranges, log, boot.Layout);
            MemoryReportComparison.Compare(totals, log, boot.Layout, report.Remarks);
        }

        report.Add("zonelists", lists, $"no {Dump}, and no 'Built' line in {Log}");
        report.Add("early-memory", early, $"no answered request and no second MEMBLOCK table in {Log}");
        report.Add("zone-ranges", ranges, $"no 'Zone ranges' in {Log}");
        report.Add("memory-totals", totals, $"no 'Memory:' in {Log}");
    }

    private static void CompareLists(Report report, CaptureFolder folder, CaptureBoot boot)
    {
        var (set, order, refills, types) = (new Tally(), new Tally(), new Tally(), new Tally());
        var replay = FollowTrace(report, folder, boot, refills);
        var pageblocks = new PageblockComparison(boot);
        if (AllocatorDump.Read(folder, Dump) is { } dump)
        {
            var handedOut = HandedOut.Read(folder, Vmstat, dump);
            var lists = new FreeListComparison(boot, Dump, dump, handedOut) { Replay = replay };
            lists.Compare(set, order);
            if ((!set.IsEmpty || !order.IsEmpty) && !boot.Layout.IsEstimated)
                report.Remarks.Add($"free lists: {lists.Coverage}");
            pageblocks.Compare(types, Dump, dump);
        }

        if (folder.TryRead(Pagetypeinfo, out var text)) pageblocks.Compare(types, Pagetypeinfo, text);
        var estimated = boot.Layout.IsEstimated;
        report.AddUnless(estimated, "free-lists", set, $"no list of free blocks in {Dump}");
        report.AddUnless(estimated, "free-list-order", order,
            $"no list in {Dump} whose order is settled, or no pgalloc counters in {Vmstat} that would show it");
        report.AddUnless(estimated, "first-refills", refills, $"no {BootTrace}, or no block taken in it");
        report.AddUnless(estimated, "pageblocks", types, $"no pageblocks in {Dump}");
    }

    private static BootTraceReplay? FollowTrace(Report report, CaptureFolder folder, CaptureBoot boot, Tally refills)
    {
        using var text = folder.TryOpenPacked(BootTrace);
        if (text is null) return null;
        if (boot.Layout.IsShuffled)
        {
            report.Remarks.Add("first-refills: not predicted, as the kernel was told to shuffle its free lists");
            return null;
        }

        var replay = new BootTraceReplay(boot, BootTrace, refills);
        replay.Run(new FtraceReader(text, Path.Combine(folder.Path, BootTrace)));
        report.Remarks.AddRange(replay.Remarks.Select(remark => $"first-refills: {remark}"));
        return replay;
    }

    private sealed class Report(string capture)
    {
        public List<ClaimResult> Claims { get; } = [];

        public List<string> LeftOut { get; } = [];

        public List<string> Remarks { get; } = [];

        public void Add(string claim, Tally tally, string missing)
        {
            if (tally.IsEmpty) LeftOut.Add($"{claim} ({missing})");
            else Claims.Add(tally.Result(capture, claim));
        }

        /// <summary>Leaves a claim out whose every value rests on estimates: a difference would say nothing.</summary>
        public void AddUnless(bool isEstimated, string claim, Tally tally, string missing)
        {
            if (isEstimated && !tally.IsEmpty) LeftOut.Add($"{claim} ({Estimated})");
            else Add(claim, tally, missing);
        }
    }

    [GeneratedRegex(@"transparent_hugepage/enabled\s*\n[^\n]*\[never\]")]
    private static partial Regex HugePagesOff();
}
