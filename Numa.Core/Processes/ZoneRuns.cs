namespace Numa.Core.Processes;

/// <summary>The zone of every allocation of a task, in order, as runs.</summary>
public sealed class ZoneRuns
{
    private readonly List<(int Zone, long Count)> _runs = [];
    private int _zone = -1;
    private long _count;

    /// <summary>Adds allocations of one zone; failed ones are not counted.</summary>
    public void Add(int zone, long allocations)
    {
        if (zone != _zone)
        {
            Flush();
            _zone = zone;
        }

        _count += allocations;
    }

    /// <summary>Runs so far. Shape: (slot of the zone, number of allocations).</summary>
    public IReadOnlyList<(int Zone, long Count)> Runs
    {
        get
        {
            Flush();
            return _runs;
        }
    }

    private void Flush()
    {
        if (_count == 0) return;
        if (_runs.Count > 0 && _runs[^1].Zone == _zone) _runs[^1] = (_zone, _runs[^1].Count + _count);
        else _runs.Add((_zone, _count));
        _count = 0;
    }
}
