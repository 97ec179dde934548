using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;

namespace Numa.Workloads.Experiments;

/// <summary>What is wrong with a run.</summary>
/// <param name="Check">Which check found it: pages, ownership, free lists, or the run itself.</param>
/// <param name="Zone">Slot of the zone; null where no zone can be told.</param>
public sealed record RunBreach(string Check, string Claim, int? Zone);

/// <summary>Checks a run that has ended: every invariant that can be recounted from what it left behind.</summary>
public static class RunCheck
{
    /// <returns>Null when all is well.</returns>
    public static RunBreach? FirstBreach(
        IReadOnlyList<ZoneProcess> zones, IReadOnlyList<CpuProcess> cpus, IReadOnlyList<SimulatedTask> tasks) =>
        Lists(zones) ?? Owners(zones, cpus, tasks) ?? Pages(zones, cpus, tasks);

    private static RunBreach? Lists(IEnumerable<ZoneProcess> zones)
    {
        foreach (var zone in zones)
        {
            try
            {
                zone.Zone.CheckInvariants();
            }
            catch (InvariantBreachException breach)
            {
                return new("free lists", $"{zone.Zone.Id}: not true that {breach.Claim}", zone.Slot);
            }
        }

        return null;
    }

    private static RunBreach? Owners(
        IReadOnlyList<ZoneProcess> zones, IReadOnlyList<CpuProcess> cpus, IReadOnlyList<SimulatedTask> tasks) =>
        PageOwnership.FirstBreach(zones, cpus, tasks) is { } breach
            ? new("ownership", breach.Claim, breach.Zone)
            : null;

    private static RunBreach? Pages(
        IReadOnlyList<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks)
    {
        var accounts = PageAccount.Of(zones, cpus, tasks);
        var slot = Array.FindIndex(accounts, account => !account.Balances);
        if (slot < 0) return null;
        var account = accounts[slot];
        return new("pages", $"{zones[slot].Zone.Id} has {account.Found} pages where boot freed {account.Freed}:"
            + $" {account.Free}"
            + $" free, {account.InPagesets} in pagesets, {account.HeldByTasks} held by tasks,"
            + $" {account.Occupied} occupied, {account.Orphaned} under way"
            + (account.Listed == 0 ? "" : $", {account.Listed} on LRU lists"), slot);
    }
}
