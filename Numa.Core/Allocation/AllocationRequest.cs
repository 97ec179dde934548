using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Reclaim;
using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>What a task asks for. Made once and used for every allocation of the same kind.</summary>
/// <param name="PreferredNode">Node whose zonelist is walked; null for the node of the asking CPU.</param>
/// <param name="AllowedNodes">Nodes that may serve it (a bind policy); empty for all.</param>
public sealed record AllocationRequest(
    GfpFlags Gfp,
    Order Order,
    NodeId? PreferredNode = null,
    ImmutableArray<NodeId> AllowedNodes = default)
{
    public Migratetype Type { get; } = Gfp.Migratetype();

    /// <summary>Memory policy that picks node and nodes for each allocation, in place of the two above; null where they
    /// are picked already.</summary>
    public Mempolicy? Policy { get; init; }

    /// <summary>Nodes that the task's cpuset lets it use; empty for all.</summary>
    public ImmutableArray<NodeId> MemsAllowed { get; init; }

    /// <summary>Whether it is for a transparent huge page, which policies place in their own way.</summary>
    public bool IsHugePageFault => Order.Value == Order.Pageblock
        && (Gfp & GfpFlags.GfpTransHugeLight) == GfpFlags.GfpTransHugeLight;

    /// <summary>List from which reclaim may take the page; null for memory that stays, the kernel's own or
    /// pinned.</summary>
    /// <remarks>Of order 0 only.</remarks>
    public LruType? Lru { get; init; }

    /// <summary>One of many pages that are asked for at once: the pageset's bookkeeping of allocations is left
    /// alone.</summary>
    /// <remarks>Source: <c>alloc_pages_bulk</c>, Linux mm/page_alloc.c.</remarks>
    public bool InBulk { get; init; }

    /// <summary>A page fault's: the program must not see what was in the pages before.</summary>
    /// <remarks>The kernel adds __GFP_ZERO to a fault's flags, or clears a huge page itself; neither shows in the flags
    /// that a caller names. Source: <c>do_anonymous_page</c>, Linux mm/memory.c.</remarks>
    public bool IsFault { get; init; }

    /// <summary>Whoever gets the pages has them zeroed first, outside every lock.</summary>
    /// <remarks>Source: <c>prep_new_page</c>, Linux mm/page_alloc.c; <c>clear_huge_page</c>, mm/memory.c.</remarks>
    public bool IsZeroed => IsFault || (Gfp & GfpFlags.Zero) != 0;

    /// <summary>A request with other flags and another order, from the same program under the same policy.</summary>
    public AllocationRequest As(GfpFlags gfp, Order order) =>
        new(gfp | (Gfp & GfpFlags.ThisNode), order, PreferredNode, AllowedNodes)
        {
            // Only huge pages ask the policy even where it is the default one.
            Policy = Policy ?? (order.Value == Order.Pageblock && !ThisNodeOnly ? Mempolicy.Default : null),
            MemsAllowed = MemsAllowed,
            IsFault = IsFault,
        };

    /// <summary>Highest zone that may serve it on a kernel.</summary>
    public ZoneKind HighestZone(KernelRelease release) => Gfp.HighestZone(release.Architecture);

    public bool ThisNodeOnly => (Gfp & GfpFlags.ThisNode) != 0;

    /// <summary>How the slow path walks for it before anything is reclaimed: at the min mark, with what urgency
    /// permits.</summary>
    /// <remarks>Source: <c>gfp_to_alloc_flags</c>, Linux mm/page_alloc.c.</remarks>
    public AllocationFlags SlowPathFlags(KernelRelease release) => SlowPathFlags(release, Gfp, Order);

    /// <summary>The same for an attempt with other gfp flags.</summary>
    public static AllocationFlags SlowPathFlags(KernelRelease release, GfpFlags gfp, Order order)
    {
        var flags = AllocationFlags.CpuSet;
        if ((gfp & GfpFlags.KswapdReclaim) != 0) flags |= AllocationFlags.Kswapd;
        if ((gfp & GfpFlags.High) != 0) flags |= AllocationFlags.MinReserve;
        var cannotWait = release.HarderNeedsAtomic
            ? (gfp & GfpFlags.Atomic) != 0
            : (gfp & GfpFlags.DirectReclaim) == 0;
        if (!cannotWait) return flags;
        var isUrgent = release.ReserveFlags == ReserveFlagRule.HighAndHarder || (gfp & GfpFlags.High) != 0;
        if (isUrgent) flags &= ~AllocationFlags.CpuSet;
        if ((gfp & GfpFlags.NoMemAlloc) != 0) return flags;
        flags |= AllocationFlags.NonBlock;
        return order.Value > 0 && isUrgent ? flags | AllocationFlags.HighAtomic : flags;
    }

    public bool IsAllowed(NodeId node) => AllowedNodes.IsDefaultOrEmpty || AllowedNodes.Contains(node);
}
