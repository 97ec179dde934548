using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>What set vm.min_free_kbytes.</summary>
public enum MinFreeRule
{
    SquareRoot,
    HugePages,
    Written,
}

/// <summary>One event at which vm.min_free_kbytes was set or kept.</summary>
/// <remarks>Unit: KiB, except for <paramref name="BufferPages"/>.</remarks>
/// <param name="BufferPages">Pages above the high marks, which the rule started from.</param>
/// <param name="Zones">Zones that the rule for huge pages counted.</param>
/// <param name="Wanted">What the rule gave, before it was bounded or yielded.</param>
/// <param name="Before">Value in force before.</param>
/// <param name="After">Value in force from then on.</param>
public readonly record struct MinFreeStep(
    MinFreeRule Rule, PageCount BufferPages, int Zones, long Wanted, int Before, int After);
