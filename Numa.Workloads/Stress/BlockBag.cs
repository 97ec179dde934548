using Numa.Core.Allocation;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Stress;

/// <summary>Blocks by their number, any of which may leave: the last then takes its place.</summary>
internal sealed class BlockBag
{
    private LiveBlock[] _blocks = new LiveBlock[16];

    public int Count { get; private set; }

    public long Pages { get; private set; }

    public void Add(LiveBlock block)
    {
        if (Count == _blocks.Length) Array.Resize(ref _blocks, 2 * Count);
        _blocks[Count++] = block;
        Pages += block.Pages;
    }

    public LiveBlock RemoveAt(int number)
    {
        Invariant.Holds(number >= 0 && number < Count);
        var block = _blocks[number];
        _blocks[number] = _blocks[--Count];
        Pages -= block.Pages;
        return block;
    }

    public bool TryRemoveLast(out LiveBlock block)
    {
        block = default;
        if (Count == 0) return false;
        block = RemoveAt(Count - 1);
        return true;
    }

    public IEnumerable<LiveBlock> Blocks()
    {
        for (var i = 0; i < Count; i++) yield return _blocks[i];
    }
}
