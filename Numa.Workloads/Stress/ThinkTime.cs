using System.Runtime.CompilerServices;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Computing of a task between its operations, up to a tenth more or less as its seed says.</summary>
/// <remarks>Without the jitter all CPUs would visit a zone in step, and every seed would give the same run.
/// Zeroing is no part of it: the cost model charges that. docs/cost-model.md says what the defaults rest on.</remarks>
public struct ThinkTime(VirtualDuration mean, SeedTree seed)
{
    private readonly long _least = mean.Nanoseconds - mean.Nanoseconds / 10;
    private readonly long _span = 2 * (mean.Nanoseconds / 10) + 1;
    private SeededRandom _random = seed.Random();

    /// <summary>A driver's work for one buffer. Source: round figure.</summary>
    public static VirtualDuration Driver { get; } = new(10_000);

    /// <summary>Handling one network packet in one buffer. Source: round figure.</summary>
    public static VirtualDuration Packet { get; } = new(500);

    /// <summary>A page fault outside the allocator, with its share of the unmapping.</summary>
    /// <remarks>Fitted on 513 633 pages/s of will-it-scale/page_fault1 at a batch of 63, less what the cost model
    /// charges for zeroing and for the allocator (Huang 2023, Sapphire Rapids; read as one process).</remarks>
    public static VirtualDuration Fault { get; } = new(1480);

    /// <summary>From one slab that caches need to the next on a CPU. Source: round figure.</summary>
    public static VirtualDuration SlabRefill { get; } = new(5_000);

    /// <summary>An allocator that is called again and again, with nothing between.</summary>
    public static VirtualDuration None { get; } = VirtualDuration.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VirtualDuration Next() => new(_span == 1 ? _least : _least + _random.NextBelow(_span));
}
