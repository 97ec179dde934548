using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Text.Reports;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Explaining;

/// <summary>Asks a kernel's log why an allocation failed there, or why the OOM killer struck.</summary>
public static class ReportQuestion
{
    /// <summary>Every report of a log.</summary>
    /// <exception cref="InputException">The file cannot be read, or holds no whole report.</exception>
    public static ImmutableArray<ExplainedReport> Ask(string file)
    {
        var (reports, problems) = MemoryReportReader.Read(file, ScenarioLoader.ReadWhole(file));
        if (!problems.IsEmpty) throw new InputException(problems);
        return [.. reports.Select(Explain)];
    }

    internal static ExplainedReport Explain(MemoryReport report)
    {
        var notes = new List<string>();
        var gfp = report.Gfp.Flags(report.Form);
        if (gfp is null)
            notes.Add($"gfp flags '{report.Gfp.Names}' are not all known: taken as GFP_KERNEL");
        var request = new AllocationRequest(gfp ?? GfpFlags.GfpKernel, new(Math.Min(report.Order, Order.MaxValue)));
        var release = Release(report);
        var judged = report.Memory is { } memory ? Judge(report, memory, request, release) : [];
        var (answer, isJustified) = Answer(report, judged);
        if (report.Memory is { } all)
        {
            if (Elsewhere(all, judged) is { } elsewhere) notes.Add(elsewhere);
            notes.Add("marks and free pages are those of the moment of the report, not of the allocation's last try");
        }

        return new(report.Line, answer, ReportWords.Request(report, request, release), ReportWords.Constraint(report),
            [.. judged.Select(one => one.Told)], isJustified, ReportWords.Kill(report), [.. notes]);
    }

    /// <summary>A release whose reports look like this one. Only kernels of 32 bit have HighMem.</summary>
    private static KernelRelease Release(MemoryReport report)
    {
        var release = KernelRelease.Find(report.Form switch
        {
            ReportForm.PerZone => "4.4",
            ReportForm.PerNode => "6.1",
            _ => "6.12",
        }, out _)!;
        return report.Memory?.Zones.Any(zone => zone.Zone.Kind == ZoneKind.HighMem) == true
            ? release with { Architecture = KernelArchitecture.X86Pae } : release;
    }

    private static List<(ReportedZone Told, ZoneVerdict Verdict)> Judge(
        MemoryReport report, MemInfo memory, AllocationRequest request, KernelRelease release)
    {
        var highest = request.HighestZone(release);
        var permitted = memory.Zones.Where(zone => IsPermitted(report, zone.Zone, highest)).ToList();
        // Whose list was walked is not told; with a zone for each column the highest that is permitted comes first.
        var index = release.ReserveIndex == ReserveIndexRule.PreferredZone && permitted.Count > 0
            ? (int)permitted.Max(zone => zone.Zone.Kind) : (int)highest;
        var check = new WatermarkCheck(
            WatermarkLevel.Min, request.SlowPathFlags(release), index, request.Order.Value);
        var judged = new List<(ReportedZone, ZoneVerdict)>();
        foreach (var zone in memory.Zones)
        {
            var verdict = check.Evaluate(release, Tuning(zone, release), Record(zone));
            var isPermitted = permitted.Contains(zone);
            judged.Add((new(zone.Zone.ToString(), isPermitted, zone.Of("free"), zone.Of("min"), verdict.Available,
                verdict.Required, isPermitted ? ReportWords.Verdict(verdict, request) : "not permitted"),
                isPermitted ? verdict.Verdict : ZoneVerdict.KnownAsFull));
        }

        return judged;
    }

    private static bool IsPermitted(MemoryReport report, ZoneId zone, ZoneKind highest) =>
        zone.Kind <= highest && Holds(report.Nodemask, zone.Node)
        && (report.Constraint != "CONSTRAINT_CPUSET" || Holds(report.MemsAllowed, zone.Node));

    /// <summary>A list of nodes holds one; what is no list, such as <c>(null)</c>, holds all.</summary>
    private static bool Holds(string nodes, NodeId node)
    {
        var listed = CpuListText.Parse(nodes, out var problem);
        return problem is not null || listed.IsEmpty || listed.Contains(new(node.Value));
    }

    private static ZoneTuning Tuning(ZoneMemInfo zone, KernelRelease release)
    {
        var boost = zone.Of("boost");
        // Columns that a shorter list lacks keep nothing.
        var kinds = release.Architecture.ZoneKinds;
        var reserve = new PageCount[LowmemReserve.Columns];
        for (var index = 0; index < Math.Min(kinds.Length, zone.LowmemReserve.Length); index++)
            reserve[(int)kinds[index]] = new(zone.LowmemReserve[index]);
        return new(new(new(zone.Of("min") - boost), new(zone.Of("low") - boost), new(zone.Of("high") - boost),
            new(zone.Of("high") - boost)), [.. reserve], default, 0, default);
    }

    private static ZoneRecord Record(ZoneMemInfo zone)
    {
        var record = new ZoneRecord
        {
            Folded = zone.Of("free"), Boost = zone.Of("boost"), HighAtomicPages = zone.Of("reserved_highatomic"),
        };
        for (var order = 0; order < Math.Min(zone.Orders.Length, Order.Count); order++)
        {
            var (blocks, types) = zone.Orders[order];
            record.FreeBlocks[order] = (int)Math.Min(blocks, int.MaxValue);
            if (blocks == 0) continue;
            // Letters of Unmovable, Movable and Reclaimable; a text without letters hides nothing.
            var bit = (ushort)(1 << order);
            if (types.Length == 0 || types.AsSpan().ContainsAny("UME")) record.OrdersOfPagesetTypes |= bit;
            if (types.Contains('H', StringComparison.Ordinal)) record.OrdersOfHighAtomic |= bit;
        }

        return record;
    }

    private static (string Answer, bool? IsJustified) Answer(
        MemoryReport report, List<(ReportedZone Told, ZoneVerdict Verdict)> judged)
    {
        if (ReportWords.IsMemcg(report)) return (ReportWords.Memcg(report), null);
        var what = report.Cause == ReportCause.OomKiller ? "the OOM killer struck" : "the allocation failed";
        var permitted = judged.FindAll(one => one.Told.IsPermitted);
        if (permitted.Count == 0) return ($"No zone of the report is permitted to the request, so {what}.", null);
        if (permitted.Find(one => one.Verdict == ZoneVerdict.Passed).Told is { } passes)
        {
            return ($"The numbers do not say why {what}: {passes.Zone} has {passes.Available} pages that count and "
                + $"must keep {passes.Needed} at min. Pages may have been freed since.", false);
        }

        if (permitted.Find(one => one.Verdict == ZoneVerdict.NoBlockOfOrder).Told is { } split)
        {
            return ($"Fragmentation: {split.Zone} has {split.Available} pages that count and must keep {split.Needed} "
                + $"at min, but no free block of order {report.Order} that the request may take, so {what}.", true);
        }

        return (permitted.Count == 1
            ? $"{permitted[0].Told.Zone}, the only permitted zone, has no more than it must keep at min, so {what}."
            : $"None of the {permitted.Count} permitted zones has more than it must keep at min, so {what}.", true);
    }

    private static string? Elsewhere(MemInfo memory, List<(ReportedZone Told, ZoneVerdict)> judged)
    {
        var rest = memory.Totals.GetValueOrDefault("free")
            - judged.Where(one => one.Told.IsPermitted).Sum(one => one.Told.Free);
        var least = judged.Sum(one => one.Told.Min);
        return rest > Math.Max(least, 1)
            ? $"{rest} pages are free in zones that the request may not use" : null;
    }
}
