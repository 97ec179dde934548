using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Oracles;

/// <summary>Everything that a run left behind, one fact a line: what two runs are compared by.</summary>
internal static class StateText
{
    public static string Of(
        IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks,
        IEnumerable<KeyValuePair<TaskId, (TaskEnd End, VirtualInstant At)>> ends,
        IEnumerable<WatermarkCrossing> crossings)
    {
        var text = new StringBuilder();
        foreach (var zone in zones) Add(text, zone);
        foreach (var cpu in cpus) Add(text, cpu);
        foreach (var task in tasks)
            text.AppendLine($"task {task.Id} holds {string.Join(' ', task.LiveBlocks().Select(Block))}"
                + $" listed {task.AnonymousPages} {task.FilePages}");
        foreach (var (task, (end, at)) in ends.OrderBy(end => end.Key.Value))
            text.AppendLine($"task {task} {end} {at}");
        foreach (var crossing in crossings.OrderBy(crossing => crossing.At).ThenBy(crossing => crossing.Zone))
            text.AppendLine($"{crossing}");
        return text.ToString();
    }

    /// <summary>The first line in which two texts differ; null when they are equal.</summary>
    public static string? Difference(string expected, string actual)
    {
        if (expected == actual) return null;
        var pairs = expected.Split('\n').Zip(actual.Split('\n')).FirstOrDefault(pair => pair.First != pair.Second);
        return $"expected {pairs.First}{Environment.NewLine}but was  {pairs.Second}";
    }

    private static void Add(StringBuilder text, ZoneProcess zone)
    {
        var latest = zone.Latest;
        text.AppendLine($"zone {zone.Slot} served {zone.Served} free {latest.Free} folded {latest.Folded}"
            + $" fair {latest.FairBatch} {latest.FairDepleted} boost {latest.Boost} from {latest.Effect}");
        for (var order = 0; order < Order.Count; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                var frames = zone.Zone.FreeList(order, type).ToArray();
                if (frames.Length > 0)
                    text.AppendLine($"zone {zone.Slot} order {order} {type}: {string.Join(' ', frames)}");
            }
        }

        text.AppendLine($"zone {zone.Slot} LRU {string.Join(' ', zone.Lru?.State() ?? [])}");
        foreach (var (cpu, kind, sums) in zone.Ledger.Cells().Concat(zone.LruLedger?.Cells() ?? []))
            text.AppendLine($"zone {zone.Slot} cpu {cpu} {kind} visits {sums.Visits} refused {sums.Refused}"
                + $" pages {sums.Pages} wait {sums.Wait} hold {sums.Hold}");
        foreach (var wait in zone.Ledger.Longest)
            text.AppendLine($"zone {zone.Slot} {wait.Cpu} {wait.Kind} {wait.Arrival} {wait.Wait}"
                + $" behind {string.Join(' ', wait.Before)}");
        text.AppendLine($"zone {zone.Slot} waiting {string.Join(' ', zone.Ledger.Waiting.Amounts)}");
    }

    private static void Add(StringBuilder text, CpuProcess cpu)
    {
        var count = cpu.Counters;
        text.AppendLine($"cpu {cpu.Id} at {cpu.Now} operations {count.Operations} allocations {count.Allocations}"
            + $" frees {count.Frees} hits {count.PagesetHits} fallbacks {count.Fallbacks} failures {count.Failures}"
            + $" visits {count.Visits} signals {count.SignalsTaken} kswapd {count.KswapdWakeUps}"
            + $" from {string.Join(' ', count.PagesFrom)} first {string.Join(' ', count.FirstChoicePages)}"
            + $" slow {cpu.SlowPath?.Operation} waiting {cpu.IsWaiting}"
            + $" off LRU {string.Join(' ', cpu.OffLru.Select(page => page.Frame))}"
            + $" orphans {string.Join(' ', cpu.Orphans.Select(Block))}"
            + $" asleep {string.Join(' ', cpu.Sleeping.Select(task => task.Id))}"
            + $" unfinished {string.Join(' ', cpu.Unfinished.Select(task => task.Id))}");
        foreach (var zone in cpu.Zones.OfType<CpuZone>())
        {
            for (var order = 0; order < Order.Count; order++)
            {
                if (!Pageset.Holds(cpu.Release, order)) continue;
                for (var type = Migratetype.Unmovable; type <= Migratetype.Reclaimable; type++)
                {
                    var frames = zone.Pageset.List(order, type).ToArray();
                    if (frames.Length > 0)
                        text.AppendLine(
                            $"cpu {cpu.Id} zone {zone.Slot} order {order} {type}: {string.Join(' ', frames)}");
                }
            }
        }
    }

    private static string Block(LiveBlock block) => $"{block.Zone}:{block.Frame}+{block.Pages}";
}
