using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>The group's CPUs by the instant of their next step: an indexed binary heap.</summary>
internal sealed class EventHeap
{
    private readonly CpuProcess[] _heap;
    private readonly VirtualInstant[] _next;
    private readonly Dictionary<int, int> _position = [];

    public EventHeap(IEnumerable<CpuProcess> cpus)
    {
        _heap = [.. cpus];
        _next = new VirtualInstant[_heap.Length];
        for (var i = 0; i < _heap.Length; i++)
        {
            _next[i] = VirtualInstant.Never;
            _position[_heap[i].Id] = i;
        }

        foreach (var cpu in _heap.ToArray()) Update(cpu);
    }

    public VirtualInstant Least => _heap.Length == 0 ? VirtualInstant.Never : _next[0];

    /// <summary>Least instant but for the first CPU's.</summary>
    public VirtualInstant Second => VirtualInstant.Min(NextAt(1), NextAt(2));

    public CpuProcess Top => _heap[0];

    /// <summary>Reads the CPU's next step anew.</summary>
    public void Update(CpuProcess cpu)
    {
        var index = _position[cpu.Id];
        _next[index] = cpu.Next;
        while (index > 0 && Before(index, (index - 1) / 2)) index = Swap(index, (index - 1) / 2);
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= _heap.Length) return;
            if (child + 1 < _heap.Length && Before(child + 1, child)) child++;
            if (!Before(child, index)) return;
            index = Swap(index, child);
        }
    }

    private VirtualInstant NextAt(int index) => index < _next.Length ? _next[index] : VirtualInstant.Never;

    private bool Before(int a, int b) =>
        _next[a] != _next[b] ? _next[a] < _next[b] : _heap[a].Id < _heap[b].Id;

    private int Swap(int from, int to)
    {
        (_heap[from], _heap[to]) = (_heap[to], _heap[from]);
        (_next[from], _next[to]) = (_next[to], _next[from]);
        _position[_heap[from].Id] = from;
        _position[_heap[to].Id] = to;
        return to;
    }
}
