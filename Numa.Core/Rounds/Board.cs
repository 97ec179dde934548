using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Rounds;

/// <summary>What zones said of themselves at the instants of a grid: all that CPUs know of zones they do not ask.</summary>
internal sealed class Board
{
    private readonly long _grid;
    private readonly List<BoardUpdate>[] _pending;
    private BoardPage _earlier;
    private BoardPage _later;

    public Board(long grid, int zones)
    {
        _grid = grid;
        _pending = [.. Enumerable.Range(0, zones).Select(_ => new List<BoardUpdate>())];
        _earlier = _later = new(0, new ZoneRecord[zones]);
    }

    public void Store(int zone, BoardUpdate update)
    {
        var pending = _pending[zone];
        if (pending.Count > 0 && pending[^1].Index == update.Index) pending[^1] = update;
        else pending.Add(update);
    }

    /// <summary>Pages that a CPU may read before the end of the round that begins at an instant.</summary>
    /// <remarks>A CPU at t reads page t / grid − 1; t runs from the round's start to one grid step later.</remarks>
    public BoardView ViewAt(VirtualInstant time)
    {
        var later = time.Nanoseconds / _grid;
        Invariant.Holds(later >= _later.Index);
        if (later == _later.Index && HasNothingFor(later)) return new(_earlier, _later);
        _earlier = PageAt(Math.Max(0, later - 1));
        _later = PageAt(later);
        return new(_earlier, _later);
    }

    private bool HasNothingFor(long index)
    {
        foreach (var pending in _pending)
        {
            if (pending.Count > 0 && pending[0].Index <= index) return false;
        }

        return true;
    }

    private BoardPage PageAt(long index)
    {
        if (index == _later.Index && HasNothingFor(index)) return _later;
        var records = (ZoneRecord[])_later.Records.Clone();
        for (var zone = 0; zone < records.Length; zone++)
        {
            var pending = _pending[zone];
            var taken = 0;
            while (taken < pending.Count && pending[taken].Index <= index) records[zone] = pending[taken++].Record;
            pending.RemoveRange(0, taken);
        }

        return _later = new(index, records);
    }
}
