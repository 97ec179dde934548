namespace Numa.Core.Diagnostics;

/// <summary>A claim of the simulator about itself turned out false. The run ends; nothing is restarted.</summary>
public sealed class InvariantBreachException(string claim) : Exception($"Invariant breached: {claim}")
{
    /// <summary>Key, in the exception's data, of the actor that found the breach.</summary>
    public const string ActorKey = "actor";

    /// <summary>Key of what was being handled: a message, or an event of a turn.</summary>
    public const string MessageKey = "message";

    public string Claim { get; } = claim;
}
