using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Where the Movable zones begin, by <c>movable_node</c>, <c>kernelcore=</c> and <c>movablecore=</c>.
/// </summary>
/// <remarks>Source: <c>find_zone_movable_pfns_for_nodes</c>, Linux mm/page_alloc.c.</remarks>
public static class MovableZoneStart
{
    private const long LargestBlock = 1024;
    private const long Frames4GiB = 1L << 20;

    /// <param name="kernelcore">Pages that must stay outside Movable; null when not asked for.</param>
    /// <param name="movablecore">Pages wanted in Movable; null when not asked for.</param>
    /// <returns>Start by node; nodes without a Movable zone are missing.</returns>
    public static ImmutableDictionary<NodeId, PageFrameNumber> Find(
        ImmutableArray<NodeMemory> nodes, ZoneLimits limits, PageCount? kernelcore, PageCount? movablecore)
    {
        var total = nodes.Sum(node => node.Ranges.Sum(range => range.Pages.Value));
        var core = kernelcore?.Value ?? 0;
        if (movablecore is { } wanted)
        {
            var movable = Math.Min(RoundUp(wanted.Value), total);
            core = Math.Max(core, total - movable);
        }

        if (core <= 0 || core >= total) return ImmutableDictionary<NodeId, PageFrameNumber>.Empty;

        var starts = Spread(nodes, limits[limits.Highest].Start.Value, core);
        return nodes.Where(node => starts.ContainsKey(node.Node))
            .Select(node => (node.Node, Start: RoundUp(starts[node.Node]), node.End))
            .Where(node => node.Start < node.End.Value)
            .ToImmutableDictionary(node => node.Node, node => new PageFrameNumber(node.Start));
    }

    /// <summary>With <c>movable_node</c>: each node's Movable zone begins where memory begins that can be
    /// unplugged.</summary>
    public static ImmutableDictionary<NodeId, PageFrameNumber> OfHotplugMemory(
        ImmutableArray<NodeMemory> nodes, ImmutableArray<MemblockRegion> memory)
    {
        var starts = ImmutableDictionary.CreateBuilder<NodeId, PageFrameNumber>();
        foreach (var node in nodes)
        {
            var hotplug = memory
                .Where(region => region.Node == node.Node && (region.Flags & MemblockFlags.Hotplug) != 0)
                .Select(region => PageFrameNumber.Floor(region.Start).Value).ToList();
            if (hotplug.Count == 0) continue;
            var start = RoundUp(hotplug.Min());
            if (start < node.End.Value) starts[node.Node] = new(start);
        }

        return starts.ToImmutable();
    }

    /// <summary>With <c>kernelcore=mirror</c> and no mirrored memory: each node's Movable zone begins where its memory
    /// from 4 GiB on does.</summary>
    public static ImmutableDictionary<NodeId, PageFrameNumber> OfUnmirroredMemory(ImmutableArray<NodeMemory> nodes)
    {
        var starts = ImmutableDictionary.CreateBuilder<NodeId, PageFrameNumber>();
        foreach (var node in nodes)
        {
            var above = node.Ranges.Select(range => range.Start.Value).Where(start => start >= Frames4GiB).ToList();
            if (above.Count == 0) continue;
            var start = RoundUp(above.Min());
            if (start < node.End.Value) starts[node.Node] = new(start);
        }

        return starts.ToImmutable();
    }

    /// <summary>Gives each node an even share of the kernel's pages, again and again while some node had too
    /// little.</summary>
    private static Dictionary<NodeId, long> Spread(ImmutableArray<NodeMemory> nodes, long movableZoneLow, long core)
    {
        var starts = new Dictionary<NodeId, long>();
        var usable = nodes.Length;
        while (usable > 0)
        {
            var share = core / usable;
            foreach (var node in nodes)
            {
                if (core < share) share = core / usable;
                var left = share;
                foreach (var range in node.Ranges)
                {
                    var from = Math.Max(range.Start.Value, starts.GetValueOrDefault(node.Node));
                    if (from >= range.End.Value) continue;
                    if (from < movableZoneLow)
                    {
                        // Lower zones can only ever hold kernel pages, so they pay for the share first.
                        var low = Math.Min(range.End.Value, movableZoneLow) - from;
                        left -= Math.Min(low, left);
                        core -= Math.Min(low, core);
                        if (range.End.Value <= movableZoneLow)
                        {
                            starts[node.Node] = range.End.Value;
                            continue;
                        }

                        from = movableZoneLow;
                    }

                    var taken = Math.Min(range.End.Value - from, left);
                    starts[node.Node] = from + taken;
                    core -= Math.Min(taken, core);
                    left -= taken;
                    if (left == 0) break;
                }
            }

            usable--;
            if (core <= usable) break;
        }

        return starts;
    }

    private static long RoundUp(long pages) => checked(pages + (LargestBlock - 1)) & ~(LargestBlock - 1);
}
