using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;

namespace Numa.Core.Text.Topology;

/// <summary>A set of CPUs as hwloc writes it: words of 32 bits in hexadecimal, the highest first, such as
/// <c>0x000000ff,0x0</c>.</summary>
/// <remarks>A word of zeros may be left empty between its commas. Source: <c>hwloc_bitmap_snprintf</c>, hwloc
/// documentation.</remarks>
internal static class HwlocCpuset
{
    private const int WordBits = 32;

    /// <returns>CPUs ascending; null for a text that is no set, an infinite one included.</returns>
    public static ImmutableArray<CpuId>? Parse(string text)
    {
        var words = text.Trim().Split(',');
        if (words.Length > CpuListText.MaxCpus / WordBits) return null;
        var cpus = ImmutableArray.CreateBuilder<CpuId>();
        for (var i = words.Length - 1; i >= 0; i--)
        {
            var word = words[i].Trim();
            uint bits = 0;
            if (word.Length == 0 && words.Length == 1) return null;
            if (word.Length > 0 && (!word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                || !uint.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out bits)))
            {
                return null;
            }

            for (var bit = 0; bit < WordBits; bit++)
            {
                if ((bits >> bit & 1) != 0) cpus.Add(new((words.Length - 1 - i) * WordBits + bit));
            }
        }

        return cpus.ToImmutable();
    }
}
