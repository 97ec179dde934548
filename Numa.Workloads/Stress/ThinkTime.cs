using System.Runtime.CompilerServices;
using Numa.Core.Addressing;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Computing of a task between its operations, up to a tenth more or less as its seed says.</summary>
/// <remarks>Without the jitter all CPUs would visit a zone in step, and every seed would give the same run.
/// The defaults are round figures, meant to be replaced by <c>think:</c>; no measurement stands behind them.</remarks>
public struct ThinkTime(VirtualDuration mean, SeedTree seed)
{
    /// <summary>A page fault outside the allocator. Unit: nanoseconds. Source: round figure.</summary>
    private const long FaultNanoseconds = 500;

    /// <summary>Zeroing one 4 KiB page, about 8 GB/s. Unit: nanoseconds. Source: round figure.</summary>
    private const long ZeroingNanoseconds = 500;

    private readonly long _least = mean.Nanoseconds - mean.Nanoseconds / 10;
    private readonly long _span = 2 * (mean.Nanoseconds / 10) + 1;
    private SeededRandom _random = seed.Random();

    /// <summary>A driver's work for one buffer. Source: round figure.</summary>
    public static VirtualDuration Driver { get; } = new(10_000);

    /// <summary>Handling one network packet in one buffer. Source: round figure.</summary>
    public static VirtualDuration Packet { get; } = new(500);

    /// <summary>A page fault on a block of this order, zeroing included: 1 µs for a page, 256.5 µs for
    /// 2 MiB.</summary>
    public static VirtualDuration Fault(Order order) => new(FaultNanoseconds + ZeroingNanoseconds * order.Pages.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VirtualDuration Next() => new(_span == 1 ? _least : _least + _random.NextBelow(_span));
}
