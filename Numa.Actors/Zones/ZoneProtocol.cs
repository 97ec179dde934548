using Numa.Core.Processes;

namespace Numa.Actors.Zones;

/// <summary>What a zone's actor hears beside <see cref="ZoneVisit"/>, which carries its own reply back.</summary>
public static class ZoneProtocol
{
    /// <summary>The run is over. Answer: <see cref="ZoneClosed"/>; the zone's state goes with it.</summary>
    public sealed record CloseZone;

    /// <summary>Answers <see cref="CloseZone"/>.</summary>
    public sealed record ZoneClosed(ZoneProcess Zone, long Messages, long Decisions);
}
