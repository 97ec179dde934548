using System.Collections;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>An ordered set of disjoint regions; neighbours that touch and agree are one.</summary>
/// <remarks>Source: <c>struct memblock_type</c>, Linux include/linux/memblock.h.</remarks>
public sealed class MemblockRegions : IReadOnlyList<MemblockRegion>
{
    private List<MemblockRegion> _regions = [];

    public int Count => _regions.Count;

    public ulong TotalSize => _regions.Aggregate(0ul, (sum, region) => sum + region.Size);

    public MemblockRegion this[int index] => _regions[index];

    /// <summary>Inserts what is not covered yet; regions that are there keep their node and flags.</summary>
    public void Add(ulong start, ulong end, NodeId? node = null, MemblockFlags flags = MemblockFlags.None)
    {
        if (start >= end) return;
        var result = new List<MemblockRegion>(_regions.Count + 2);
        var at = start;
        foreach (var region in _regions)
        {
            if (region.Start >= end)
            {
                Close();
            }
            else if (region.End > start)
            {
                if (region.Start > at) Append(result, new(at, region.Start, node, flags));
                at = Math.Max(at, region.End);
            }

            Append(result, region);
        }

        Close();
        _regions = result;

        void Close()
        {
            if (at < end) Append(result, new(at, end, node, flags));
            at = end;
        }
    }

    public void Remove(ulong start, ulong end) => Edit(start, end, _ => null);

    public void SetNode(ulong start, ulong end, NodeId node) => Edit(start, end, region => region with { Node = node });

    public void SetFlags(ulong start, ulong end, MemblockFlags flags) =>
        Edit(start, end, region => region with { Flags = region.Flags | flags });

    public void ClearFlags(ulong start, ulong end, MemblockFlags flags) =>
        Edit(start, end, region => region with { Flags = region.Flags & ~flags });

    /// <summary>Rounds every region inward; one that has no whole unit left goes.</summary>
    public void Trim(ulong alignment)
    {
        var mask = alignment - 1;
        var result = new List<MemblockRegion>(_regions.Count);
        foreach (var region in _regions)
        {
            if (region.Start > ulong.MaxValue - mask) continue;
            var trimmed = region with { Start = (region.Start + mask) & ~mask, End = region.End & ~mask };
            if (trimmed.Start < trimmed.End) Append(result, trimmed);
        }

        _regions = result;
    }

    public IEnumerator<MemblockRegion> GetEnumerator() => _regions.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Splits regions at the borders of [start, end), changes or drops what lies within, joins
    /// again.</summary>
    private void Edit(ulong start, ulong end, Func<MemblockRegion, MemblockRegion?> change)
    {
        if (start >= end) return;
        var result = new List<MemblockRegion>(_regions.Count + 2);
        foreach (var region in _regions)
        {
            var cutStart = Math.Max(start, region.Start);
            var cutEnd = Math.Min(end, region.End);
            if (cutStart >= cutEnd)
            {
                Append(result, region);
                continue;
            }

            if (region.Start < cutStart) Append(result, region with { End = cutStart });
            if (change(region with { Start = cutStart, End = cutEnd }) is { } changed) Append(result, changed);
            if (cutEnd < region.End) Append(result, region with { Start = cutEnd });
        }

        _regions = result;
    }

    private static void Append(List<MemblockRegion> regions, MemblockRegion next)
    {
        if (regions.Count > 0 && regions[^1].Joins(next)) regions[^1] = regions[^1] with { End = next.End };
        else regions.Add(next);
    }
}
