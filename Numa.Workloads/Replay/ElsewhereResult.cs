using System.Collections.Immutable;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>Where the requests of a capture are to be made again.</summary>
/// <param name="Capture">Folder of the captured machine.</param>
/// <param name="Phase">Name of the one phase to replay; null for all.</param>
/// <param name="Policies">Memory policies by task number, on both machines.</param>
/// <param name="Machine">Machine file or folder; null for the capture's own machine.</param>
/// <param name="Settings">What is changed on that machine; <c>policy.PID</c> changes the policy of a task.</param>
public sealed record ElsewhereRequest(
    string Capture,
    string? Phase,
    IReadOnlyDictionary<int, TaskPolicy> Policies,
    string? Machine,
    IReadOnlyList<Setting> Settings);

/// <summary>A phase's requests made on the capture's own machine and on another.</summary>
/// <param name="OtherZone">Allocations that another zone served there, or none.</param>
/// <param name="OtherNode">Allocations that another node served there, or none.</param>
/// <param name="Notes">What the other machine is, and what could not be asked of it, for people.</param>
public sealed record ElsewhereResult(
    string Phase,
    long Allocations,
    long OtherZone,
    long OtherNode,
    RequestOutcome Here,
    RequestOutcome There,
    IReadOnlyList<string> Notes);

/// <summary>What became of a phase's requests on one machine.</summary>
/// <param name="Pages">Pages handed out by zone, in the order of the machine's zones.</param>
/// <param name="Local">Of those, pages of the asking CPU's node.</param>
/// <param name="Failures">Allocations that got nothing.</param>
/// <param name="Refills">Visits that took blocks from the buddy lists.</param>
/// <param name="Drains">Visits that gave blocks of a pageset back.</param>
/// <param name="Fallbacks">Blocks taken from another migratetype.</param>
/// <param name="KswapdWakes">Times that kswapd was really woken.</param>
public sealed record RequestOutcome(
    ImmutableArray<ZonePages> Pages,
    long Local,
    long Failures,
    long Refills,
    long Drains,
    long Fallbacks,
    long KswapdWakes)
{
    /// <summary>Part of all pages that are local, 0..1; 0 when there are none.</summary>
    public double LocalShare => Pages.Sum(zone => zone.Pages) is > 0 and var all ? (double)Local / all : 0;
}

/// <summary>Pages that a zone handed out.</summary>
/// <param name="Zone">As <c>0:Normal</c>.</param>
public sealed record ZonePages(string Zone, long Pages);
