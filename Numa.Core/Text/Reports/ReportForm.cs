using System.Collections.Immutable;

namespace Numa.Core.Text.Reports;

/// <summary>How a release words its reports of failed allocations and of the OOM killer.</summary>
public enum ReportForm
{
    /// <summary>Up to 4.7: LRU lists are counted in the lines of zones.</summary>
    PerZone,

    /// <summary>LRU lists have lines of nodes.</summary>
    PerNode,

    /// <summary>The same, and tasks have their resident pages by kind (6.8 and later).</summary>
    PerNodeAndKind,
}

/// <summary>The fields of a report's lines, in order.</summary>
/// <remarks>A name is printed as <c>name:12kB</c>; one that ends in <c>#</c> without a unit, in <c>K</c> with a
/// capital K, in a blank with a blank behind its colon. Source: <c>show_free_areas</c>, Linux mm/show_mem.c.</remarks>
internal sealed record ReportLayout(
    ImmutableArray<string> Totals, string Node, string Zone, string TaskHeader)
{
    private const string Lists = "active_anon,inactive_anon,active_file,inactive_file,unevictable";

    private static readonly ReportLayout PerZone = new(
        ["active_anon,inactive_anon,isolated_anon", "active_file,inactive_file,isolated_file",
            "unevictable,dirty,writeback,unstable", "slab_reclaimable,slab_unreclaimable",
            "mapped,shmem,pagetables,bounce", "free,free_pcp,free_cma"],
        "",
        $"free,min,low,high,{Lists},isolated(anon),isolated(file),present,managed,mlocked,dirty,writeback,mapped,shmem,"
        + "slab_reclaimable,slab_unreclaimable,kernel_stack,pagetables,unstable,bounce,free_pcp,local_pcp,free_cma,"
        + "writeback_tmp,pages_scanned#",
        "[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name");

    private static readonly ReportLayout PerNode = new(
        ["active_anon,inactive_anon,isolated_anon", "active_file,inactive_file,isolated_file",
            "unevictable,dirty,writeback", "slab_reclaimable,slab_unreclaimable", "mapped,shmem,pagetables",
            "sec_pagetables,bounce", "kernel_misc_reclaimable", "free,free_pcp,free_cma"],
        $"{Lists},isolated(anon),isolated(file),mapped,dirty,writeback,shmem,shmem_thp ,shmem_pmdmapped ,anon_thp ,"
        + "writeback_tmp,kernel_stack,pagetables,sec_pagetables",
        $"free,boost,min,low,high,reserved_highatomicK,{Lists},writepending,present,managed,mlocked,bounce,free_pcp,"
        + "local_pcp,free_cma",
        "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name");

    private static readonly ReportLayout PerNodeAndKind = PerNode with
    {
        Node = PerNode.Node.Replace(" ,", ",", StringComparison.Ordinal),
        TaskHeader = "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents "
            + "oom_score_adj name",
    };

    public static ReportLayout Of(ReportForm form) => form switch
    {
        ReportForm.PerZone => PerZone,
        ReportForm.PerNode => PerNode,
        _ => PerNodeAndKind,
    };
}
