using Numa.Core.Allocation;

namespace Numa.Core.Processes;

/// <summary>Where the pages of one zone are. They must add up to what boot freed into it and came
/// since.</summary>
/// <remarks>Unit: pages. No visit is under way when this is taken. Orphaned: handed over, and never received. Listed:
/// on an LRU list, or with a CPU on the way to or from one.</remarks>
public readonly record struct PageAccount(
    long Freed, long Free, long InPagesets, long HeldByTasks, long Occupied, long Orphaned, long Listed)
{
    public long Found => Free + InPagesets + HeldByTasks + Occupied + Orphaned + Listed;

    public bool Balances => Found == Freed;

    /// <summary>One account per zone. Shape: index = slot.</summary>
    public static PageAccount[] Of(
        IReadOnlyList<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks)
    {
        var pagesets = new long[zones.Count];
        var held = new long[zones.Count];
        var orphaned = new long[zones.Count];
        var listed = new long[zones.Count];
        foreach (var zone in zones) zone.Lru?.CountPages(listed);
        foreach (var cpu in cpus)
        {
            foreach (var zone in cpu.Zones)
            {
                if (zone is not null) pagesets[zone.Slot] += zone.Pageset.Count;
            }

            foreach (var page in cpu.OffLru) listed[page.Zone]++;
            foreach (var block in cpu.Orphans.Concat(cpu.UnderWay)) orphaned[block.Zone] += block.Pages;
        }

        foreach (var task in tasks)
        {
            foreach (var block in task.KeptBlocks()) held[block.Zone] += block.Pages;
        }

        return
        [
            .. zones.Select(zone => new PageAccount(
                zone.Zone.Image.Freed.Value + zone.Gained, zone.Zone.FreePages + zone.Zone.IsolatedPages,
                pagesets[zone.Slot], held[zone.Slot],
                zone.Occupied.Sum(block => block.Pages), orphaned[zone.Slot],
                listed[zone.Slot])),
        ];
    }
}
