namespace Numa.Core.Processes;

/// <summary>Waiting time over virtual time, in buckets whose width doubles as the run grows.</summary>
/// <remarks>Unit: waiting nanoseconds per bucket; divided by the width it is the mean number of waiters.</remarks>
public sealed class QueueDepth
{
    public const int Buckets = 64;

    private readonly long[] _waiting = new long[Buckets];

    /// <summary>Unit: virtual nanoseconds.</summary>
    public long Width { get; private set; } = 1024;

    public IReadOnlyList<long> Waiting => _waiting;

    /// <summary>Adds one waiter from an instant on, for a duration.</summary>
    public void Add(long from, long duration)
    {
        var end = from + duration;
        while (end > Width * Buckets) Halve();
        while (from < end)
        {
            var bucket = from / Width;
            var until = Math.Min(end, (bucket + 1) * Width);
            _waiting[bucket] += until - from;
            from = until;
        }
    }

    private void Halve()
    {
        for (var i = 0; i < Buckets / 2; i++) _waiting[i] = _waiting[2 * i] + _waiting[2 * i + 1];
        Array.Clear(_waiting, Buckets / 2, Buckets / 2);
        Width *= 2;
    }
}
