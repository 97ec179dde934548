using Numa.Core.Addressing;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>Where a zone's pages lie: what boot freed into it and what came since, holes left out.</summary>
internal sealed class ZoneExtent
{
    private readonly PageRange[] _ranges;
    private readonly bool _isKnown;

    public ZoneExtent(Zone running)
    {
        var zone = running.Image;
        // A zone that was taken over in mid-life says which pages are free, not which there are.
        _isKnown = zone.State is null;
        _ranges = _isKnown
            ? [.. PageRange.Joined(running.WithHotplug(zone.Released.Concat(zone.Bitmap).Concat(zone.FreedLate)))]
            : [.. PageRange.Joined(running.WithHotplug([new(zone.Start, zone.End)]))];
    }

    /// <summary>All of the block is of the zone.</summary>
    public bool Contains(long frame, long pages)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Start.Value <= frame) low = middle + 1;
            else high = middle;
        }

        return low > 0 && frame + pages <= _ranges[low - 1].End.Value;
    }

    /// <summary>The first frame of the zone that a set lacks; null when it has all.</summary>
    /// <param name="count">Frames in the set, all of the zone.</param>
    public long? FirstMissing(FrameSet frames, long count)
    {
        if (!_isKnown || count == _ranges.Sum(range => range.Pages.Value)) return null;
        foreach (var range in _ranges)
        {
            for (var frame = range.Start.Value; frame < range.End.Value; frame++)
            {
                if (!frames.Contains(frame)) return frame;
            }
        }

        return null;
    }
}
