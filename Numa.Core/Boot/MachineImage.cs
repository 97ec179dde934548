using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>A machine at the end of boot: what the actors start from.</summary>
/// <param name="Zones">Populated zones, ascending by node and zone index. Their position is the zone's slot.</param>
/// <param name="MinFreeKbytes">vm.min_free_kbytes in force. Unit: KiB.</param>
/// <param name="Notes">What had to be estimated or replaced, for people.</param>
public sealed record MachineImage(
    string Name,
    KernelRelease Release,
    ImmutableArray<NodeId> Nodes,
    CpuTopology Cpus,
    NodeDistances Distances,
    ImmutableArray<ZoneImage> Zones,
    ZonelistSet Zonelists,
    MemorySettings Settings,
    int MinFreeKbytes,
    ImmutableArray<string> Notes)
{
    /// <summary>Refuses a machine with a zone that free lists cannot be kept of; all else about it is known.</summary>
    /// <exception cref="InputException">A zone spans more than 4 TiB.</exception>
    public void RequireFreeLists()
    {
        var large = Zones.Where(zone => !Zone.Fits(zone)).ToList();
        if (large.Count == 0) return;
        throw new InputException([.. large.Select(zone => new Problem(new(Name, 0, 0), "NUMA219",
            $"zone {zone.Id} spans {zone.Spanned} pages; free lists are kept of zones up to 4TiB"))]);
    }

    public int SlotOf(ZoneId zone)
    {
        for (var slot = 0; slot < Zones.Length; slot++)
        {
            if (Zones[slot].Id == zone) return slot;
        }

        throw new KeyNotFoundException($"The machine has no zone {zone}.");
    }
}
