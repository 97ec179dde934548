using System.Collections.Immutable;

namespace Numa.Workloads.Experiments;

/// <summary>Many interleavings of one plan.</summary>
/// <param name="Asked">Schedules that were to be played.</param>
/// <param name="Schedules">Those that were, by seed.</param>
/// <param name="FirstBreak">The one of the least seed that broke something; null when none did.</param>
public sealed record Exploration(
    int Asked, ScheduleOutcome Unperturbed, ImmutableArray<ScheduleOutcome> Schedules, ScheduleBreak? FirstBreak);

/// <summary>A schedule that broke something, and how.</summary>
/// <param name="Schedule">Its seed; null for the run that nothing perturbs.</param>
/// <param name="Check">Which check found it.</param>
/// <param name="Zone">Null where no zone can be told.</param>
/// <param name="Prefix">Null when the search for it was interrupted.</param>
public sealed record ScheduleBreak(ulong? Schedule, string Check, string Claim, string? Zone, BreakingPrefix? Prefix);

/// <summary>The shortest beginning of a run that breaks: cut off a nanosecond earlier, it does not.</summary>
/// <param name="UntilNanoseconds">No operation begins at this instant of virtual time or later.</param>
/// <param name="Operations">Allocations and frees begun before.</param>
/// <param name="WholeNanoseconds">What cuts nothing off.</param>
/// <param name="Trails">The last messages of the zone that broke, and of the CPUs that came to it last.</param>
public sealed record BreakingPrefix(
    long UntilNanoseconds, long Operations, long WholeNanoseconds, long WholeOperations,
    ImmutableArray<ActorTrail> Trails);
