using System.Collections.Immutable;

namespace Numa.Workloads.Explaining;

/// <summary>A zone of a report, and whether its numbers let it serve the request.</summary>
/// <remarks>Unit: pages.</remarks>
/// <param name="IsPermitted">Flags, policy and cpuset let the request use it.</param>
/// <param name="Free">As reported.</param>
/// <param name="Min">As reported, with boost.</param>
/// <param name="Available">Free pages that the request may count.</param>
/// <param name="Needed">It must have more: min as the request's flags leave it, and the lowmem reserve.</param>
/// <param name="Verdict">What follows, for people.</param>
public sealed record ReportedZone(
    string Zone, bool IsPermitted, long Free, long Min, long Available, long Needed, string Verdict);

/// <summary>A kernel's report of a failed allocation, in plain words.</summary>
/// <param name="Line">Of the log, from 1.</param>
/// <param name="Answer">Why the kernel did it, in a sentence.</param>
/// <param name="Request">Who asked for what.</param>
/// <param name="Constraint">What limited the request.</param>
/// <param name="IsJustified">The numbers leave the kernel no choice; null where they say nothing of it.</param>
/// <param name="Kill">Whom the OOM killer took; null for nobody.</param>
public sealed record ExplainedReport(
    int Line, string Answer, string Request, string Constraint, ImmutableArray<ReportedZone> Zones,
    bool? IsJustified, string? Kill, ImmutableArray<string> Notes);
