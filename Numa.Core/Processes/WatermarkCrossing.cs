using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>A zone's free pages fell to a mark, or rose above the high mark again. A fact, not a wake-up.</summary>
/// <param name="Zone">Slot of the zone.</param>
/// <param name="Free">Unit: pages.</param>
public readonly record struct WatermarkCrossing(
    int Zone, WatermarkLevel Level, bool Fell, VirtualInstant At, long Free);
