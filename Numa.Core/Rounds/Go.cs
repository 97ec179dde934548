using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Permission for one turn of a group.</summary>
/// <remarks>Reused: the clock owns it again when the group has reported.</remarks>
public sealed class Go
{
    /// <summary>Number of the round, from 1.</summary>
    public long Round { get; set; }

    /// <summary>T: the least instant at which anything can still happen.</summary>
    public VirtualInstant Time { get; set; }

    /// <summary>R: a CPU starts no step at or after this instant.</summary>
    public VirtualInstant RunAhead { get; set; }

    /// <summary>H: zones serve arrivals before this instant.</summary>
    public VirtualInstant Serve { get; set; }

    /// <summary>The others rely on it that none of the group's CPUs asks a zone of theirs before this
    /// instant.</summary>
    public VirtualInstant CalmUntil { get; set; }

    /// <summary>Messages to take before the turn begins.</summary>
    public int Expected { get; set; }

    /// <summary>Sum of the marks of the groups that sent them, one for each message: equal sums mean as many from every
    /// group.</summary>
    public ulong Senders { get; set; }

    public required Board Board { get; init; }

    /// <summary>A number that stands for a group in such a sum.</summary>
    public static ulong MarkOf(int group) => SeedTree.Mix((ulong)group + 1);

    public override string ToString() => $"round {Round} at {Time}";
}
