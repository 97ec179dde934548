using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Actors.Time;

/// <summary>What the clock's actor hears beside <see cref="TurnReport"/>, and says.</summary>
public static class ClockProtocol
{
    /// <summary>A group is there and ready; all must have joined before the first round.</summary>
    public sealed record Joined(TurnReport Report);

    /// <summary>From itself, when it plays the turns of groups: go on with the rounds.</summary>
    public sealed record GoOn;

    /// <summary>An actor of the run reads the clock's progress. Answer: <see cref="Progress"/>.</summary>
    public sealed record AskProgress;

    /// <summary>Answers <see cref="AskProgress"/>.</summary>
    public sealed record Progress(VirtualInstant Time, long Rounds);

    /// <summary>To the machine: nothing can happen any more.</summary>
    public sealed record TimeEnded(VirtualInstant Time, long Rounds, long Messages);
}
