using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Processes;
using Numa.Core.Zones;

namespace Numa.Core.Counters;

/// <summary>Events that /proc/vmstat counts, by the kernel's names and in its order.</summary>
/// <remarks>Source: <c>vmstat_text</c>, Linux mm/vmstat.c.</remarks>
public static class VmEvents
{
    /// <summary>Pages handed out, by the kind of their zone, and pages given back; what reclaim and compaction
    /// did.</summary>
    /// <remarks>Unit of pg…: pages; of the others: times. allocstall is one figure for all kinds of zones. pgalloc less
    /// pgfree is not what is in use: boot took pages uncounted, and pagesets hold some.</remarks>
    public static ImmutableArray<(string Name, long Count)> Of(
        KernelRelease release, ImmutableArray<ZoneImage> zones, IReadOnlyCollection<CpuProcess> cpus)
    {
        var events = ImmutableArray.CreateBuilder<(string, long)>();
        foreach (var kind in release.ZoneKinds.Remove(ZoneKind.Device))
        {
            var pages = 0L;
            for (var slot = 0; slot < zones.Length; slot++)
            {
                if (zones[slot].Id.Kind == kind) pages += cpus.Sum(cpu => cpu.Counters.PagesFrom[slot]);
            }

            var name = kind == ZoneKind.HighMem ? "high" : kind.ToString().ToLowerInvariant();
            events.Add(("pgalloc_" + name, pages));
        }

        events.Add(("pgfree", cpus.Sum(cpu => cpu.Zones.Sum(zone => zone?.PagesFreed ?? 0))));
        var counters = cpus.Select(cpu => cpu.Counters).ToList();
        events.Add(("allocstall", counters.Sum(cpu => cpu.AllocStalls)));
        events.Add(("pgsteal_kswapd", counters.Sum(cpu => cpu.KswapdReclaimed)));
        events.Add(("pgsteal_direct", counters.Sum(cpu => cpu.DirectReclaimed)));
        events.Add(("pgscan_direct_throttle", counters.Sum(cpu => cpu.Throttled)));
        events.Add(("zone_reclaim_failed", counters.Sum(cpu => cpu.NodeReclaimFailures)));
        events.Add(("kswapd_low_wmark_hit_quickly", counters.Sum(cpu => cpu.KswapdLowMarkHits)));
        events.Add(("kswapd_high_wmark_hit_quickly", counters.Sum(cpu => cpu.KswapdHighMarkHits)));
        events.Add(("pageoutrun", counters.Sum(cpu => cpu.PageOutRuns)));
        events.Add(("oom_kill", counters.Sum(cpu => cpu.OomKills)));
        events.Add(("compact_stall", counters.Sum(cpu => cpu.CompactionStalls)));
        events.Add(("compact_fail", counters.Sum(cpu => cpu.CompactionFailures)));
        events.Add(("compact_success", counters.Sum(cpu => cpu.CompactionSuccesses)));
        events.Add(("compact_daemon_wake", counters.Sum(cpu => cpu.KcompactdRuns)));
        return events.ToImmutable();
    }
}
