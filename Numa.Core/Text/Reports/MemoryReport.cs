using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Text.Reports;

/// <summary>Gfp flags in a report: the release's number, and since 4.6 its names.</summary>
public sealed record ReportedGfp(long Number, string? Names)
{
    public static ReportedGfp Of(GfpFlags gfp, KernelRelease release) => release.ReportForm == ReportForm.PerZone
        ? new(ReportedGfpText.NumberOf44(gfp), null)
        : new((uint)ReportedGfpText.Known(gfp, release), ReportedGfpText.Names(gfp, release));

    /// <summary>Null when a name is not known.</summary>
    public GfpFlags? Flags(ReportForm form) => Names is not null ? TracedGfpText.Parse(Names, out _)
        : form == ReportForm.PerZone ? ReportedGfpText.FlagsOf44(Number) : (GfpFlags)(uint)Number;
}

/// <summary>A task in the OOM killer's table. Unit: pages, but where a name says otherwise.</summary>
/// <param name="PageTables">Up to 4.14 pages of page tables, later bytes.</param>
/// <param name="PageMiddleTables">Told up to 4.14.</param>
public sealed record ReportedTask(
    int Pid, long Uid, int Tgid, long TotalVm, long Rss, long PageTables, long PageMiddleTables, long Swap,
    int OomScoreAdj, string Name)
{
    /// <summary>Resident pages by kind, told since 6.8.</summary>
    public long RssAnon { get; init; }

    public long RssFile { get; init; }

    public long RssShmem { get; init; }
}

/// <summary>Whom the OOM killer took. Unit: kB.</summary>
/// <param name="Score">Its points, told up to 4.x.</param>
public sealed record ReportedKill(int Pid, string Name, long TotalVmKb, long AnonRssKb, long FileRssKb)
{
    public long Score { get; init; }

    public long ShmemRssKb { get; init; }

    public long Uid { get; init; }

    public long PageTablesKb { get; init; }

    public int OomScoreAdj { get; init; }
}

/// <summary>Why and for whom the kernel reports.</summary>
public enum ReportCause
{
    /// <summary><c>page allocation failure</c>: a request got nothing.</summary>
    Failure,

    /// <summary><c>invoked oom-killer</c>.</summary>
    OomKiller,
}

/// <summary>What the kernel logs when an allocation fails, or when the OOM killer strikes for it.</summary>
/// <param name="Task">Name of the task that asked.</param>
/// <param name="Memory">Null where a memory cgroup's limit was reached: then no zone is listed.</param>
public sealed record MemoryReport(
    ReportForm Form, ReportCause Cause, string Task, ReportedGfp Gfp, int Order, MemInfo? Memory)
{
    /// <summary>Line of the text from which it was read, from 1; 0 for none.</summary>
    public int Line { get; init; }

    /// <summary>Of the task that asked; told by the OOM killer.</summary>
    public int OomScoreAdj { get; init; }

    /// <summary>Nodes of the policy, as a list; <c>(null)</c> without one.</summary>
    public string Nodemask { get; init; } = "(null)";

    public string Cpuset { get; init; } = "/";

    /// <summary>Nodes of the cpuset, as a list.</summary>
    public string MemsAllowed { get; init; } = "0";

    /// <summary>In the OOM killer's table, by number.</summary>
    public ImmutableArray<ReportedTask> Tasks { get; init; } = [];

    /// <summary>What limited the request: <c>CONSTRAINT_NONE</c>, <c>_MEMORY_POLICY</c>, <c>_CPUSET</c> or
    /// <c>_MEMCG</c>; empty where it is not told (up to 4.18).</summary>
    public string Constraint { get; init; } = "";

    /// <summary>Behind the nodes in the constraint's line: <c>global_oom</c>, or <c>oom_memcg=</c> and the
    /// cgroup.</summary>
    public string Scope { get; init; } = "global_oom";

    public string TaskMemcg { get; init; } = "/";

    /// <summary>Null when nobody was killed.</summary>
    public ReportedKill? Kill { get; init; }

    /// <summary>What a memory cgroup used and its limit; null without one. Unit: kB.</summary>
    public (long UsageKb, long LimitKb)? Memcg { get; init; }
}
