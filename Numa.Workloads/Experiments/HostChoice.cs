using Numa.Core.Diagnostics;
using Numa.Core.Rounds;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Which host a run gets, and how it keeps rounds.</summary>
internal static class HostChoice
{
    /// <summary>Up to here an actor for each CPU is quick enough to be the default.</summary>
    /// <remarks>Round figure: rounds cost messages by CPU, whatever the CPUs do.</remarks>
    public const int MostCpusApart = 128;

    /// <exception cref="InputException">Rounds are to be checked, and the clock has none.</exception>
    public static RoundOptions Rounds(bool check, SimulationClock clock)
    {
        if (check && clock != SimulationClock.Virtual)
        {
            throw new InputException([new(new("--check", 0, 0), ProblemCodes.Conflict,
                "pages are counted at the end of rounds, so it needs --clock virtual; found the wall clock")]);
        }

        return new() { CountsPages = check };
    }

    /// <param name="wanted">Null for the one that suits the machine.</param>
    /// <exception cref="InputException">The clock has no such host.</exception>
    public static HostKind Of(HostKind? wanted, SimulationClock clock, int cpus)
    {
        if (wanted == HostKind.Grouped && clock != SimulationClock.Virtual)
        {
            throw new InputException([new(new("--host", 0, 0), ProblemCodes.Conflict,
                "a grouped host has no mailbox for each zone's lock, so it needs --clock virtual; found the wall"
                + " clock")]);
        }

        if (wanted is { } host) return host;
        return clock == SimulationClock.Virtual && cpus > MostCpusApart ? HostKind.Grouped : HostKind.Actors;
    }
}
