using System.Numerics;
using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>How far a CPU's private count may run from the zone's before it is folded.</summary>
/// <remarks>Unit: pages. Source: <c>calculate_normal_threshold</c>, Linux mm/vmstat.c.</remarks>
public static class StatThreshold
{
    private const int Largest = 125;

    /// <summary>log2 of the pages in 128 MiB.</summary>
    private const int ChunkShift = 15;

    public static int Normal(int onlineCpus, PageCount managed) =>
        Math.Min(Largest, 2 * BitLength(onlineCpus) * (1 + BitLength(managed.Value >> ChunkShift)));

    /// <summary>Threshold while kswapd is awake: all CPUs together cannot hide the gap between low and min.</summary>
    public static int Pressure(int onlineCpus, Watermarks marks) =>
        (int)Math.Min(Largest, Math.Max(1, (marks.Low.Value - marks.Min.Value) / onlineCpus));

    /// <summary>Free pages below which the cached count is too vague; zero when it never is.</summary>
    public static PageCount DriftMark(int onlineCpus, int threshold, Watermarks marks)
    {
        var drift = (long)onlineCpus * threshold;
        return drift > marks.Low.Value - marks.Min.Value ? new(marks.High.Value + drift) : PageCount.Zero;
    }

    private static int BitLength(long value) => 64 - BitOperations.LeadingZeroCount((ulong)value);
}
