using System.Collections.Immutable;

namespace Numa.Core.Kernels;

/// <remarks>The releases that are known, each by what it does otherwise than the one before.</remarks>
public sealed partial record KernelRelease
{
    private static readonly KernelRelease V2634 = new()
    {
        Name = "2.6.34",
        ZonelistOrders = ZonelistOrderRule.SizeHeuristic,
        NodeLoad = NodeLoadRule.DecreasingAssignment,
        Watermarks = WatermarkSpacing.QuarterOfMin,
        LowmemRatio = LowmemRatioRule.AtLeastOne,
        ReserveIndex = ReserveIndexRule.PreferredZone,
        Pagesets = PagesetShape.OrderZero,
        PagesetSizing = PagesetSizingRule.SixBatches,
        ZonelistCache = true,
        KswapdWokenPerZone = true,
        KswapdBalancesEveryZone = true,
        CountsReclaimedPages = true,
        VictimsIgnoreMarks = true,
        OomPointsArePositive = true,
        BootRelease = BootReleaseRule.Ordinary,
        Calls = BootCalls.Since2634,
        Counters = CounterNames.Since310,
        KnowsBootmem = true,
        IsKnownOn32Bit = true,
        Fallback = MigratetypeFallbackRule.StealLargest,
        HighAtomic = HighAtomicRule.ReservePageblocks,
        HighOrderCheck = HighOrderCheckRule.SubtractSmallerBlocks,
        ReclaimablePrecedesMovable = true,
        ReserveFlags = ReserveFlagRule.HighAndHarder,
        UnmovableClaimsPageblocks = false,
        InterleaveHitsFirstZone = true,
        LockHandOver = LockHandOver.GrowsWithWaiters,
        PagelistFractionNeverReset = true,
        ZoneReclaimBeyondDistance = 20,
        LateFreesAreManaged = false,
        LogPlacesLateFrees = false,
        HasLargeStacks = false,
    };

    private static readonly KernelRelease V2635 = V2634 with
    {
        Name = "2.6.35",
        ZonelistOrders = ZonelistOrderRule.SizeHeuristicUnlessNormalMissing,
    };

    private static readonly KernelRelease V310 = V2635 with
    {
        Name = "3.10",
        Compaction = CompactionRule.BeforeReclaim,
        CompactionHeedsMark = true,
        Calls = BootCalls.Since310,
        KnowsBootmem = false,
        ZoneReclaimBeyondDistance = 30,
    };

    private static readonly KernelRelease V44 = V310 with
    {
        Name = "4.4",
        Calls = BootCalls.Since44Stable,
        Counters = CounterNames.Since44Stable,
        ZonelistOrders = ZonelistOrderRule.NodeBy64Bit,
        FairZonePolicy = true,
        ZonelistCache = false,
        HighAtomic = HighAtomicRule.OnDemand,
        UnmovableClaimsPageblocks = true,
        HugePagePlacement = HugePagePlacement.ThisNodeOnly,
        HighOrderCheck = HighOrderCheckRule.AnySuitableBlock,
        ReclaimablePrecedesMovable = false,
        LockHandOver = LockHandOver.Constant,
        PagelistFractionNeverReset = false,
        ZoneReclaimBeyondDistance = null,
        LateFreesAreManaged = true,
        LogPlacesLateFrees = true,
        HasLargeStacks = true,
    };

    private static readonly KernelRelease V440 = V44 with
    {
        Name = "4.4.0",
        Calls = BootCalls.Since42,
        Counters = CounterNames.Since44,
        MinFreeInitcall = MinFreeInitcall.AfterHugePages,
    };

    private static readonly KernelRelease V49 = V44 with
    {
        Name = "4.9",
        TailCheck = TailCheckRule.DirectBlocks,
        Compaction = CompactionRule.AfterReclaim,
        WithdrawnCompactionAwaitsReclaim = true,
        KernelcoreMirror = KernelcoreMirrorRule.MovableFrom4GiB,
        Watermarks = WatermarkSpacing.ScaleFactor,
        FairZonePolicy = false,
        KswapdWokenPerZone = false,
        KswapdBalancesEveryZone = false,
        CountsReclaimedPages = false,
        LruPerNode = true,
        WatermarkScaleFactorMax = 1000,
        Zoneinfo = ZoneinfoShape.PerNode,
        Counters = CounterNames.Since49,
    };

