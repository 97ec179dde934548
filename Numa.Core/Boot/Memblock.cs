using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>A request for early memory.</summary>
/// <param name="Size">Unit: bytes.</param>
/// <param name="Alignment">Unit: bytes; a power of two.</param>
/// <param name="Minimum">Lowest address that will do.</param>
/// <param name="Maximum">First address that will not do; 0 for the current limit.</param>
/// <param name="Node">Preferred node; null for any.</param>
/// <param name="ExactNode">No other node will do.</param>
public readonly record struct MemblockRequest(
    ulong Size, ulong Alignment, ulong Minimum = 0, ulong Maximum = 0, NodeId? Node = null, bool ExactNode = false);

/// <summary>The allocator of early boot: what memory there is, and what of it is taken.</summary>
/// <remarks>Unit: bytes. Source: Linux mm/memblock.c.</remarks>
public sealed class Memblock
{
    private const ulong PageSize = 1ul << PageFrameNumber.PageShift;

    public MemblockRegions Memory { get; } = new();

    public MemblockRegions Reserved { get; } = new();

    /// <summary>Search from low addresses up, as <c>movable_node</c> asks for.</summary>
    public bool BottomUp { get; set; }

    /// <summary>Memory that can be unplugged is not for the kernel, as <c>movable_node</c> asks for.</summary>
    public bool SparesHotplugMemory { get; set; }

    /// <summary>First address that requests without a maximum may not use.</summary>
    public ulong CurrentLimit { get; set; } = ulong.MaxValue;

    public void Reserve(ulong start, ulong end) => Reserved.Add(start, end);

    public void Free(ulong start, ulong end) => Reserved.Remove(start, end);

    /// <summary>Memory that is not reserved, ascending. A range never crosses the border of a memory region.</summary>
    public IEnumerable<MemblockRegion> FreeRanges(NodeId? node = null)
    {
        var next = 0;
        foreach (var memory in Memory)
        {
            if ((memory.Flags & (MemblockFlags.NoMap | MemblockFlags.DriverManaged)) != 0) continue;
            if (node is not null && memory.Node != node) continue;
            var at = memory.Start;
            while (next < Reserved.Count && Reserved[next].End <= at) next++;
            for (var i = next; i < Reserved.Count && Reserved[i].Start < memory.End; i++)
            {
                if (Reserved[i].Start > at) yield return memory with { Start = at, End = Reserved[i].Start };
                at = Reserved[i].End;
            }

            if (at < memory.End) yield return memory with { Start = at };
        }
    }

    /// <summary>Finds and reserves memory: on the wanted node, else on any, else below the wanted minimum.</summary>
    public bool TryAllocate(MemblockRequest request, out ulong start)
    {
        var found = TryFind(request, out start)
            || (request is { Node: not null, ExactNode: false } && TryFind(request with { Node = null }, out start));
        if (!found && request.Minimum > 0)
        {
            found = TryFind(request with { Minimum = 0 }, out start)
                || (request is { Node: not null, ExactNode: false }
                    && TryFind(request with { Minimum = 0, Node = null }, out start));
        }

        if (found) Reserve(start, start + request.Size);
        return found;
    }

    /// <summary>Where a request would go, without its fall-backs.</summary>
    private bool TryFind(MemblockRequest request, out ulong start)
    {
        var low = Math.Max(request.Minimum, PageSize);
        var high = request.Maximum == 0 ? CurrentLimit : request.Maximum;
        var ranges = BottomUp ? FreeRanges(request.Node) : FreeRanges(request.Node).Reverse();
        foreach (var range in ranges)
        {
            if (SparesHotplugMemory && (range.Flags & MemblockFlags.Hotplug) != 0) continue;
            var from = Math.Max(low, range.Start);
            var to = Math.Min(high, range.End);
            if (from >= to || to - from < request.Size) continue;
            start = BottomUp ? RoundUp(from, request.Alignment) : (to - request.Size) & ~(request.Alignment - 1);
            if (start >= from && start < to && to - start >= request.Size) return true;
        }

        start = 0;
        return false;
    }

    private static ulong RoundUp(ulong value, ulong alignment) =>
        value > ulong.MaxValue - (alignment - 1) ? ulong.MaxValue : (value + (alignment - 1)) & ~(alignment - 1);
}
