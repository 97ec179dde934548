namespace Numa.Core.Diagnostics;

/// <summary>A claim of the simulator about itself turned out false. The run ends; nothing is restarted.</summary>
public sealed class InvariantBreachException(string claim) : Exception($"Invariant breached: {claim}")
{
    public string Claim { get; } = claim;
}
