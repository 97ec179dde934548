using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Rounds;

/// <summary>What zones said of themselves at the instants of a grid: all that CPUs know of zones they do not
/// ask.</summary>
internal sealed class Board
{
    private readonly long _grid;
    private readonly BoardUpdate[][] _later;
    private ZoneRecord[] _records;
    private long _first;
    private BoardView? _view;

    public Board(long grid, int zones)
    {
        _grid = grid;
        _records = new ZoneRecord[zones];
        _later = new BoardUpdate[zones][];
        Array.Fill(_later, []);
    }

    /// <summary>Updates of one zone come in ascending order; one for the same instant replaces the one
    /// before.</summary>
    public void Store(int zone, in BoardUpdate update)
    {
        var later = _later[zone];
        var replaces = later.Length > 0 && later[^1].Index == update.Index;
        var longer = new BoardUpdate[replaces ? later.Length : later.Length + 1];
        later.CopyTo(longer, 0);
        longer[^1] = update;
        _later[zone] = longer;
        _view = null;
    }

    /// <summary>Index of the grid instant that a CPU reads at an instant of its own.</summary>
    public static long IndexReadAt(VirtualInstant time, long grid) => Math.Max(0, time.Nanoseconds / grid - 1);

    /// <summary>What CPUs may read from an instant on.</summary>
    public BoardView ViewFrom(VirtualInstant time)
    {
        var first = IndexReadAt(time, _grid);
        Invariant.Holds(first >= _first);
        if (_view is not null && first == _first) return _view;
        _first = first;
        var records = _records;
        for (var zone = 0; zone < _later.Length; zone++)
        {
            var settled = 0;
            while (settled < _later[zone].Length && _later[zone][settled].Index <= first) settled++;
            if (settled == 0) continue;
            if (ReferenceEquals(records, _records)) records = (ZoneRecord[])_records.Clone();
            records[zone] = _later[zone][settled - 1].Record;
            _later[zone] = _later[zone][settled..];
        }

        _records = records;
        return _view = new(first, records, (BoardUpdate[][])_later.Clone());
    }
}
