using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Kinds of workloads that stress one part of the allocator each: docs/workloads.md describes them.</summary>
public static class StressKinds
{
    private const string RoundFigure = WorkloadKinds.RoundFigure;

    internal const double LeastSpeed = 0.001;

    internal const double MostSpeed = 1000;

    private const string LlFree = "LLFree's benchmarks: Wrenger and others, USENIX ATC 2023; bench/src/bin in "
        + "github.com/luhsra/llfree-rs";

    public static IReadOnlyDictionary<string, HugePageDefrag> Defrags { get; } = new Dictionary<string, HugePageDefrag>
    {
        ["always"] = HugePageDefrag.Always, ["defer"] = HugePageDefrag.Defer,
        ["defer+madvise"] = HugePageDefrag.DeferMadvise, ["madvise"] = HugePageDefrag.Madvise,
        ["never"] = HugePageDefrag.Never,
    };

    public static IReadOnlyDictionary<string, bool> Advices { get; } =
        new Dictionary<string, bool> { ["none"] = false, ["hugepage"] = true };

    public static IReadOnlyDictionary<string, BenchmarkPattern> Patterns { get; } =
        new Dictionary<string, BenchmarkPattern>
        {
            ["bulk"] = BenchmarkPattern.Bulk, ["repeat"] = BenchmarkPattern.Repeat,
            ["random"] = BenchmarkPattern.Random,
        };

    /// <summary>Migratetypes that a program or a driver can ask for.</summary>
    public static IReadOnlyDictionary<string, Migratetype> Types { get; } = new Dictionary<string, Migratetype>
    {
        ["movable"] = Migratetype.Movable, ["unmovable"] = Migratetype.Unmovable,
        ["reclaimable"] = Migratetype.Reclaimable,
    };

    private static ImmutableArray<string> Orders { get; } =
        [.. Enumerable.Range(0, Order.MaxValue + 1).Select(order => new Order(order).ToString())];

    internal static ImmutableArray<WorkloadKind> All { get; } =
        [NetworkReceive(), HugePages(), SlabChurn(), Aging(), ForkStorm(), Benchmark(), Trace()];

    private static WorkloadKind NetworkReceive() => new(NetworkReceiveWorkload.Kind,
        "Bursts of packets arrive; each needs a buffer at once, or is dropped.",
        GfpFlags.GfpAtomic | GfpFlags.NoWarn, ThinkTime.Packet, RoundFigure,
        [
            new("arrivals", DistributionKeys.Duration, "From one burst to the next.")
            {
                Default = "{poisson: 50us}",
                Source = "I40E_ITR_RX_DEF, an interrupt each 50 us, Linux drivers/net/ethernet/intel/i40e/i40e_txrx.h",
            },
            new("burst", DistributionKeys.Number, "Packets of a burst.")
            { Default = "64", Source = WorkloadKinds.NapiWeight },
            new("processing", DistributionKeys.Duration, "From a packet's arrival until its buffer is freed.")
            { Default = "{exponential: 100us}", Source = RoundFigure },
            new("ring", Shape.Whole(1, 65_536), "Descriptors of each CPU: packets that wait and buffers in use "
                + "hold one each; packets beyond are dropped.")
            {
                Default = "512",
                Source = "IXGBE_DEFAULT_RXD, Linux drivers/net/ethernet/intel/ixgbe/ixgbe.h",
            },
            new("consumers", Shape.Either(Shape.Cpus, Shape.Word([WorkloadKeys.ElsewhereWord])),
                "CPUs that free the buffers, one for each that receives; elsewhere: half of the machine's CPUs further "
                + "on.") { LeftOut = "the CPU that received them" },
            new("bursts", WorkloadKeys.CountOrUnlimited, "Bursts on each CPU; unlimited: until time is over.")
            { Default = "1000", LeftOut = "1000, or unlimited where it has a duration", Source = RoundFigure },
        ]);

    private static WorkloadKind HugePages() => new(HugePageWorkload.Kind,
        "Touches memory in huge pages, and in single pages where there is none to be had.",
        GfpFlags.GfpHighUserMovable, ThinkTime.Fault, "docs/cost-model.md, fitted",
        [
            new("size", WorkloadKeys.SizeOrShare, "Memory of all tasks together, or a share of the machine's.")
            { Default = "25%", Source = WorkloadKinds.BufferPool },
            new("defrag", Shape.Word(Defrags.Keys), 
                "What a fault may do to get a huge page, as the kernel's own words.")
            { Default = "madvise", Source = "Linux Documentation/admin-guide/mm/transhuge.rst, since 4.6" },
            new("advice", Shape.Word(Advices.Keys), "Whether the program called madvise(MADV_HUGEPAGE).")
            { Default = "none" },
        ]);

