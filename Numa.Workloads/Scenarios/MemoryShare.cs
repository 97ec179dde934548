using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Workloads.Scenarios;

/// <summary>A part of a machine's memory: all that its zones manage after boot.</summary>
/// <remarks>Range: 1 to 100 percent.</remarks>
public sealed record MemoryShare(int Percent)
{
    /// <summary>As a number of blocks, rounded down.</summary>
    public long Blocks(MachineImage machine, Order order) =>
        machine.Zones.Sum(zone => zone.Managed.Value) * Percent / 100 >> order.Value;
}
