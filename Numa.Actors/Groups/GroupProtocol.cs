using System.Collections.Immutable;
using Numa.Core.Processes;

namespace Numa.Actors.Groups;

/// <summary>What a group's actor hears beside visits, signals, tasks and the clock's permissions, and says.</summary>
public static class GroupProtocol
{
    /// <summary>From itself, when it is the only group: go on with the rounds.</summary>
    public sealed record GoOn;

    /// <summary>The run is over. Answer: <see cref="GroupClosed"/>; the state of all members goes with it.</summary>
    public sealed record CloseGroup;

    /// <summary>Answers <see cref="CloseGroup"/>.</summary>
    public sealed record GroupClosed(
        int Group, ImmutableArray<CpuProcess> Cpus, ImmutableArray<ZoneProcess> Zones,
        ImmutableArray<WatermarkCrossing> Crossings, long Messages, long Decisions);
}
