using System.Numerics;

namespace Numa.Tests.Oracles;

/// <summary>min_free_kbytes and marks at boot, by the formulas that Linux documents, written out once more.</summary>
internal static class SpecifiedMarks
{
    private const long KiBPerPage = 4;

    /// <param name="managed">Managed pages of each zone.</param>
    /// <param name="most">65536 up to 5.7, 262144 from 5.8 on.</param>
    /// <param name="isScaled">Marks are spaced by watermark_scale_factor, as from 4.6 on.</param>
    /// <returns>Unit: pages.</returns>
    public static (long Min, long Low, long High)[] Of(long[] managed, int most, bool isScaled)
    {
        var all = managed.Sum();
        var byRoot = Math.Clamp(Root(all * KiBPerPage * 16), 128, most);
        var marks = Spread(managed, byRoot, isScaled);
        // Huge pages are off below 512 MiB; otherwise as many blocks are kept as stop types from mixing.
        if (all < (512 << 8)) return marks;
        var above = managed.Zip(marks, (pages, mark) => Math.Max(0, pages - mark.High)).Sum();
        var wanted = Math.Min(512L * managed.Length * (2 + (3 * 3)), above / 20) * KiBPerPage;
        return wanted > byRoot ? Spread(managed, wanted, isScaled) : marks;
    }

    private static (long Min, long Low, long High)[] Spread(long[] managed, long minFreeKiB, bool isScaled) =>
    [
        .. managed.Select(pages =>
        {
            var share = minFreeKiB / KiBPerPage * pages / managed.Sum();
            var step = isScaled ? Math.Max(share / 4, pages * 10 / 10_000) : share / 4;
            return (share, share + step, isScaled ? share + (2 * step) : share + (share / 2));
        }),
    ];

    private static long Root(long value)
    {
        var root = (long)Math.Sqrt(value);
        while (root * root > value) root--;
        while ((BigInteger)(root + 1) * (root + 1) <= value) root++;
        return root;
    }
}
