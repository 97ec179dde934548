using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>A zone's last record before each instant of the board's grid.</summary>
/// <remarks>Index: first grid instant, index × signal latency, at which the record is in force.</remarks>
public readonly struct BoardUpdate(long index, in ZoneRecord record)
{
    public readonly long Index = index;

    public readonly ZoneRecord Record = record;
}

/// <summary>Thins a zone's records to what the board can show.</summary>
/// <remarks>A record replaces the one before it when both fall between the same two grid instants.</remarks>
public sealed class BoardWriter
{
    private readonly long _grid;

    internal BoardWriter(long grid, in ZoneRecord start)
    {
        _grid = grid;
        Updates.Add(new(0, start));
    }

    /// <summary>Updates since the host last took them, ascending. The last one may still be replaced.</summary>
    public List<BoardUpdate> Updates { get; } = [];

    internal void Add(in ZoneRecord record)
    {
        if (_grid == 0) return;
        var index = (record.Effect.Nanoseconds + _grid - 1) / _grid;
        var update = new BoardUpdate(index, record);
        if (Updates.Count > 0 && Updates[^1].Index == index) Updates[^1] = update;
        else Updates.Add(update);
    }
}
