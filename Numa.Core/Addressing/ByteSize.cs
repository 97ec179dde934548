using System.Globalization;

namespace Numa.Core.Addressing;

/// <summary>A size in bytes.</summary>
/// <remarks>Unit: bytes. Written with binary prefixes: 64KiB, 512MiB, 4GiB, 1TiB.</remarks>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, int Shift)[] Units =
        [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("PiB", 50), ("B", 0)];

    /// <summary>Whole pages in this size.</summary>
    public PageCount Pages => new(Bytes >> PageFrameNumber.PageShift);

    /// <summary>Reads a whole number with an optional binary prefix; without one the unit is bytes.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var trimmed = text.Trim();
        var shift = 0;
        foreach (var (suffix, unitShift) in Units)
        {
            if (!trimmed.EndsWith(suffix, StringComparison.Ordinal)) continue;
            trimmed = trimmed[..^suffix.Length].TrimEnd();
            shift = unitShift;
            break;
        }

        if (!long.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > long.MaxValue >> shift) return false;
        size = new(number << shift);
        return true;
    }

    public override string ToString()
    {
        foreach (var (suffix, shift) in Units.Take(5).Reverse())
        {
            if (Bytes != 0 && (Bytes & ((1L << shift) - 1)) == 0)
                return (Bytes >> shift).ToString(CultureInfo.InvariantCulture) + suffix;
        }

        return Bytes.ToString(CultureInfo.InvariantCulture) + "B";
    }
}
