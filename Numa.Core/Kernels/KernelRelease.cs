namespace Numa.Core.Kernels;

/// <summary>A Linux release as a composition of named rules: the one place that knows versions.</summary>
/// <remarks>Other code asks it a question in the domain's words and never compares version numbers.</remarks>
public sealed partial record KernelRelease
{
    /// <summary>Version as kernels print it, for example <c>4.4</c>.</summary>
    public required string Name { get; init; }

    public required ZonelistOrderRule ZonelistOrders { get; init; }

    public required NodeLoadRule NodeLoad { get; init; }

    /// <summary>A node without memory still opens its own fallback order (up to 6.1).</summary>
    public bool ListsMemorylessLocalNode { get; init; } = true;

    public required WatermarkSpacing Watermarks { get; init; }

    /// <summary>Largest min_free_kbytes of the square-root rule.</summary>
    /// <remarks>Unit: KiB.</remarks>
    public int MinFreeCapKiB { get; init; } = 65536;

    public MinFreeInitcall MinFreeInitcall { get; init; } = MinFreeInitcall.BeforeHugePages;

    /// <summary>The huge-page rule counts every populated zone, Movable included (before 4.17).</summary>
    public bool HugePageRuleCountsMovable { get; init; } = true;

    /// <summary>Switching transparent huge pages off at run time recomputes min_free_kbytes (6.1 and later).</summary>
    public bool HugePagesOffRecomputesMinFree { get; init; }

    /// <summary>Movable zones get a min mark of 32 to 128 pages and do not share min_free_kbytes (6.12).</summary>
    public bool MovableMarksClamped { get; init; }

    public required LowmemRatioRule LowmemRatio { get; init; }

    public required ReserveIndexRule ReserveIndex { get; init; }

    public required PagesetShape Pagesets { get; init; }

    public required PagesetSizingRule PagesetSizing { get; init; }

    /// <summary>Largest pageset batch before it is quartered and rounded.</summary>
    /// <remarks>Unit: pages.</remarks>
    public int BatchCapPages { get; init; } = 128;

    /// <summary>Zones of the local node are used in turn, by NR_ALLOC_BATCH (3.12 to 4.7).</summary>
    public bool FairZonePolicy { get; init; }

    /// <summary>Zones that failed a check are skipped for a second (2.6.20 to 4.3).</summary>
    public bool ZonelistCache { get; init; }

    public required BootReleaseRule BootRelease { get; init; }

    /// <summary>Names of the steps of boot.</summary>
    public required BootCalls Calls { get; init; }

    /// <summary>x86-64 could be built with bootmem: 2.6.34 and 2.6.35; by 3.10 no longer.</summary>
    public bool KnowsBootmem { get; init; }

    /// <summary>Sections of memory are divided into sub-sections of 2 MiB (5.3 and later).</summary>
    public bool HasSubsections { get; init; }

    /// <summary>Most of a node's highest zone is released once all CPUs run: distribution kernels.</summary>
    public bool DefersHighestZone { get; init; }

    /// <summary>The kernel reports its memory right after the mass release (6.12: when it already allocates).</summary>
    public bool ReportsMemoryBeforeAllocating { get; init; } = true;

    /// <summary>Pages taken between the mass release and that report: page tables of the vmalloc area, 32 TiB at
    /// 512 GiB a page (5.14 and later, four levels). An area that starts at a random address needs one more.</summary>
    public int PagesTakenBeforeReport { get; init; }

    /// <summary>The whole first MiB stays reserved, not just 64 KiB (5.13 and later).</summary>
    public bool ReservesFirstMiB { get; init; }

    /// <summary>Pages freed after the mass release raise the count of managed pages (3.11 and later).</summary>
    public bool LateFreesAreManaged { get; init; } = true;

    public KernelcoreMirrorRule KernelcoreMirror { get; init; } = KernelcoreMirrorRule.Nothing;

    /// <summary>With movable_node the search for early memory goes upward until the SRAT is read (5.12 and later;
    /// before, above the kernel's image, and only where configured).</summary>
    public bool MovableNodeSearchesUpward { get; init; }

    /// <summary>The log holds the size of the bss, and so tells where the pages freed after boot lie (3.11 and
    /// later).</summary>
    public bool LogPlacesLateFrees { get; init; } = true;

    /// <summary>A node that has CPUs and no memory comes online (6.1); before, its CPUs go to the nearest
    /// node.</summary>
    public bool MemorylessNodesComeOnline { get; init; }

