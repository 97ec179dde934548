using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;

namespace Numa.Workloads.Scenarios;

/// <summary>What a fault may do to get a huge page: /sys/kernel/mm/transparent_hugepage/defrag.</summary>
/// <remarks>Source: Linux Documentation/admin-guide/mm/transhuge.rst; <c>vma_thp_gfp_mask</c>,
/// mm/huge_memory.c.</remarks>
public enum HugePageDefrag
{
    /// <summary>Reclaims and compacts by itself.</summary>
    Always,

    /// <summary>Wakes kswapd and kcompactd, and takes what is there.</summary>
    Defer,

    /// <summary>Reclaims by itself where it was advised to, else as <see cref="Defer"/>.</summary>
    DeferMadvise,

    /// <summary>Reclaims by itself where it was advised to, else takes what is there.</summary>
    Madvise,

    /// <summary>Takes what is there.</summary>
    Never,
}

/// <summary>Touches memory in steps of a huge page; where none is to be had, it takes single pages.</summary>
/// <param name="HugePages">Of all tasks together, huge or in pieces.</param>
/// <param name="IsAdvised">The program called madvise(MADV_HUGEPAGE).</param>
public sealed record HugePageWorkload(
    WorkloadBasis Basis, long HugePages, HugePageDefrag Defrag, bool IsAdvised) : Workload(Basis)
{
    public const string Kind = "huge-page-faults";

    public override bool HasManyOrders => true;

    /// <summary>What to take of the machine's memory, where the number is not given itself.</summary>
    public MemoryShare? Share { get; init; }

    /// <summary>The machine tries for huge pages at all.</summary>
    public bool IsEnabled { get; init; } = true;

    public override Workload On(MachineImage machine) => this with
    {
        HugePages = Share?.Blocks(machine, new(Order.Pageblock)) ?? HugePages,
        Share = null,
        IsEnabled = machine.Settings.HugePages switch
        {
            HugePageMode.Always => true,
            HugePageMode.Madvise => IsAdvised,
            _ => false,
        },
    };

    /// <summary>What a fault asks for first.</summary>
    public AllocationRequest HugeRequest => Basis.Request.As(Defrag switch
    {
        HugePageDefrag.Always => GfpFlags.GfpTransHuge | (IsAdvised ? GfpFlags.None : GfpFlags.NoRetry),
        HugePageDefrag.Defer => GfpFlags.GfpTransHugeLight | GfpFlags.KswapdReclaim,
        HugePageDefrag.DeferMadvise =>
            GfpFlags.GfpTransHugeLight | (IsAdvised ? GfpFlags.DirectReclaim : GfpFlags.KswapdReclaim),
        HugePageDefrag.Madvise => GfpFlags.GfpTransHugeLight | (IsAdvised ? GfpFlags.DirectReclaim : GfpFlags.None),
        _ => GfpFlags.GfpTransHugeLight,
    }, new(Order.Pageblock));
}
