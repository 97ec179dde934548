using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>A group's CPUs by the instant of their next step: an indexed heap of four branches.</summary>
/// <remarks>CPUs go by their place in the group; of equal instants the lower place comes first.</remarks>
internal sealed class EventHeap
{
    private const int Branches = 4;

    private readonly CpuProcess[] _cpus;
    private readonly (long Next, int Place)[] _heap;

    /// <summary>Shape: index = place in the group, value = index in the heap.</summary>
    private readonly int[] _at;

    public EventHeap(CpuProcess[] cpus)
    {
        _cpus = cpus;
        _heap = new (long, int)[cpus.Length];
        _at = new int[cpus.Length];
        for (var place = 0; place < cpus.Length; place++)
        {
            _at[place] = place;
            _heap[place] = (long.MaxValue, place);
        }

        for (var place = 0; place < cpus.Length; place++) Update(place);
    }

    public VirtualInstant Least => NextAt(0);

    /// <summary>Least instant but for the first CPU's.</summary>
    public VirtualInstant Second
    {
        get
        {
            var least = NextAt(1);
            for (var child = 2; child <= Branches; child++) least = VirtualInstant.Min(least, NextAt(child));
            return least;
        }
    }

    /// <summary>Place of the CPU with the least instant.</summary>
    public int Top => _heap[0].Place;

    /// <summary>Reads the CPU's next step anew.</summary>
    public void Update(int place)
    {
        unchecked
        {
            var entry = (_cpus[place].Next.Nanoseconds, place);
            var index = _at[place];
            for (; index > 0; index = (index - 1) / Branches)
            {
                var parent = _heap[(index - 1) / Branches];
                if (!Before(entry, parent)) break;
                Put(index, parent);
            }

            for (var first = index * Branches + 1; first < _heap.Length; first = index * Branches + 1)
            {
                var least = LeastOf(first, Math.Min(first + Branches, _heap.Length));
                if (!Before(_heap[least], entry)) break;
                Put(index, _heap[least]);
                index = least;
            }

            Put(index, entry);
        }
    }

    private static bool Before((long Next, int Place) a, (long Next, int Place) b) =>
        a.Next < b.Next || (a.Next == b.Next && a.Place < b.Place);

    private int LeastOf(int first, int end)
    {
        var least = first;
        for (var child = first + 1; child < end; child++)
        {
            if (Before(_heap[child], _heap[least])) least = child;
        }

        return least;
    }

    private VirtualInstant NextAt(int index) =>
        index < _heap.Length ? new(_heap[index].Next) : VirtualInstant.Never;

    private void Put(int index, (long Next, int Place) entry)
    {
        _heap[index] = entry;
        _at[entry.Place] = index;
    }
}
