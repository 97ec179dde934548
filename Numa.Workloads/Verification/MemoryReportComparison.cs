using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Boot;

namespace Numa.Workloads.Verification;

/// <summary>Holds the kernel's own totals against a boot: the <c>Memory:</c> line and the unavailable ranges.</summary>
internal static partial class MemoryReportComparison
{
    private const string File = "dmesg.txt";

    /// <param name="remarks">Receives what is not compared, with the reason.</param>
    public static void Compare(Tally tally, KernelMessages log, MemoryLayout layout, List<string> remarks)
    {
        var holes = log.StartingWith("On node ")
            .Where(line => line.EndsWith(" in unavailable ranges", StringComparison.Ordinal))
            .ToList();
        if (holes.Count > 0)
        {
            var ours = UnavailableRanges.Of(layout).Select(hole =>
                $"On node {hole.Zone.Node}, zone {hole.Zone.Kind}: {hole.Pages} pages in unavailable ranges");
            tally.Same($"{File} unavailable ranges", string.Join("; ", holes), string.Join("; ", ours),
                () => "holes within sections of 128 MiB that hold memory, given to the zone that follows");
        }

        foreach (var line in log.StartingWith("Memory: ").Take(1))
        {
            if (Report().Match(line) is not { Success: true } report) continue;
            Totals(tally, layout, report);
            if (!layout.Release.ReportsMemoryBeforeAllocating)
            {
                remarks.Add($"memory-totals: the {report.Groups["free"]} KiB that the kernel reported free are not "
                    + $"compared: {layout.Release.Name} reports once it has begun to allocate");
            }
        }
    }

    private static void Totals(Tally tally, MemoryLayout layout, Match report)
    {
        var present = layout.Zones.Sum(zone => zone.Present.Value);
        var released = layout.Zones.Sum(zone => zone.Released.Sum(range => range.Pages.Value));
        // 3.10 reports up to the last frame, holes included, and the holes apart.
        var all = report.Groups["absent"].Success
            ? layout.Zones.Max(zone => (zone.Start + zone.Spanned).Value)
            : present;
        KiB(tally, report, "total", all, "present pages, in 3.10 up to the last frame");
        KiB(tally, report, "absent", all - present, "frames below the last that are not present");
        if (layout.IsEstimated) return;
        if (layout.Release.ReportsMemoryBeforeAllocating)
        {
            var free = DeferredZone.ReleasedBefore(layout).Value - layout.PagesTakenBeforeReport;
            KiB(tally, report, "free", free,
                $"pages released so far, the deferred part of the highest zones left out, less "
                + $"{layout.PagesTakenBeforeReport} for page tables");
        }
        else
        {
            // 6.12 reports once it has begun to allocate: what is free is not boot's alone. Lock prefixes are back.
            released = layout.Zones.Sum(zone => zone.ManagedAtTuning.Value);
        }

        KiB(tally, report, "reserved", present - released, "present pages that were not released yet");
    }

    private static void KiB(Tally tally, Match report, string what, long pages, string rule)
    {
        if (report.Groups[what] is not { Success: true } kernel) return;
        var printed = long.Parse(kernel.Value, CultureInfo.InvariantCulture);
        tally.Same($"{File} Memory: {what} KiB", printed, pages * 4, () => rule);
    }

    [GeneratedRegex(@"^Memory: (?<free>\d{1,15})[Kk]/(?<total>\d{1,15})[Kk] available \("
        + @"(?:.*?(?<absent>\d{1,15})k absent)?.*?(?<reserved>\d{1,15})[Kk] reserved")]
    private static partial Regex Report();
}
