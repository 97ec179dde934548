using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Visits that wait for the group's zones, by the order of service: arrival, tie, CPU.</summary>
/// <remarks>A heap that keeps the keys beside the visits, as visits lie all over memory.</remarks>
internal sealed class VisitQueue
{
    private Entry[] _heap = new Entry[4];

    public int Count { get; private set; }

    /// <summary>Least arrival, Never when nothing waits.</summary>
    public VirtualInstant Least => Count == 0 ? VirtualInstant.Never : new(_heap[0].Arrival);

    /// <summary>All that wait, in no order.</summary>
    public IEnumerable<ZoneVisit> Visits => _heap.Take(Count).Select(entry => entry.Visit);

    public void Add(ZoneVisit visit)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        var entry = new Entry(visit.Arrival.Nanoseconds, visit.Tie, visit.Cpu, visit);
        var index = Count++;
        for (; index > 0 && entry.Precedes(_heap[(index - 1) / 2]); index = (index - 1) / 2)
            _heap[index] = _heap[(index - 1) / 2];
        _heap[index] = entry;
    }

    /// <summary>Takes the visit that is to be served first.</summary>
    public ZoneVisit Take()
    {
        var first = _heap[0].Visit;
        var entry = _heap[--Count];
        _heap[Count] = default;
        var index = 0;
        for (var child = 1; child < Count; child = 2 * index + 1)
        {
            if (child + 1 < Count && _heap[child + 1].Precedes(_heap[child])) child++;
            if (!_heap[child].Precedes(entry)) break;
            _heap[index] = _heap[child];
            index = child;
        }

        if (Count > 0) _heap[index] = entry;
        return first;
    }

    private readonly record struct Entry(long Arrival, ulong Tie, int Cpu, ZoneVisit Visit)
    {
        public bool Precedes(in Entry other)
        {
            if (Arrival != other.Arrival) return Arrival < other.Arrival;
            return Tie != other.Tie ? Tie < other.Tie : Cpu < other.Cpu;
        }
    }
}