    /// <summary>Stands in up to 6.0, so that none of these releases seems to know zone order.</summary>
    private static readonly KernelRelease V414 = V49 with
    {
        Name = "4.14",
        CompactionMindsType = true,
        CompactionHeedsMark = false,
        Calls = BootCalls.Since412,
        Counters = CounterNames.Since414,
        ZonelistOrders = ZonelistOrderRule.NodeOnly,
        LowmemRatio = LowmemRatioRule.ZeroIsOff,
        PrintsEmptyZones = true,
        HotplugZone = HotplugZoneRule.WhenOnline,
        InterleaveHitsFirstZone = false,
        HarderNeedsAtomic = true,
        VictimsIgnoreMarks = false,
    };

    private static readonly KernelRelease V61 = new()
    {
        Name = "6.1",
        TailCheck = TailCheckRule.Refills,
        Compaction = CompactionRule.AfterReclaim,
        CompactionMindsType = true,
        LruPerNode = true,
        LruBatchPages = 15,
        SwappinessMax = 200,
        TooFarToReclaim = 31,
        KernelcoreMirror = KernelcoreMirrorRule.MovableFrom4GiB,
        ZonelistOrders = ZonelistOrderRule.NodeOnly,
        NodeLoad = NodeLoadRule.Increment,
        Watermarks = WatermarkSpacing.ScaleFactor,
        MinFreeCapKiB = 262144,
        HugePageRuleCountsMovable = false,
        HugePagesOffRecomputesMinFree = true,
        LowmemRatio = LowmemRatioRule.ZeroIsOff,
        ReserveIndex = ReserveIndexRule.HighestAllowed,
        Pagesets = PagesetShape.OrdersToThreeAndHuge,
        PagesetSizing = PagesetSizingRule.LowMarkPerCpu,
        BatchCapPages = 256,
        BootRelease = BootReleaseRule.Tail,
        Calls = BootCalls.Since61,
        Counters = CounterNames.Since61,
        HasSubsections = true,
        DefersHighestZone = true,
        HotplugZone = HotplugZoneRule.WhenOnline,
        HugePagesFollowHotplug = true,
        SizesPagesetsOfNewZone = true,
        BuildsListsOfPossibleNodes = true,
        PagesTakenBeforeReport = 64,
        ReservesFirstMiB = true,
        MovableNodeSearchesUpward = true,
        MemorylessNodesComeOnline = true,
        Fallback = MigratetypeFallbackRule.StealThenRetry,
        AvoidsFragmentation = true,
        MergesOnlyAlikePageblocks = true,
        AnnouncesListsFirst = true,
        AllocatesInBulk = true,
        TriesPagesetLock = true,
        ReturnsExactTailsToBuddy = true,
        HighAtomic = HighAtomicRule.OnDemand,
        ReserveFlags = ReserveFlagRule.MinReserveAndNonBlock,
        UrgentRequestsLeavePolicy = true,
        HugePagePlacement = HugePagePlacement.ThisNodeFirst,
        KnowsPreferredMany = true,
        PrintsEmptyZones = true,
        Zoneinfo = ZoneinfoShape.PerNodeWithBoost,
        HasPromoMark = true,
        HasDeviceZone = true,
        WatermarkScaleFactorMax = 3000,
    };

    private static readonly KernelRelease V612 = V61 with
    {
        Name = "6.12",
        TailCheck = TailCheckRule.None,
        LruBatchPages = 31,
        KernelcoreMirror = KernelcoreMirrorRule.Nothing,
        Calls = BootCalls.Since64,
        Counters = CounterNames.Since612,
        ListsMemorylessLocalNode = false,
        ForgetsNodeBeforeRebuild = true,
        MovableMarksClamped = true,
        PagesetSizing = PagesetSizingRule.AutoTuned,
        MaxPfnCountsAcpiData = true,
        CountsGiganticPagesFirst = true,
        ReportsMemoryBeforeAllocating = false,
        ManagedEstimateChargesMemmap = false,
        Fallback = MigratetypeFallbackRule.ClaimThenSteal,
        FreesByPageblockTag = true,
        HighAtomic = HighAtomicRule.OnDemandFreeOnly,
        MinReserveBypassesBoost = true,
        RefillAccounting = RefillAccounting.PerBlock,
        KnowsWeightedInterleave = true,
        Zoneinfo = ZoneinfoShape.PerNodeWithPromo,
    };

    /// <summary>Every release that Numa knows, oldest first. 4.4.0 is listed apart: later 4.4 releases
    /// differ.</summary>
    public static ImmutableArray<KernelRelease> Known { get; } =
        [V2634, V2635, V310, V440, V44, V49, V414, V61, V612];
}
