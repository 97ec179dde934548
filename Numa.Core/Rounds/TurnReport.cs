using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>What a turn sent to one other group.</summary>
/// <param name="Asked">Least arrival of the visits sent, Never for none.</param>
/// <param name="Ready">Least stamp of the replies and signals sent, Never for none.</param>
public readonly record struct Sent(int Group, int Messages, VirtualInstant Asked, VirtualInstant Ready);

/// <summary>What a group says at the end of its turn. Reused: the group owns it again with its next turn.</summary>
public sealed class TurnReport
{
    public int Group;

    /// <summary>Least instant at which one of the group's CPUs can step.</summary>
    public VirtualInstant Ready;

    /// <summary>Least arrival of a visit that the group's zones have not served.</summary>
    public VirtualInstant Asked;

    /// <summary>None of the group's CPUs asks a zone of another group before this instant, unless a message comes
    /// in between.</summary>
    public VirtualInstant CalmUntil = VirtualInstant.BeforeAll;

    /// <summary>Steps of tasks and services of zones in the turn: what it cost, roughly.</summary>
    public long Work;

    /// <summary>Latest instant at which one of the group's CPUs has stepped, −1 for never.</summary>
    public VirtualInstant Stepped = new(-1);

    public List<Sent> Sent { get; } = [];

    /// <summary>Where pages are; null unless a run counts them.</summary>
    public GroupCensus? Census;

    public List<(int Zone, BoardUpdate Update)> Board { get; } = [];
}
