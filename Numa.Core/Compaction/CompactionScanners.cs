namespace Numa.Core.Compaction;

/// <summary>Where the two scanners of a zone stand: one looks upward for pages to move, one downward for free
/// ones.</summary>
/// <param name="Migrate">First frame that the migrate scanner has not looked at.</param>
/// <param name="Free">Frame at which the free scanner goes on, upward to the end of its pageblock, then with the one
/// below.</param>
/// <param name="IsWhole">They began at the ends of the zone.</param>
public readonly record struct CompactionScanners(long Migrate, long Free, bool IsWhole)
{
    /// <summary>They meet in a pageblock.</summary>
    public bool Met => PageblockOf(Free) <= PageblockOf(Migrate);

    private static long PageblockOf(long frame) => frame >> Addressing.Order.Pageblock;
}
