using Numa.Core.Allocation;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Stress;

/// <summary>Blocks in the order in which they came; the oldest leaves first. Grows, never shrinks.</summary>
internal sealed class BlockQueue
{
    private LiveBlock[] _ring = new LiveBlock[16];
    private int _first;

    internal int Count { get; private set; }

    internal long Pages { get; private set; }

    internal void Add(LiveBlock block)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_first + Count) & (_ring.Length - 1)] = block;
        Count++;
        Pages += block.Pages;
    }

    internal LiveBlock RemoveFirst()
    {
        Invariant.Holds(Count > 0);
        var block = _ring[_first];
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        Pages -= block.Pages;
        return block;
    }

    internal LiveBlock[] RemoveAll()
    {
        var all = new LiveBlock[Count];
        for (var i = 0; i < all.Length; i++) all[i] = RemoveFirst();
        return all;
    }

    internal IEnumerable<LiveBlock> Blocks()
    {
        for (var i = 0; i < Count; i++) yield return _ring[(_first + i) & (_ring.Length - 1)];
    }

    private void Grow()
    {
        var larger = new LiveBlock[_ring.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = _ring[(_first + i) & (_ring.Length - 1)];
        (_ring, _first) = (larger, 0);
    }
}
