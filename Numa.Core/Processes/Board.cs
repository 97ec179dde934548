using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>What CPUs may read of zones they do not ask: each zone's last record before each instant of a
/// grid.</summary>
/// <remarks>Written between two rounds and read in them, never both at once. Instant = index × signal
/// latency.</remarks>
public sealed class Board
{
    private readonly Line[] _lines;

    /// <summary>Zones with updates that are not in force everywhere yet.</summary>
    private readonly List<int> _open = [];

    public Board(int zones)
    {
        _lines = new Line[zones];
        for (var zone = 0; zone < zones; zone++) _lines[zone].Later = [];
    }

    /// <summary>A board that shows these records and nothing later. Shape: index = slot of the zone.</summary>
    public Board(IReadOnlyList<ZoneRecord> records)
        : this(records.Count)
    {
        for (var zone = 0; zone < _lines.Length; zone++) _lines[zone].InForce = records[zone];
    }

    /// <summary>Index of the grid instant that a CPU reads at an instant of its own.</summary>
    /// <param name="grid">Signal latency. Unit: virtual nanoseconds.</param>
    public static long IndexReadAt(VirtualInstant time, long grid) => Math.Max(0, time.Nanoseconds / grid - 1);

    /// <summary>The record of a zone in force at a grid instant, which must not lie before what was
    /// settled.</summary>
    public ref readonly ZoneRecord At(long index, int zone)
    {
        ref var line = ref _lines[zone];
        for (var i = line.First + line.Count - 1; i >= line.First; i--)
        {
            if (line.Later[i].Index <= index) return ref line.Later[i].Record;
        }

        return ref line.InForce;
    }

    /// <summary>Updates of one zone come in ascending order; one for the same instant replaces the one
    /// before.</summary>
    internal void Store(int zone, in BoardUpdate update)
    {
        ref var line = ref _lines[zone];
        if (line.Count == 0) _open.Add(zone);
        else if (line.Last.Index == update.Index) line.Count--;
        Invariant.Holds(line.Count == 0 || line.Last.Index < update.Index);
        line.Add(update);
    }

    /// <summary>No CPU reads an earlier grid instant from now on.</summary>
    internal void Settle(long index)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            ref var line = ref _lines[_open[i]];
            line.Settle(index);
            if (line.Count == 0) _open.RemoveAt(i);
        }
    }

    private struct Line
    {
        public ZoneRecord InForce;
        public BoardUpdate[] Later;
        public int First;
        public int Count;

        public readonly ref readonly BoardUpdate Last => ref Later[First + Count - 1];

        public void Add(in BoardUpdate update)
        {
            if (First + Count == Later.Length)
            {
                var room = First > 0 ? Later : new BoardUpdate[Math.Max(2, Later.Length * 2)];
                Array.Copy(Later, First, room, 0, Count);
                (Later, First) = (room, 0);
            }

            Later[First + Count++] = update;
        }

        public void Settle(long index)
        {
            if (Count == 0 || Later[First].Index > index) return;
            while (Count > 1 && Later[First + 1].Index <= index) (First, Count) = (First + 1, Count - 1);
            InForce = Later[First].Record;
            First = --Count == 0 ? 0 : First + 1;
        }
    }
}