    /// <summary>Gigantic pages taken from early memory are counted as managed before the watermarks are computed
    /// (6.12); before, when hugetlb starts.</summary>
    public bool CountsGiganticPagesFirst { get; init; }

    /// <summary>max_pfn counts ACPI data beside RAM (6.12).</summary>
    public bool MaxPfnCountsAcpiData { get; init; }

    /// <summary>Estimates of managed pages subtract memmap and dma_reserve (up to 6.1).</summary>
    public bool ManagedEstimateChargesMemmap { get; init; } = true;

    public required MigratetypeFallbackRule Fallback { get; init; }

    /// <summary>Allocations first avoid mixing migratetypes in a pageblock, and boost watermarks when they must
    /// (5.0+).</summary>
    public bool AvoidsFragmentation { get; init; }

    /// <summary>Order-9 blocks merge only when both tags are Unmovable, Movable or Reclaimable, or equal
    /// (6.1).</summary>
    public bool MergesOnlyAlikePageblocks { get; init; }

    /// <summary>A freed block goes by its pageblocks' tags of that moment, pageblock by pageblock (6.12).</summary>
    public bool FreesByPageblockTag { get; init; }

    /// <summary>What an allocation of an exact size does not need goes to the tail of the buddy lists at once, past the
    /// pageset (6.1).</summary>
    public bool ReturnsExactTailsToBuddy { get; init; }

    /// <summary>Reclaimable is migratetype 1 and Movable 2, which decides the order of drains (up to 4.3).</summary>
    public bool ReclaimablePrecedesMovable { get; init; }

    public required HighAtomicRule HighAtomic { get; init; }

    public HighOrderCheckRule HighOrderCheck { get; init; } = HighOrderCheckRule.AnySuitableBlock;

    /// <summary>Every request with MIN_RESERVE may ignore the boost at order 0, not only atomic ones (6.12).</summary>
    public bool MinReserveBypassesBoost { get; init; }

    public required ReserveFlagRule ReserveFlags { get; init; }

    /// <summary>What makes a request HARDER is the gfp flag ATOMIC (4.4 to 6.2 mainline), not that it cannot
    /// wait.</summary>
    /// <remarks>Set from 4.14 on only, as long as reclaim is not modelled: in a captured phase of 4.4 requests without
    /// either get pages at the min mark, after a reclaim whose drains only HARDER makes up for here.</remarks>
    public bool HarderNeedsAtomic { get; init; }

    /// <summary>Unmovable requests, too, claim pageblocks by small blocks (4.0 and later); before, only Reclaimable
    /// ones do.</summary>
    public bool UnmovableClaimsPageblocks { get; init; } = true;

    /// <summary>Urgent requests that found nothing try again on all nodes, whatever their policy says (4.19 and
    /// later).</summary>
    public bool UrgentRequestsLeavePolicy { get; init; }

    public HugePagePlacement HugePagePlacement { get; init; } = HugePagePlacement.AnyNode;

    /// <summary>An interleaved page is a hit when it comes from the first zone of the chosen node's list (up to 4.13);
    /// later, from any zone of the node.</summary>
    public bool InterleaveHitsFirstZone { get; init; }

    /// <summary>The policies preferred-many (5.15) and home nodes (5.17) exist.</summary>
    public bool KnowsPreferredMany { get; init; }

    /// <summary>Interleaving by weights exists (6.9 and later).</summary>
    public bool KnowsWeightedInterleave { get; init; }

    /// <summary>Its gfp flags have the numbers of <see cref="Allocation.GfpFlags"/> (6.1 and later).</summary>
    public bool NumbersGfpAsHere => ReserveFlags == ReserveFlagRule.MinReserveAndNonBlock;

    public RefillAccounting RefillAccounting { get; init; } = RefillAccounting.Once;

    public LockHandOver LockHandOver { get; init; } = LockHandOver.Constant;

    /// <summary>kswapd is woken for, and judged by, each zone of the list; from 4.8 by node.</summary>
    public bool KswapdWokenPerZone { get; init; }

    /// <summary>kswapd goes on until every zone up to the one asked for, with anything to reclaim, is above its high
    /// mark (up to 4.7); since, until one is.</summary>
    public bool KswapdBalancesEveryZone { get; init; }

    /// <summary>The slow path tries again as long as reclaim frees anything (up to 4.6); since, up to 16 times without
    /// progress while reclaimable pages would do.</summary>
    public bool CountsReclaimedPages { get; init; }

