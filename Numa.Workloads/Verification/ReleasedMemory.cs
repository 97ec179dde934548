using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>What boot gave to a zone, and which of it was found free already.</summary>
internal sealed class ReleasedMemory
{
    private readonly List<(long Start, long End)> _ranges = [];
    private readonly SortedSet<(long Start, long End)> _taken = [];

    public ReleasedMemory(ZoneImage zone)
    {
        foreach (var range in zone.Released.Concat(zone.FreedLate).OrderBy(range => range.Start.Value))
        {
            var (start, end) = (range.Start.Value, range.End.Value);
            if (_ranges.Count > 0 && _ranges[^1].End == start) _ranges[^1] = (_ranges[^1].Start, end);
            else _ranges.Add((start, end));
        }
    }

    /// <summary>Marks a block that is known to be free.</summary>
    public void Take(long frame, int order) => _taken.Add((frame, frame + (1L << order)));

    /// <summary>Whether a listed block can be free: aligned, released, and no part of another.</summary>
    public string Judge(long frame, int order)
    {
        var end = frame + (1L << order);
        if ((frame & ((1L << order) - 1)) != 0) return "not aligned";
        if (!_ranges.Any(range => range.Start <= frame && range.End >= end)) return "not released whole";
        var before = _taken.GetViewBetween((0, 0), (end - 1, long.MaxValue)).Max;
        if (before.End > frame) return "free twice";
        Take(frame, order);
        return "free";
    }
}
