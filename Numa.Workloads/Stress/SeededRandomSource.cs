using MathNet.Numerics.Random;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>A seed's random numbers as MathNet's distributions want them.</summary>
/// <remarks>53 bits of each number, as a multiple of 2^-53 in [0, 1).</remarks>
internal sealed class SeededRandomSource(SeedTree seed) : RandomSource(threadSafe: false)
{
    private SeededRandom _random = seed.Random();

    protected override double DoSample() => (_random.NextUInt64() >> 11) * (1.0 / (1ul << 53));
}
