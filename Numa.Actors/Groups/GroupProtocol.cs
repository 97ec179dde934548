using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Core.Rounds;

namespace Numa.Actors.Groups;

/// <summary>What a group's actor hears beside tasks, and says.</summary>
public static class GroupProtocol
{
    /// <summary>To the clock: the group is made and its CPUs hold their tasks. It is the clock's from now on.</summary>
    public sealed record Joined(Group Group, GroupPost Post);

    /// <summary>The group for one turn; the same message comes back when it is played.</summary>
    /// <remarks>Reused: one for each group.</remarks>
    public sealed class PlayTurn(RoundLoop rounds)
    {
        public RoundLoop Rounds { get; } = rounds;

        public required Go Go { get; set; }

        public override string ToString() => $"{nameof(PlayTurn)}: {Go}";
    }

    /// <summary>The run is over. Answer: <see cref="GroupClosed"/>; the state of all members goes with it.</summary>
    public sealed record CloseGroup;

    /// <summary>Answers <see cref="CloseGroup"/>.</summary>
    public sealed record GroupClosed(
        int Group, ImmutableArray<CpuProcess> Cpus, ImmutableArray<ZoneProcess> Zones,
        ImmutableArray<WatermarkCrossing> Crossings, long Messages, long Decisions);
}
