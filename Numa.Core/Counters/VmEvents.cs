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
    /// <summary>Pages handed out, by the kind of their zone, and pages given back.</summary>
    /// <remarks>Unit: pages. Their difference is not what is in use: boot took pages uncounted, and pagesets hold
    /// some.</remarks>
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
        return events.ToImmutable();
    }
}
