using Numa.Core.Addressing;

namespace Numa.Core.Processes;

/// <summary>Frames of one zone, each at most once.</summary>
/// <remarks>Blocks of the largest order take a bit each, and only where smaller ones lie there is a bit for each frame:
/// memory follows what was split, not what is installed.</remarks>
internal sealed class FrameSet(PageFrameNumber first, PageFrameNumber end)
{
    private const int Words = 1 << Order.MaxValue >> WordShift;
    private const int WordShift = 6;
    private const int WordMask = (1 << WordShift) - 1;

    private readonly long _base = first.Value >> Order.MaxValue;
    private readonly ulong[] _whole = new ulong[(((end.Value - 1) >> Order.MaxValue) - (first.Value >> Order.MaxValue)
        >> WordShift) + 1];

    private readonly Dictionary<long, ulong[]> _parts = [];
    private ulong[] _last = [];
    private long _lastPlace = -1;

    /// <summary>Adds a block.</summary>
    /// <param name="frame">A multiple of the block's length, inside the zone.</param>
    /// <returns>False when one of its frames is there already; those before it are added.</returns>
    public bool Add(long frame, int order)
    {
        var place = (frame >> Order.MaxValue) - _base;
        if (IsWhole(place)) return false;
        if (order == Order.MaxValue)
        {
            if (_parts.ContainsKey(place)) return false;
            _whole[place >> WordShift] |= 1ul << (int)(place & WordMask);
            return true;
        }

        var parts = Parts(place);
        var offset = (int)(frame & ((1 << Order.MaxValue) - 1));
        if (order < WordShift)
            return Add(ref parts[offset >> WordShift], ((1ul << (1 << order)) - 1) << (offset & WordMask));
        for (var word = offset >> WordShift; word < offset + (1 << order) >> WordShift; word++)
        {
            if (!Add(ref parts[word], ulong.MaxValue)) return false;
        }

        return true;
    }

    public bool Contains(long frame)
    {
        var place = (frame >> Order.MaxValue) - _base;
        if (IsWhole(place)) return true;
        var offset = (int)(frame & ((1 << Order.MaxValue) - 1));
        return _parts.TryGetValue(place, out var parts)
            && (parts[offset >> WordShift] >> (offset & WordMask) & 1) != 0;
    }

    private static bool Add(ref ulong word, ulong frames)
    {
        if ((word & frames) != 0) return false;
        word |= frames;
        return true;
    }

    private bool IsWhole(long place) => (_whole[place >> WordShift] >> (int)(place & WordMask) & 1) != 0;

    private ulong[] Parts(long place)
    {
        // Neighbours come one after the other.
        if (place == _lastPlace) return _last;
        if (!_parts.TryGetValue(place, out var parts)) _parts[place] = parts = new ulong[Words];
        _lastPlace = place;
        return _last = parts;
    }
}
