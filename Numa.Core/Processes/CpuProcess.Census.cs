using Numa.Core.Allocation;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    /// <summary>Adds the pages that the CPU has: on its lists, with its tasks, in signals that it has not taken and in
    /// a reply that it has not applied.</summary>
    /// <remarks>Between two steps. What a visit carries that is away is counted where the visit is.</remarks>
    /// <param name="pages">Shape: index = slot of the zone.</param>
    internal void CountPages(long[] pages)
    {
        foreach (var zone in _zones)
        {
            if (zone is not null) pages[zone.Slot] += zone.Pageset.Count;
        }

        foreach (var task in Tasks()) Add(task.KeptBlocks(), pages);
        Add(_orphans, pages);
        Add(Intended(), pages);
        Add(InKernel(), pages);
        foreach (var (signal, _) in _signals.UnorderedItems) signal.CountPages(pages);
        foreach (var page in OffLru) pages[page.Zone]++;
        if (_replied) _visit.CountRepliedPages(pages);
    }

    private IEnumerable<SimulatedTask> Tasks() =>
        Running.Concat(_asleep.Values).Concat(_parked.Values.Select(parked => parked.Task))
            .Concat(_kernel.Values.Where(work => work.IsAsleep && work.Task is not KernelThread)
                .Select(work => work.Task));

    private static void Add(IEnumerable<LiveBlock> blocks, long[] pages)
    {
        foreach (var block in blocks) pages[block.Zone] += block.Pages;
    }
}
