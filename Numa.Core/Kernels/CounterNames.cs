using System.Collections.Immutable;

namespace Numa.Core.Kernels;

/// <summary>Counters of /proc/zoneinfo, in the order in which a release prints them.</summary>
/// <remarks>
/// Names only; what nothing simulates is printed as 0. Source: <c>vmstat_text</c>, Linux mm/vmstat.c, as kernels print
/// it that are configured as the measured ones are.
/// </remarks>
/// <param name="Zone">Counters of each zone.</param>
/// <param name="Node">Counters of the node, which its first populated zone shows (4.8 and later).</param>
public sealed record CounterNames(ImmutableArray<string> Zone, ImmutableArray<string> Node)
{
    /// <summary>Free pages of a zone.</summary>
    public const string FreePages = "nr_free_pages";

    /// <summary>What the fair zone policy leaves a zone to give.</summary>
    public const string FairBatch = "nr_alloc_batch";

    private const string Lru = "nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable ";
    private const string ZoneLru = "nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file"
        + " nr_zone_active_file nr_zone_unevictable nr_zone_write_pending nr_mlock ";

    private const string Mapped = "nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback ";
    private const string Slab = "nr_slab_reclaimable nr_slab_unreclaimable ";
    private const string Isolated = "nr_isolated_anon nr_isolated_file ";
    private const string Vmscan = "nr_vmscan_write nr_vmscan_immediate_reclaim ";
    private const string Shmem = "nr_writeback_temp nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped ";
    private const string Numa = "numa_hit numa_miss numa_foreign numa_interleave numa_local numa_other ";
    private const string WorkingSet = "workingset_refault workingset_activate workingset_nodereclaim ";

    private const string BeforeOverhead = Lru + "nr_mlock " + Mapped + Slab + "nr_page_table_pages nr_kernel_stack ";
    private const string AfterOverhead = "nr_unstable nr_bounce " + Vmscan + "nr_writeback_temp " + Isolated
        + "nr_shmem nr_dirtied nr_written ";

    private const string Fair = "nr_free_pages nr_alloc_batch ";
    private const string After44 = AfterOverhead + "nr_pages_scanned " + Numa + WorkingSet
        + "nr_anon_transparent_hugepages nr_free_cma";

    private const string NodeAfterScan = WorkingSet + Mapped + Shmem + "nr_anon_transparent_hugepages nr_unstable "
        + Vmscan + "nr_dirtied nr_written";

    private const string Zone61 = "nr_free_pages " + ZoneLru + "nr_bounce nr_zspages nr_free_cma ";
    private const string NodeBefore61 = Lru + Slab + Isolated + "workingset_nodes"
        + " workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file"
        + " workingset_restore_anon workingset_restore_file workingset_nodereclaim " + Mapped + Shmem
        + "nr_file_hugepages nr_file_pmdmapped nr_anon_transparent_hugepages " + Vmscan + "nr_dirtied nr_written"
        + " nr_throttled_written nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released"
        + " nr_kernel_stack nr_page_table_pages nr_sec_page_table_pages ";

    private const string NodeAfter61 = "nr_swapcached pgpromote_success pgpromote_candidate ";

    /// <summary>3.10, and the releases before it that are known.</summary>
    internal static CounterNames Since310 { get; } =
        Of("nr_free_pages " + BeforeOverhead + AfterOverhead + Numa + "nr_anon_transparent_hugepages nr_free_cma", "");

    /// <summary>4.4.0, with the fair zone policy.</summary>
    internal static CounterNames Since44 { get; } = Of(Fair + BeforeOverhead + After44, "");

    /// <summary>Later 4.4 releases count what keeps page tables of user space apart.</summary>
    internal static CounterNames Since44Stable { get; } = Of(Fair + BeforeOverhead + "nr_overhead " + After44, "");

    /// <summary>4.9: reclaim counts by node.</summary>
    internal static CounterNames Since49 { get; } = Of(
        "nr_free_pages " + ZoneLru + Slab + "nr_page_table_pages nr_kernel_stack nr_overhead nr_bounce " + Numa
            + "nr_free_cma",
        Lru + Isolated + "nr_pages_scanned " + NodeAfterScan);

    /// <summary>4.14: slab counts by node, NUMA counts stand last.</summary>
    internal static CounterNames Since414 { get; } = Of(
        "nr_free_pages " + ZoneLru + "nr_page_table_pages nr_kernel_stack nr_bounce nr_free_cma " + Numa,
        Lru + Slab + Isolated + NodeAfterScan);

    /// <summary>6.1.</summary>
    internal static CounterNames Since61 { get; } = Of(Zone61 + Numa, NodeBefore61 + NodeAfter61);

    /// <summary>6.12.</summary>
    internal static CounterNames Since612 { get; } = Of(
        Zone61 + "nr_unaccepted " + Numa,
        NodeBefore61 + "nr_iommu_pages " + NodeAfter61 + "pgdemote_kswapd pgdemote_direct pgdemote_khugepaged");

    private static CounterNames Of(string zone, string node) => new(Words(zone), Words(node));

    private static ImmutableArray<string> Words(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
