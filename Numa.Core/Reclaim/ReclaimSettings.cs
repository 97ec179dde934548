using Numa.Core.Addressing;

namespace Numa.Core.Reclaim;

/// <summary>What is assumed of the pages that reclaim meets: they are no kernel's figures, but a load's.</summary>
/// <param name="HotPercent">Share of looks that find a page in use, so that it goes back to the head of its list.
/// Range: 0 to 100.</param>
/// <param name="DirtyPercent">Share of file pages that must be written before they can be taken. Range: 0 to
/// 100.</param>
/// <param name="Swap">Room for anonymous pages, of all LRUs together; none when zero.</param>
public sealed record ReclaimSettings(int HotPercent, int DirtyPercent, PageCount Swap)
{
    /// <summary>No page is in use, none is dirty, and there is no swap.</summary>
    public static readonly ReclaimSettings None = new(0, 0, PageCount.Zero);
}
