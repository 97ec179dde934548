namespace Numa.Core.Processes;

/// <summary>A quantity over virtual time, in buckets whose width doubles as the run grows.</summary>
/// <remarks>Width in virtual nanoseconds; bucket i covers [i × width, (i + 1) × width).</remarks>
public sealed class TimeBuckets(int count)
{
    /// <summary>Made at the first amount: large machines have many zones where nothing happens.</summary>
    private long[] _amounts = [];

    /// <summary>Unit: virtual nanoseconds.</summary>
    public long Width { get; private set; } = 1024;

    public IReadOnlyList<long> Amounts => Made();

    /// <summary>Buckets as they were written down.</summary>
    public static TimeBuckets Of(long width, IReadOnlyList<long> amounts) =>
        new(amounts.Count) { Width = width, _amounts = [.. amounts] };

    /// <summary>Adds an amount at an instant.</summary>
    public void Add(long instant, long amount)
    {
        Reach(instant + 1);
        _amounts[instant / Width] += amount;
    }

    /// <summary>Adds one for every nanosecond from an instant on: the time-integral of one waiter.</summary>
    public void AddSpan(long from, long duration)
    {
        var end = from + duration;
        Reach(end);
        while (from < end)
        {
            var bucket = from / Width;
            var until = Math.Min(end, (bucket + 1) * Width);
            _amounts[bucket] += until - from;
            from = until;
        }
    }

    private void Reach(long end)
    {
        Made();
        while (end > Width * _amounts.Length)
        {
            for (var i = 0; i < _amounts.Length / 2; i++) _amounts[i] = _amounts[2 * i] + _amounts[2 * i + 1];
            Array.Clear(_amounts, _amounts.Length / 2, _amounts.Length / 2);
            Width *= 2;
        }
    }

    private long[] Made()
    {
        if (_amounts.Length == 0) _amounts = new long[count];
        return _amounts;
    }
}
