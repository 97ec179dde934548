using System.Collections.Immutable;
using Numa.Core.Addressing;
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
    public int SlotOf(ZoneId zone)
    {
        for (var slot = 0; slot < Zones.Length; slot++)
        {
            if (Zones[slot].Id == zone) return slot;
        }

        throw new KeyNotFoundException($"The machine has no zone {zone}.");
    }
}
