using System.Collections.Immutable;

namespace Numa.Core.Boot;

/// <summary>Early boot's reservations, made again in their order.</summary>
public static class EarlyReplay
{
    /// <returns>Where the rules put each request, whatever the log says.</returns>
    public static EarlyRecord Run(
        Memblock memblock, ImmutableArray<EarlyStep> steps, ImmutableArray<NodeBlock> blocks, List<string> notes)
    {
        var (elsewhere, failed) = (0, 0);
        var placements = ImmutableArray.CreateBuilder<EarlyPlacement>();
        MemblockTable? withNodes = null;
        foreach (var step in steps)
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
                    AssignNodes(memblock, blocks);
                    withNodes = new([.. memblock.Memory], [.. memblock.Reserved]);
                    break;
                case EarlyStep.Allocate allocate:
                    var found = memblock.TryAllocate(allocate.Request, out var start);
                    placements.Add(new(allocate.Request, found ? start : null));
                    if (!found && allocate.Observed is null) failed++;
                    if (allocate.Observed is not { } observed || observed == start) break;
                    // What the real kernel did outweighs what the rules say; the note keeps the difference in sight.
                    elsewhere++;
                    if (found) memblock.Free(start, start + allocate.Request.Size);
                    memblock.Reserve(observed, End(observed, allocate.Request.Size));
                    break;
            }
        }

        if (withNodes is null) AssignNodes(memblock, blocks);
        if (elsewhere > 0) notes.Add($"{elsewhere} early allocations lie elsewhere than the allocator's rules say.");
        if (failed > 0) notes.Add($"{failed} early allocations found no memory.");
        return new(placements.ToImmutable(), withNodes);
    }

    public static void AssignNodes(Memblock memblock, ImmutableArray<NodeBlock> blocks)
    {
        foreach (var block in blocks) memblock.Memory.SetNode(block.Start, block.End, block.Node);
    }

    private static ulong End(ulong start, ulong size) => start > ulong.MaxValue - size ? ulong.MaxValue : start + size;
}
