using Numa.Core.Addressing;
using Numa.Core.Time;

namespace Numa.Core.Reclaim;

/// <summary>What one scan is to look at, from the tail of a list.</summary>
/// <param name="Count">Pages looked at, at most. Range: 1 to <see cref="Most"/>.</param>
/// <param name="HighestZone">Pages of zones above it are passed over, and not counted.</param>
/// <param name="MayWrite">Dirty pages are sent to their file, and anonymous ones to swap.</param>
public readonly record struct LruScan(LruType Type, int Count, ZoneKind HighestZone, bool MayWrite)
{
    /// <summary>Pages that one hold of the lock looks at.</summary>
    /// <remarks>Source: <c>SWAP_CLUSTER_MAX</c>, Linux include/linux/swap.h.</remarks>
    public const int Most = 32;
}

/// <summary>What a scan found, beside the pages that it took.</summary>
/// <param name="Scanned">Pages looked at.</param>
/// <param name="WrittenBack">Of these, pages that it sent to the device.</param>
/// <param name="CleanAt">Earliest instant at which a page under writeback becomes clean, of the zones that the scan may
/// take from; Never when none is under way.</param>
public readonly record struct LruScanned(int Scanned, int WrittenBack, VirtualInstant CleanAt);