    /// <summary>Who was killed for memory may take the last page (up to 4.13); since, half of the min mark.</summary>
    public bool VictimsIgnoreMarks { get; init; }

    /// <summary>A task that can be killed counts for a page at least (up to 5.8).</summary>
    public bool OomPointsArePositive { get; init; }

    /// <summary>Who empties all pagesets frees what the other CPUs have (6.0 and later); before, each CPU does
    /// it.</summary>
    public bool DrainsAllRemotely => TriesPagesetLock;

    /// <summary>zoneinfo prints unpopulated zones (4.12 and later).</summary>
    public bool PrintsEmptyZones { get; init; }

    /// <summary>Layout of /proc/zoneinfo.</summary>
    public ZoneinfoShape Zoneinfo { get; init; } = ZoneinfoShape.PerZone;

    /// <summary>Counters that /proc/zoneinfo prints.</summary>
    public required CounterNames Counters { get; init; }

    /// <summary>Zones have a promo mark above high (5.18 and later).</summary>
    public bool HasPromoMark { get; init; }

    /// <summary>The kernel is configured with ZONE_DEVICE: one zone index more.</summary>
    /// <remarks>Distribution kernels are; the kernels before 4.14 that were measured are not.</remarks>
    public bool HasDeviceZone { get; init; }

    /// <summary>Largest vm.watermark_scale_factor; null where the sysctl does not exist.</summary>
    public int? WatermarkScaleFactorMax { get; init; }

    /// <summary>Once written, vm.percpu_pagelist_fraction cannot go back to 0 (up to 3.10).</summary>
    public bool PagelistFractionNeverReset { get; init; }

    /// <summary>Largest vm.swappiness: 100 up to 5.7, 200 since.</summary>
    public int SwappinessMax { get; init; } = 100;

    /// <summary>A node at least so far away is never reclaimed for its neighbour's sake: 30 up to 4.19, 31
    /// since.</summary>
    /// <remarks>Unit: SLIT distance. Source: <c>node_reclaim_distance</c>, RECLAIM_DISTANCE; 32 on AMD Zen.</remarks>
    public int TooFarToReclaim { get; init; } = 30;

    /// <summary>A node farther than this switches zone_reclaim_mode on at boot; null: nothing does.</summary>
    public int? ZoneReclaimBeyondDistance { get; init; }

    public HotplugZoneRule HotplugZone { get; init; } = HotplugZoneRule.WhenAdded;

    /// <summary>Transparent huge pages raise min_free_kbytes again after memory came or went (5.10 and
    /// later).</summary>
    public bool HugePagesFollowHotplug { get; init; }

    /// <summary>A zone's first pages make its pagesets again once they are online (6.1 and later); before, the
    /// pagesets stay as small as an empty zone's until more goes online.</summary>
    public bool SizesPagesetsOfNewZone { get; init; }

    /// <summary>A node whose last memory goes offline is no memory node any more when the zonelists are rebuilt
    /// (6.12).</summary>
    public bool ForgetsNodeBeforeRebuild { get; init; }

    /// <summary>Zonelists are built for every node that could come online (6.1), not for the online ones
    /// only.</summary>
    public bool BuildsListsOfPossibleNodes { get; init; }

    /// <summary>A list of pages is announced page by page, and then each goes back (4.15 and later); before, each page
    /// goes back as it is announced.</summary>
    public bool AnnouncesListsFirst { get; init; }

    /// <summary>Pages of vmalloc, so those of kernel stacks, are taken many at once and no event tells it (5.13 and
    /// later).</summary>
    public bool AllocatesInBulk { get; init; }

    /// <summary>A pageset has a lock that is only tried (6.0 and later): an interrupt that finds it held frees to the
    /// buddy lists. Before, interrupts are off meanwhile.</summary>
    public bool TriesPagesetLock { get; init; }

    /// <summary>What a larger block costs under the lock beside its first struct page.</summary>
    public TailCheckRule TailCheck { get; init; }

    /// <summary>All struct pages of a larger block are checked under the lock as it is taken, for a pageset or
    /// directly.</summary>
    public bool ChecksTails(bool isRefill) =>
        TailCheck == (isRefill ? TailCheckRule.Refills : TailCheckRule.DirectBlocks);

    /// <summary>Zone order can be selected in this release.</summary>
    public bool KnowsZoneOrder => ZonelistOrders != ZonelistOrderRule.NodeOnly;
}