    private static WorkloadKind SlabChurn() => new(SlabChurnWorkload.Kind,
        "Slabs of several orders come, live for a while, and go.",
        GfpFlags.GfpKernel, ThinkTime.SlabRefill, RoundFigure,
        [
            new("orders", new Shape.ByName("order", Shape.Percent) { Known = Orders },
                "Share of each order; 100% together.")
            {
                Default = "{0: 55%, 1: 20%, 2: 15%, 3: 10%}",
                Source = "round figures; SLUB by itself goes up to slub_max_order, 3, Linux mm/slub.c",
            },
            new("reclaimable", Shape.Percent, "Share of slabs that shrinkers can empty, as those of dentries.")
            { Default = "30%", Source = RoundFigure },
            new("lifetime", DistributionKeys.Duration, "From a slab's allocation to its end.")
            {
                Default = "{lognormal: {median: 1ms, sigma: 2}}",
                Source = "round figures; tails that long as Maas and others, ASPLOS 2020, found for servers",
            },
            new("limit", Shape.Whole(1, 1 << 22), "Most slabs of each task; beyond, the next to end goes early.")
            { Default = "65536", Source = RoundFigure },
            new("operations", WorkloadKeys.CountOrUnlimited, "Allocations of each task; unlimited: until time is over.")
            { Default = "20000", LeftOut = "20000, or unlimited where it has a duration", Source = RoundFigure },
        ]);

    private static WorkloadKind Aging() => new(AgingWorkload.Kind,
        "Takes much memory in small blocks of several migratetypes, frees some at random and keeps the rest.",
        GfpFlags.GfpHighUserMovable, ThinkTime.None, "it prepares, and is not measured",
        [
            new("size", WorkloadKeys.SizeOrShare, "Memory of all tasks together, or a share of the machine's.")
            { Default = "75%", Source = "round figure; LLFree's fragmentation benchmark takes all there is" },
            new("types", new Shape.ByName("migratetype", Shape.Percent) { Known = [.. Types.Keys] },
                "Share of movable, unmovable and reclaimable blocks; 100% together.")
            { Default = "{movable: 80%, unmovable: 10%, reclaimable: 10%}", Source = RoundFigure },
            new("freed", Shape.Percent, "Share of the blocks that are freed again, each as likely as any other.")
            { Default = "50%", Source = LlFree + ", frag.rs" },
        ]);

    private static WorkloadKind ForkStorm() => new(ForkStormWorkload.Kind,
        "Children are forked, take a stack, page tables and pages, live for a while, and free everything at once.",
        GfpFlags.GfpHighUserMovable, ThinkTime.Fault, "docs/cost-model.md, fitted",
        [
            new("pages", DistributionKeys.Number, "Pages that a child touches.")
            { Default = "128", Source = RoundFigure },
            new("pageTables", Shape.Whole(0, 65_536), "Pages of a child's page tables.")
            { Default = "8", Source = "round figure: four levels for text, heap, stack and libraries" },
            new("lifetime", DistributionKeys.Duration, "From a child's last page fault to its exit.")
            { Default = "{exponential: 1ms}", Source = RoundFigure },
            new("children", Shape.Whole(1, 4096), "Most children that live at a time on each CPU.")
            { Default = "4", Source = RoundFigure },
            new("forks", WorkloadKeys.CountOrUnlimited, "Forks on each CPU; unlimited: until time is over.")
            { Default = "100", LeftOut = "100, or unlimited where it has a duration", Source = RoundFigure },
        ]);

    private static WorkloadKind Benchmark() => new(AllocatorBenchmarkWorkload.Kind,
        "Takes memory, then frees it all, or one block again and again, or random ones: LLFree's trio.",
        GfpFlags.GfpHighUserMovable, ThinkTime.None, "the allocator alone is measured",
        [
            new("pattern", Shape.Word(Patterns.Keys),
                "bulk: frees everything; repeat: allocates and frees one block; random: replaces random blocks.")
            { Default = "bulk", Source = LlFree },
            new("size", WorkloadKeys.SizeOrShare, "Memory that is taken first, of all tasks together.")
            { Default = "50%", Source = LlFree + ", bench.rs: half of the memory" },
            new("operations", WorkloadKeys.Count, "Allocations of each task after that, for repeat and random.")
            { LeftOut = "as many as it took first", Source = LlFree },
        ]);

    private static WorkloadKind Trace() => new(TraceWorkload.Kind,
        "Makes the requests of a kernel's kmem trace, with its times, orders, flags, CPUs and frees.",
        GfpFlags.GfpKernel, ThinkTime.None, "the trace has the times",
        [
            new("file", Shape.Text, "The trace, packed or not: ftrace's, trace-cmd report's or perf script's text, "
                + "beside the scenario.") { IsRequired = true },
            new("speed", Shape.Either(Shape.Real(LeastSpeed, MostSpeed), Shape.Word([WorkloadKeys.UnlimitedWord])),
                "How many times as fast as the trace; unlimited: each request as soon as the last is done.")
            { Default = "1", Source = "the trace's own time stamps" },
        ]);
}
