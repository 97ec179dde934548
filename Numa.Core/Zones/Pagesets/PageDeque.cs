using System.Runtime.CompilerServices;
using Numa.Core.Diagnostics;

namespace Numa.Core.Zones.Pagesets;

/// <summary>One list of a pageset: entries with cheap ends, in a ring that grows by doubling.</summary>
/// <remarks>A list that is never used costs 16 bytes. Unit of an entry: the pageset's business.</remarks>
internal struct PageDeque
{
    private const int LeastCapacity = 16;

    private long[]? _ring;
    private int _head;

    public int Count { get; private set; }

    /// <summary>Entry by distance from the head.</summary>
    public readonly long this[int index]
    {
        get => _ring![(_head + index) & (_ring.Length - 1)];
        set => _ring![(_head + index) & (_ring.Length - 1)] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PushHead(long entry)
    {
        unchecked
        {
            var ring = _ring;
            if (ring is null || Count == ring.Length) ring = Grow();
            _head = (_head - 1) & (ring.Length - 1);
            ring[_head] = entry;
            Count++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PushTail(long entry)
    {
        unchecked
        {
            var ring = _ring;
            if (ring is null || Count == ring.Length) ring = Grow();
            ring[(_head + Count) & (ring.Length - 1)] = entry;
            Count++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long PopHead()
    {
        unchecked
        {
            Invariant.Holds(Count > 0, "the list is not empty");
            var ring = _ring!;
            var entry = ring[_head];
            _head = (_head + 1) & (ring.Length - 1);
            Count--;
            return entry;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long PopTail()
    {
        unchecked
        {
            Invariant.Holds(Count > 0, "the list is not empty");
            var ring = _ring!;
            return ring[(_head + --Count) & (ring.Length - 1)];
        }
    }

    /// <summary>Takes an entry out of the middle; those before it move up.</summary>
    public void RemoveAt(int index)
    {
        for (; index > 0; index--) this[index] = this[index - 1];
        PopHead();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] Grow()
    {
        if (_ring is null) return _ring = new long[LeastCapacity];
        var larger = new long[_ring.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _head = 0;
        return _ring = larger;
    }
}
