using System.Collections.Immutable;
using Numa.Workloads.Experiments;

namespace Numa.Workloads.Scenarios;

/// <summary>A scenario as far as it could be read, and what is wrong with its text.</summary>
/// <param name="Scenario">Null where there is no machine, or no mapping at all.</param>
internal sealed record ScenarioDraft(Scenario? Scenario, ProblemList Problems)
{
    /// <summary>Nothing is wrong with the machine, its kernel and its settings: it can be booted.</summary>
    public bool HasMachine { get; init; }

    /// <summary>Nothing is wrong with the events.</summary>
    public bool HasEvents { get; init; }

    /// <summary>Workloads of which a part could not be read.</summary>
    public ImmutableHashSet<string> Torn { get; init; } = [];

    /// <summary>The scenario, if all of it could be read.</summary>
    /// <exception cref="Core.Diagnostics.InputException">It has problems; those that need no boot are in
    /// it.</exception>
    public Scenario Whole()
    {
        Problems.ThrowIfAny();
        return Scenario!;
    }

    /// <summary>The same; where something is wrong, what the booted machine refuses is in it as well.</summary>
    /// <exception cref="Core.Diagnostics.InputException">It has problems; all of them are in it.</exception>
    public Scenario Fitting()
    {
        if (!Problems.IsEmpty && HasMachine) DraftFit.Check(this);
        return Whole();
    }
}
