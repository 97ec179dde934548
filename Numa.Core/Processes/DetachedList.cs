using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>Blocks that a CPU took off one of its pagesets for another CPU to free.</summary>
/// <param name="Zone">Slot of the zone.</param>
/// <param name="Blocks">Shape: the order in which they go back; one hold of the zone's lock.</param>
public sealed record DetachedList(int Zone, DrainedBlock[] Blocks);
