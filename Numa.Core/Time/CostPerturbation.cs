using System.Runtime.CompilerServices;

namespace Numa.Core.Time;

/// <summary>What a schedule seed adds to the costs of one process, one cost after the other.</summary>
/// <remarks>A function of seed, process and the number of the cost in that process: no host, grouping or other process
/// has a part in it. It only ever adds, so that least latencies stay what they are. A field of its process: a copy
/// would draw the same numbers again.</remarks>
internal struct CostPerturbation
{
    private long _percent;
    private SeededRandom _numbers;

    public readonly bool IsOn => _percent != 0;

    /// <param name="process">A number of its own for each process of a machine.</param>
    public static CostPerturbation Of(CostModel costs, int process) => costs.IsPerturbed
        ? new()
        {
            _percent = costs.PerturbationPercent,
            _numbers = new SeedTree(costs.ScheduleSeed ?? 0).Child(process).Random(),
        }
        : default;

    /// <summary>The next cost of the process. Unit: virtual nanoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Grow(long cost) => _percent == 0 ? cost : cost + _numbers.NextBelow(cost * _percent / 100 + 1);
}
