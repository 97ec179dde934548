using Numa.Core.Time;

namespace Numa.Core.Zonelists;

/// <summary>Zones of one zonelist that were found full within the last second.</summary>
/// <remarks>
/// The kernel keeps one for each node's list, which that node's CPUs share without a lock. Here every CPU keeps its own
/// of each list that it walks: CPUs learn from one another only by the zones' counts. With one CPU at work the two are
/// the same. Source: <c>struct zonelist_cache</c>, Linux include/linux/mmzone.h up to 4.3.
/// </remarks>
internal sealed class ZonelistCache(int zones)
{
    private const long Second = 1_000_000_000;

    private readonly bool[] _full = new bool[zones];
    private VirtualInstant? _cleared;

    public bool IsFull(int slot) => _full[slot];

    public void MarkFull(int slot) => _full[slot] = true;

    /// <summary>Forgets what is older than a second: everything, as no zone has a time of its own.</summary>
    public void ClearIfOld(VirtualInstant now)
    {
        if (_cleared is { } last && (now - last).Nanoseconds <= Second) return;
        Array.Clear(_full);
        _cleared = now;
    }
}
