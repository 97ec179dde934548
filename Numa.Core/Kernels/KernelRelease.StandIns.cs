using Numa.Core.Mempolicies;

namespace Numa.Core.Kernels;

/// <remarks>What a release is called where it has no rule for what is asked.</remarks>
public sealed partial record KernelRelease
{
    /// <summary>The version that was asked for, where this release's rules stand in for another's; null where they are
    /// its own.</summary>
    public string? StandsInFor { get; private init; }

    /// <summary>Whose rules hold, for messages: <c>Linux 6.1</c>, or that they stand in for another's.</summary>
    public string Title => StandsInFor is null
        ? $"Linux {Name}"
        : $"the rule set of Linux {Name}, which stands in for {StandsInFor} here,";

    /// <summary>Both have the same rules, whatever version was asked for.</summary>
    public bool HasRulesOf(KernelRelease other) => Name == other.Name && Architecture == other.Architecture;

    /// <summary>What a policy needs and this release does not have: the version that brought it, and what holds
    /// here.</summary>
    /// <returns>Null when it has it.</returns>
    public string? Lacking(Mempolicy policy)
    {
        var since = policy.Mode == MempolicyMode.WeightedInterleave && !KnowsWeightedInterleave ? "6.9"
            : KnowsPreferredMany ? null
            : policy.Mode == MempolicyMode.PreferredMany ? "5.15"
            : policy.HomeNode is null ? null : "5.17";
        if (since is null) return null;
        return StandsInFor is null
            ? $"Linux {since}; the machine's kernel is {Name}"
            : $"the rules of Linux {since} or later; {Title} has none for it";
    }
}
