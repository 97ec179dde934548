using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Processes;
using Numa.Core.Zones;

namespace Numa.Core.Counters;

/// <summary>Events that /proc/vmstat counts, by the kernel's names and in its order.</summary>
/// <remarks>Source: <c>vmstat_text</c>, Linux mm/vmstat.c.</remarks>
public static class VmEvents
{
    /// <summary>Pages handed out, by the kind of their zone, and pages given back; what compaction was asked for, and
    /// what came of it.</summary>
    /// <remarks>Unit: pages, but for compaction's. Their difference is not what is in use: boot took pages uncounted, and pagesets hold
    /// some.</remarks>
    public static ImmutableArray<(string Name, long Count)> Of(
        ImmutableArray<ZoneImage> zones, IReadOnlyCollection<CpuProcess> cpus)
    {
        var events = ImmutableArray.CreateBuilder<(string, long)>();
        foreach (var kind in new[] { ZoneKind.DMA, ZoneKind.DMA32, ZoneKind.Normal, ZoneKind.Movable })
        {
            var pages = 0L;
            for (var slot = 0; slot < zones.Length; slot++)
            {
                if (zones[slot].Id.Kind == kind) pages += cpus.Sum(cpu => cpu.Counters.PagesFrom[slot]);
            }

            events.Add(("pgalloc_" + kind.ToString().ToLowerInvariant(), pages));
        }

        events.Add(("pgfree", cpus.Sum(cpu => cpu.Zones.Sum(zone => zone?.PagesFreed ?? 0))));
        events.Add(("compact_stall", cpus.Sum(cpu => cpu.Counters.CompactionStalls)));
        events.Add(("compact_fail", cpus.Sum(cpu => cpu.Counters.CompactionFailures)));
        events.Add(("compact_success", cpus.Sum(cpu => cpu.Counters.CompactionSuccesses)));
        events.Add(("compact_daemon_wake", cpus.Sum(cpu => cpu.Counters.KcompactdRuns)));
        return events.ToImmutable();
    }
}
