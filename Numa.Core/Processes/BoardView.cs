using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>What CPUs may read of zones they do not ask: records in force at the instants of the board's
/// grid.</summary>
/// <remarks>Immutable; one for each round in which something changed.</remarks>
/// <param name="First">Index of the first grid instant that can be read; instant = index × signal latency.</param>
/// <param name="Records">Records in force at the first instant. Shape: index = slot of the zone.</param>
/// <param name="Later">Records that come into force later, ascending. Shape: index = slot of the zone.</param>
public sealed record BoardView(long First, ZoneRecord[] Records, BoardUpdate[][] Later)
{
    /// <summary>The record of a zone in force at a grid instant.</summary>
    public ref readonly ZoneRecord At(long index, int zone)
    {
        var later = Later[zone];
        for (var i = later.Length - 1; i >= 0; i--)
        {
            if (later[i].Index <= index) return ref later[i].Record;
        }

        return ref Records[zone];
    }
}
