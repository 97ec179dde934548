using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>The last few records of a zone, so that a check can read the counter as of its arrival.</summary>
/// <remarks>Bounded by the CPUs that can queue at once: arrivals ascend, so what the oldest needed is
/// dropped.</remarks>
internal sealed class RecordHistory
{
    private ZoneRecord[] _ring = new ZoneRecord[8];
    private int _first;
    private int _count;

    public RecordHistory(in ZoneRecord start)
    {
        _ring[0] = start;
        _count = 1;
    }

    /// <summary>The record in force at an instant; instants ascend from call to call.</summary>
    /// <param name="ahead">Services that were still to finish then: the holder and those who queue.</param>
    public ref readonly ZoneRecord AsOf(VirtualInstant instant, out int ahead)
    {
        while (_count > 1 && _ring[Next(_first)].Effect <= instant)
        {
            _first = Next(_first);
            _count--;
        }

        Invariant.Holds(_ring[_first].Effect <= instant);
        ahead = _count - 1;
        return ref _ring[_first];
    }

    /// <summary>Instants ascend; a record of the same instant replaces the one before, as nobody can see
    /// between.</summary>
    public void Add(in ZoneRecord record)
    {
        ref var newest = ref _ring[(_first + _count - 1) & (_ring.Length - 1)];
        Invariant.Holds(newest.Effect <= record.Effect);
        if (newest.Effect == record.Effect)
        {
            newest = record;
            return;
        }

        if (_count == _ring.Length) Grow();
        _ring[(_first + _count) & (_ring.Length - 1)] = record;
        _count++;
    }

    /// <summary>Keeps the newest record only.</summary>
    public void Forget()
    {
        _first = (_first + _count - 1) & (_ring.Length - 1);
        _count = 1;
    }

    private int Next(int index) => (index + 1) & (_ring.Length - 1);

    private void Grow()
    {
        var larger = new ZoneRecord[_ring.Length * 2];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_first + i) & (_ring.Length - 1)];
        _ring = larger;
        _first = 0;
    }
}
