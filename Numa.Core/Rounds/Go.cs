using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Permission for one turn of a group.</summary>
/// <param name="Round">Number of the round, from 1.</param>
/// <param name="Time">T: the least instant at which anything can still happen.</param>
/// <param name="RunAhead">R: a CPU starts no step at or after this instant.</param>
/// <param name="Serve">H: zones serve arrivals before this instant.</param>
/// <param name="Expected">Messages to take before the turn begins.</param>
public sealed record Go(
    long Round, VirtualInstant Time, VirtualInstant RunAhead, VirtualInstant Serve, int Expected, BoardView Board)
{
    public override string ToString() => $"round {Round} at {Time}";
}
