using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Which node each range of memory belongs to: the firmware's claims, tidied and checked.</summary>
/// <remarks>Source: <c>numa_cleanup_meminfo</c> and <c>numa_meminfo_cover_memory</c>, Linux
/// arch/x86/mm/numa.c.</remarks>
public static class NodeDiscovery
{
    /// <summary>Memory that no node claims must stay below this, or the firmware is not believed.</summary>
    private const ulong LargestUnclaimed = 1ul << 20;

    /// <summary>The blocks to assign nodes by; a single node 0 when the claims are missing or contradict each
    /// other.</summary>
    /// <param name="fault">Why the claims were thrown away; null when they were used or there were none.</param>
    public static ImmutableArray<NodeBlock> Discover(
        IEnumerable<NodeBlock> claims, MemblockRegions memory, PageFrameNumber maxFrame, out string? fault)
    {
        fault = null;
        var one = ImmutableArray.Create(new NodeBlock(new(0), 0, maxFrame.Address));
        var blocks = Clip(claims, memory, maxFrame.Address);
        if (blocks.Count == 0) return one;
        fault = Overlap(blocks);
        if (fault is not null) return one;

        Join(blocks);
        var unclaimed = memory.TotalSize - Claimed(blocks, memory);
        if (unclaimed < LargestUnclaimed) return [.. blocks.OrderBy(block => block.Start)];
        fault = $"{unclaimed >> PageFrameNumber.PageShift} pages of memory belong to no node, expected less than 256";
        return one;
    }

    private static List<NodeBlock> Clip(IEnumerable<NodeBlock> claims, MemblockRegions memory, ulong limit) =>
        [.. claims.Where(block => memory.Any(region => region.Start < block.End && region.End > block.Start))
            .Select(block => block with { End = Math.Min(block.End, limit) })
            .Where(block => block.Start < block.End)];

    private static string? Overlap(List<NodeBlock> blocks)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            for (var j = i + 1; j < blocks.Count; j++)
            {
                var (a, b) = (blocks[i], blocks[j]);
                if (a.Node == b.Node || a.Start >= b.End || b.Start >= a.End) continue;
                return $"nodes {a.Node} and {b.Node} both claim [0x{Math.Max(a.Start, b.Start):x}, "
                    + $"0x{Math.Min(a.End, b.End):x})";
            }
        }

        return null;
    }

    /// <summary>Joins blocks of one node across gaps in which no other node has a block.</summary>
    private static void Join(List<NodeBlock> blocks)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            for (var j = i + 1; j < blocks.Count; j++)
            {
                var (a, b) = (blocks[i], blocks[j]);
                if (a.Node != b.Node) continue;
                var (start, end) = (Math.Min(a.Start, b.Start), Math.Max(a.End, b.End));
                if (blocks.Any(other => other.Node != a.Node && other.Start < end && other.End > start)) continue;
                blocks[i] = new(a.Node, start, end);
                blocks.RemoveAt(j);
                j--;
            }
        }
    }

    private static ulong Claimed(List<NodeBlock> blocks, MemblockRegions memory)
    {
        // Blocks of one node may overlap, so they are counted as a set of regions, not one by one.
        var claimed = new MemblockRegions();
        foreach (var block in blocks) claimed.Add(block.Start, block.End);
        var sum = 0ul;
        foreach (var region in memory)
        {
            foreach (var block in claimed)
            {
                var (start, end) = (Math.Max(region.Start, block.Start), Math.Min(region.End, block.End));
                if (start < end) sum += end - start;
            }
        }

        return sum;
    }
}
