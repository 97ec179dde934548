using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Early boot's reservations, made again in their order.</summary>
public static class EarlyReplay
{
    /// <returns>Where the rules put each request, whatever the log says.</returns>
    public static EarlyRecord Run(
        Memblock memblock, MachineDescription machine, ImmutableArray<NodeBlock> blocks, List<string> notes)
    {
        memblock.SparesHotplugMemory = BootParameters.Find(machine.CommandLine, "movable_node") is not null;
        // Next to the kernel's image memory cannot be unplugged, and before the tables are read nothing else is known.
        memblock.BottomUp = memblock.SparesHotplugMemory && machine.Release.MovableNodeSearchesUpward;
        var (elsewhere, failed) = (0, 0);
        var placements = ImmutableArray.CreateBuilder<EarlyPlacement>();
        var gigantic = ImmutableArray.CreateBuilder<PageRange>();
        MemblockTable? withNodes = null;
        foreach (var step in machine.Steps)
        {
            switch (step)
            {
                case EarlyStep.Reserve reserve:
                    memblock.Reserve(reserve.Start, reserve.End);
                    break;
                case EarlyStep.Free free:
                    memblock.Free(free.Start, free.End);
                    break;
                case EarlyStep.NodesAssigned when withNodes is null:
                    AssignNodes(memblock, machine, blocks);
                    withNodes = new([.. memblock.Memory], [.. memblock.Reserved]);
                    break;
                case EarlyStep.Allocate allocate:
                    var found = memblock.TryAllocate(allocate.Request, out var start);
                    placements.Add(new(allocate.Request, found ? start : null));
                    if (!found && allocate.Observed is null) failed++;
                    if (allocate.IsGiganticPage && (found || allocate.Observed is not null))
                        gigantic.Add(Pages(allocate.Observed ?? start, allocate.Request.Size));
                    if (allocate.Observed is not { } observed || observed == start) break;
                    // What the real kernel did outweighs what the rules say; the note keeps the difference in sight.
                    elsewhere++;
                    if (found) memblock.Free(start, start + allocate.Request.Size);
                    memblock.Reserve(observed, End(observed, allocate.Request.Size));
                    break;
            }
        }

        if (withNodes is null) AssignNodes(memblock, machine, blocks);
        if (elsewhere == 1) notes.Add("1 early allocation lies elsewhere than the allocator's rules say.");
        if (elsewhere > 1) notes.Add($"{elsewhere} early allocations lie elsewhere than the allocator's rules say.");
        if (failed > 0) notes.Add($"{failed} early allocation{(failed == 1 ? "" : "s")} found no memory.");
        return new(placements.ToImmutable(), gigantic.ToImmutable(), withNodes);
    }

    /// <summary>Gives memory its nodes, and marks what can be unplugged. A node that holds anything of the kernel's
    /// cannot be.</summary>
    /// <remarks>Source: <c>numa_clear_kernel_node_hotplug</c>, Linux mm/numa_memblks.c.</remarks>
    public static void AssignNodes(Memblock memblock, MachineDescription machine, ImmutableArray<NodeBlock> blocks)
    {
        memblock.BottomUp = false;
        foreach (var memory in machine.Srat.Memory.Where(memory => memory.Hotplug))
            memblock.Memory.SetFlags(memory.Start, memory.End, MemblockFlags.Hotplug);
        foreach (var block in blocks) memblock.Memory.SetNode(block.Start, block.End, block.Node);
        var kernel = blocks
            .Where(block => memblock.Reserved.Any(taken => taken.Start < block.End && taken.End > block.Start))
            .Select(block => block.Node).ToHashSet();
        foreach (var block in blocks.Where(block => kernel.Contains(block.Node)))
            memblock.Memory.ClearFlags(block.Start, block.End, MemblockFlags.Hotplug);
    }

    private static PageRange Pages(ulong start, ulong size) =>
        new(PageFrameNumber.Floor(start), PageFrameNumber.Floor(End(start, size)));

    private static ulong End(ulong start, ulong size) => start > ulong.MaxValue - size ? ulong.MaxValue : start + size;
}
