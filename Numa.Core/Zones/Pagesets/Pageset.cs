using Numa.Core.Kernels;

namespace Numa.Core.Zones.Pagesets;

/// <summary>A block leaving a pageset for the buddy allocator.</summary>
public readonly record struct DrainedBlock(long Frame, byte Order, Migratetype Type);

/// <summary>One CPU's page lists for one zone: short lists in front of the zone lock.</summary>
/// <remarks>Not made until first used. Source: <c>struct per_cpu_pages</c>, Linux include/linux/mmzone.h.</remarks>
public sealed class Pageset
{
    public Pageset(KernelRelease release, PagesetSize size) => throw new NotImplementedException("buddy");

    /// <summary>Pages on all lists.</summary>
    public int Count => throw new NotImplementedException("buddy");

    /// <summary>New sizes; pages already held are not trimmed.</summary>
    public PagesetSize Size { get; set; }

    /// <summary>Whether pagesets of the release hold this order at all.</summary>
    public static bool Holds(KernelRelease release, int order) => throw new NotImplementedException("buddy");

    public bool IsEmpty(int order, Migratetype type) => throw new NotImplementedException("buddy");

    /// <summary>Bookkeeping at the start of every allocation: past frees count for less.</summary>
    public void BeginAllocation() => throw new NotImplementedException("buddy");

    /// <summary>How many blocks to ask the zone for, now that the list is empty. Advances the tuning.</summary>
    public int NextRefill(int order, bool zoneBelowHigh) => throw new NotImplementedException("buddy");

    /// <summary>Appends refilled blocks at the tail.</summary>
    public void Append(int order, Migratetype type, ReadOnlySpan<long> frames) => throw new NotImplementedException("buddy");

    /// <summary>Takes the head of a list that is not empty.</summary>
    public long TakeHead(int order, Migratetype type) => throw new NotImplementedException("buddy");

    /// <summary>Puts a freed block at the head.</summary>
    /// <returns>Pages to drain now, 0 for none.</returns>
    public int Insert(int order, Migratetype type, long frame, bool zoneBelowHigh) => throw new NotImplementedException("buddy");

    /// <summary>Takes blocks to drain, coldest first, in the order in which they are freed to the buddy lists.</summary>
    /// <param name="pages">Pages to drain.</param>
    /// <param name="order">Order of the list that triggered the drain; 0 with type Unmovable for drain-all.</param>
    /// <returns>Number of blocks written.</returns>
    public int Drain(int pages, int order, Migratetype type, List<DrainedBlock> into) => throw new NotImplementedException("buddy");

    /// <summary>Every listed block in list order, head first.</summary>
    public IEnumerable<long> List(int order, Migratetype type) => throw new NotImplementedException("buddy");
}
