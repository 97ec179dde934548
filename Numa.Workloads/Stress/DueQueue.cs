using Numa.Core.Diagnostics;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>What ends at an instant, the earliest first; of two at the same instant the one that came first.</summary>
internal sealed class DueQueue<T>
{
    private (VirtualInstant At, long Sequence, T What)[] _heap = new (VirtualInstant, long, T)[16];
    private long _added;

    public int Count { get; private set; }

    public VirtualInstant First => Count == 0 ? VirtualInstant.Never : _heap[0].At;

    public void Add(VirtualInstant at, T what)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        var entry = (at, _added++, what);
        var place = Count++;
        while (place > 0 && IsBefore(entry, _heap[(place - 1) / 2]))
        {
            _heap[place] = _heap[(place - 1) / 2];
            place = (place - 1) / 2;
        }

        _heap[place] = entry;
    }

    public T RemoveFirst()
    {
        Invariant.Holds(Count > 0);
        var first = _heap[0].What;
        var entry = _heap[--Count];
        var place = 0;
        while (2 * place + 1 < Count)
        {
            var child = 2 * place + 1;
            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (IsBefore(entry, _heap[child])) break;
            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = entry;
        return first;
    }

    /// <summary>Everything, in an order that depends on the history only.</summary>
    public IEnumerable<T> All()
    {
        for (var i = 0; i < Count; i++) yield return _heap[i].What;
    }

    private static bool IsBefore(
        in (VirtualInstant At, long Sequence, T What) one, in (VirtualInstant At, long Sequence, T What) other) =>
        one.At < other.At || (one.At == other.At && one.Sequence < other.Sequence);
}
