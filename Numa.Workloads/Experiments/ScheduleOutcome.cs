using System.Text.Json.Serialization;
using Numa.Core.Processes;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>What one schedule came to.</summary>
/// <param name="Schedule">Its seed; null for the run that nothing perturbs.</param>
/// <param name="Breach">What broke; null when nothing did. What else is told of such a run is worth nothing.</param>
/// <param name="Hash">Empty when something broke.</param>
/// <param name="PlacementHash">Empty when something broke.</param>
/// <param name="OperationsPerSecond">Of virtual time.</param>
/// <param name="MeanWaitNanoseconds">Over the visits that took a lock.</param>
/// <param name="SlowPathEntries">Allocations that found no zone above its low mark.</param>
public sealed record ScheduleOutcome(
    ulong? Schedule,
    RunBreach? Breach,
    string Hash,
    string PlacementHash,
    long Operations,
    long SimulatedNanoseconds,
    double OperationsPerSecond,
    long LockWaitNanoseconds,
    double MeanWaitNanoseconds,
    long MaxWaitNanoseconds,
    long Fallbacks,
    long Failures,
    long SlowPathEntries,
    long KswapdWakeUps)
{
    /// <summary>Pages that each zone gave, by the zone's name; those that gave none are left out.</summary>
    public IReadOnlyDictionary<string, long> PagesFrom { get; init; } = new SortedDictionary<string, long>();

    [JsonIgnore]
    public bool Holds => Breach is null;

    internal static ScheduleOutcome Of(ulong? schedule, ScheduledRun run)
    {
        var (zones, cpus, tasks) = (run.Loop.Zones, run.Loop.Cpus, run.Plan.Tasks);
        var end = RunReport.EndOf(tasks.Count, run.Loop.Ends.Values, cpus);
        var cells = zones.SelectMany(zone => zone.Ledger.Cells()).ToList();
        var wait = cells.Sum(cell => cell.Sums.Wait);
        var visits = cells.Where(cell => RunReport.TakesLock(cell.Kind))
            .Sum(cell => cell.Sums.Visits - cell.Sums.Refused);
        // Where the simulator is wrong, even its lists may be: nothing is read from them.
        var holds = run.Breach is null;
        return new(schedule, run.Breach, holds ? RunHash.Of(zones, cpus, tasks) : "",
            holds ? RunHash.OfPlacement(zones, cpus, tasks) : "",
            run.Operations, end, end == 0 ? 0 : Math.Round(run.Operations * 1e9 / end), wait,
            visits == 0 ? 0 : Math.Round((double)wait / visits, 1),
            zones.Length == 0 ? 0 : zones.Max(zone => zone.Ledger.MaxWait),
            cpus.Sum(cpu => cpu.Counters.Fallbacks), cpus.Sum(cpu => cpu.Counters.Failures),
            cpus.Sum(cpu => cpu.Counters.SlowPathEntries), cpus.Sum(cpu => cpu.Counters.KswapdWakeUps))
        {
            PagesFrom = PagesOf(zones, cpus),
        };
    }

    private static SortedDictionary<string, long> PagesOf(IEnumerable<ZoneProcess> zones, CpuProcess[] cpus)
    {
        var pages = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var zone in zones)
        {
            var given = cpus.Sum(cpu => cpu.Counters.PagesFrom[zone.Slot]);
            if (given > 0) pages.Add(zone.Zone.Id.ToString(), given);
        }

        return pages;
    }
}
