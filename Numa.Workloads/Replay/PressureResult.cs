using System.Collections.Immutable;

namespace Numa.Workloads.Replay;

/// <summary>Something that the rules foretell and a trace shows, counted by allocations.</summary>
/// <param name="Both">Foretold and seen.</param>
/// <param name="OnlyForetold">Foretold, and the trace would show it, and does not.</param>
/// <param name="OnlySeen">Seen, and not foretold.</param>
/// <param name="Open">Foretold or seen, and the trace leaves open whether the other should be: kswapd may have been
/// awake, or others freed pages between the walk and the page.</param>
/// <param name="ByLag">Of those that only one side has: the two numbers of a check lay no further apart than what CPUs
/// may hold unfolded.</param>
/// <param name="FirstForetold">Number of the first allocation it is foretold for; null for none.</param>
/// <param name="FirstSeen">Number of the first allocation it is seen at; null for none.</param>
public sealed record Foretold(
    long Both, long OnlyForetold, long OnlySeen, long Open, long ByLag, int? FirstForetold, int? FirstSeen);

/// <summary>A zone's first page for the commonest kind of request of a phase.</summary>
/// <param name="Kernel">Number of the allocation that got it; null for none.</param>
/// <param name="Model">The same of the predictions.</param>
/// <param name="KernelPages">Allocations of that kind that the zone served.</param>
/// <param name="ModelPages">The same of the predictions.</param>
public sealed record ZoneTurn(string Zone, int? Kernel, int? Model, long KernelPages, long ModelPages);

/// <summary>Where a zone stops serving the commonest kind of request of a phase.</summary>
/// <remarks>Unit: pages.</remarks>
/// <param name="Mark">Low, or min on the slow path.</param>
/// <param name="At">Number of the first allocation that the zone refuses in the model.</param>
/// <param name="Free">What it has free then, as the check reads it: what its last hand-out left.</param>
/// <param name="Needed">It must have more: mark as the request's flags leave it, boost and lowmem reserve.</param>
/// <param name="Boost">Part of <paramref name="Needed"/>.</param>
/// <param name="KernelAt">First allocation at which the kernel has left the zone; null when it never does.</param>
/// <param name="Lag">What CPUs may hold of the counter unfolded: the two sides may leave the zone so many pages
/// apart.</param>
/// <param name="KernelRead">What the kernel read when it first judged the zone for a retry; null when no event
/// tells.</param>
/// <param name="ModelRead">What the model had for that allocation's walk at min.</param>
/// <param name="Refused">Allocations that the zone refused in the model and whose answer shows whether it did in the
/// kernel.</param>
/// <param name="Agreed">Those that it refused in the kernel too.</param>
public sealed record ZoneStop(
    string Zone, string Mark, int At, long Free, long Needed, long Boost, long Lag, int? KernelAt,
    long? KernelRead, long? ModelRead, long Refused, long Agreed);

/// <summary>Why a kswapd may sleep.</summary>
public enum KswapdRest
{
    /// <summary>A zone of the node has its high mark.</summary>
    Balanced,

    /// <summary>None has, and reclaim freed nothing: the node is given up until something is freed.</summary>
    GivenUp,
}

/// <summary>The kswapd of a node in a phase.</summary>
/// <param name="IsGivenUp">The node was given up before the phase, so nobody wakes it.</param>
/// <param name="Wakes">By allocations that had to wake it.</param>
/// <param name="AgainstRule">Wakes that only one side has, before anything was reclaimed, and not by lag.</param>
/// <param name="Passes">Times that it went over its node.</param>
/// <param name="Rests">Why it could sleep, by the model's counters, each time that it did.</param>
public sealed record KswapdResult(
    int Node, bool IsGivenUp, Foretold Wakes, long AgainstRule, long Passes, ImmutableArray<KswapdRest> Rests);

/// <summary>A zone at the last look before the OOM killer strikes.</summary>
/// <param name="Free">In the model, at the walk at min.</param>
/// <param name="Needed">High mark, boost and reserve: more would have served the request.</param>
public sealed record LastLook(string Zone, long Free, long Needed)
{
    public bool Fails => Free <= Needed;
}

/// <summary>The OOM killer struck.</summary>
/// <param name="Allocation">Number of the allocation that it struck for; null when that does not end in the
/// phase.</param>
/// <param name="Reclaims">Times that the allocation had reclaimed.</param>
/// <param name="NoProgress">Of these, how many in a row had freed nothing at the end.</param>
/// <param name="Allows">The retry rule lets nothing but the OOM killer follow; null where the trace does not
/// tell.</param>
/// <param name="ModelRefuses">In the model the walk at min fails too.</param>
/// <param name="Looks">The walk at high, zone by zone.</param>
/// <param name="ByVictim">Later allocations of the victim that the model refused as it refuses others.</param>
/// <param name="ByRight">Of these, how many what an OOM victim may use would have served.</param>
public sealed record OomKill(
    int? Allocation, int Victim, int Reclaims, int NoProgress, bool? Allows, bool ModelRefuses,
    ImmutableArray<LastLook> Looks, long ByVictim, long ByRight);

/// <summary>A phase in which memory was short: what the rules say beside what the trace shows.</summary>
/// <param name="Kind">Gfp flags and order of the commonest kind of request.</param>
/// <param name="Turns">In the order in which the kernel came to the zones.</param>
/// <param name="DirectReclaim">Allocations that reclaim.</param>
/// <param name="RetryChecks">Zones judged worth another try, by the rule, from what the kernel found.</param>
/// <param name="RetryRounds">Counts of rounds without progress, by the rule.</param>
public sealed record PressureResult(
    string Kind, ImmutableArray<ZoneTurn> Turns, ImmutableArray<ZoneStop> Stops, ImmutableArray<KswapdResult> Kswapd,
    Foretold DirectReclaim, Agreement RetryChecks, Agreement RetryRounds, ImmutableArray<OomKill> Kills)
{
    /// <summary>What does not depend on what is reclaimed agrees.</summary>
    public bool Holds => RetryChecks.IsWhole && RetryRounds.IsWhole
        && Kswapd.All(kswapd => kswapd.AgainstRule == 0) && Kills.All(kill => kill.Allows != false);
}
