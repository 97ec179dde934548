using System.Collections.Immutable;
using Numa.Core.Processes;

namespace Numa.Workloads.Measurement;

/// <summary>Reads the zones' ledgers.</summary>
internal static class ContentionReport
{
    public static ContentionResult Of(IReadOnlyCollection<ZoneProcess> zones, int longest)
    {
        var cells = zones.SelectMany(zone => zone.Ledger.Cells(), (zone, cell) => (Zone: zone, Cell: cell)).ToList();
        return new(
            cells.Sum(item => item.Cell.Sums.Visits),
            cells.Sum(item => item.Cell.Sums.Wait),
            cells.Sum(item => item.Cell.Sums.Hold),
            [
                .. from item in cells
                   group item.Cell by (item.Zone.Slot, item.Cell.Kind) into cause
                   orderby cause.Key.Slot, cause.Key.Kind
                   select new CauseResult(NameOf(zones, cause.Key.Slot), Word(cause.Key.Kind),
                       cause.Sum(cell => cell.Sums.Visits), cause.Sum(cell => cell.Sums.Pages),
                       cause.Sum(cell => cell.Sums.Wait), cause.Sum(cell => cell.Sums.Hold),
                       cause.Sum(cell => cell.Sums.Refused)),
            ],
            [
                .. from item in cells
                   group item.Cell by (item.Cell.Cpu, item.Zone.Slot) into pair
                   orderby pair.Key.Cpu, pair.Key.Slot
                   select new CpuZoneResult(pair.Key.Cpu, NameOf(zones, pair.Key.Slot),
                       pair.Sum(cell => cell.Sums.Visits), pair.Sum(cell => cell.Sums.Wait),
                       pair.Sum(cell => cell.Sums.Hold)),
            ],
            [.. zones.Where(zone => zone.Ledger.MaxWait > 0).Select(Depth)],
            [
                .. zones.SelectMany(zone => zone.Ledger.Longest, (zone, wait) => (zone, wait))
                    .OrderByDescending(item => item.wait.Wait).ThenBy(item => item.wait.Arrival)
                    .ThenBy(item => item.wait.Cpu).Take(longest)
                    .Select(item => new LongestWaitResult(item.zone.Zone.Id.ToString(), item.wait.Cpu,
                        Word(item.wait.Kind), item.wait.Arrival.Nanoseconds, item.wait.Wait,
                        [.. item.wait.Before.Select(cpu => $"cpu {cpu}")])),
            ]);
    }

    private static string NameOf(IEnumerable<ZoneProcess> zones, int slot) =>
        zones.First(zone => zone.Slot == slot).Zone.Id.ToString();

    private static QueueDepthResult Depth(ZoneProcess zone)
    {
        var waiting = zone.Ledger.Waiting;
        var used = waiting.Amounts.Count;
        while (used > 1 && waiting.Amounts[used - 1] == 0) used--;
        return new(zone.Zone.Id.ToString(), waiting.Width,
            [.. waiting.Amounts.Take(used).Select(amount => (double)amount / waiting.Width)]);
    }

    private static string Word(ZoneVisitKind kind) => kind switch
    {
        ZoneVisitKind.Refill => "refill",
        ZoneVisitKind.Drain => "drain",
        ZoneVisitKind.Direct => "direct",
        ZoneVisitKind.DirectFree => "direct free",
        ZoneVisitKind.Fold => "fold",
        ZoneVisitKind.FairReset => "fair reset",
        ZoneVisitKind.Exchange => "exchange",
        ZoneVisitKind.Reserve => "reserve",
        _ => "query",
    };
}
