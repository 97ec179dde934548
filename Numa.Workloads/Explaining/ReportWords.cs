using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Text.Reports;
using Numa.Core.Zones;

namespace Numa.Workloads.Explaining;

/// <summary>What a kernel's report says, in plain words.</summary>
internal static class ReportWords
{
    private const long KbOfMb = 1024;

    public static bool IsMemcg(MemoryReport report) =>
        report.Constraint == "CONSTRAINT_MEMCG" || (report.Memory is null && report.Cause == ReportCause.OomKiller);

    public static string Memcg(MemoryReport report)
    {
        var group = report.Scope.StartsWith("oom_memcg=", StringComparison.Ordinal)
            ? $" {report.Scope["oom_memcg=".Length..]}" : "";
        var used = report.Memcg is { } memcg
            ? Text($": it used {memcg.UsageKb} kB of {memcg.LimitKb} kB") : "";
        return $"A memcg limit, not a zone: memory cgroup{group} was full{used}. What zones had free played no part.";
    }

    public static string Request(MemoryReport report, AllocationRequest request, KernelRelease release)
    {
        var names = report.Gfp.Names ?? GfpText.Format(request.Gfp);
        var order = Text($"order {report.Order}")
            + (report.Order is > 0 and <= Order.MaxValue ? Text($" ({4L << report.Order} kB in one block)") : "");
        return Text($"{report.Task} asked for {names}, {order}: zones up to {request.HighestZone(release)}")
            + (request.ThisNodeOnly ? ", of one node" : "")
            + ((request.Gfp & GfpFlags.DirectReclaim) == 0 ? ", and could not wait for reclaim" : "");
    }

    public static string Constraint(MemoryReport report) => report.Constraint switch
    {
        "CONSTRAINT_MEMORY_POLICY" => $"a memory policy permits nodes {report.Nodemask} only",
        "CONSTRAINT_CPUSET" => $"cpuset {report.Cpuset} permits nodes {report.MemsAllowed} only",
        "CONSTRAINT_MEMCG" => "the limit of a memory cgroup",
        "CONSTRAINT_NONE" => "none: neither policy, cpuset nor memory cgroup",
        _ when report.Nodemask != "(null)" => $"nodes {report.Nodemask} only",
        _ => $"not told; cpuset {report.Cpuset} has nodes {report.MemsAllowed}",
    };

    public static string Verdict(in WatermarkVerdict verdict, AllocationRequest request) => verdict.Verdict switch
    {
        ZoneVerdict.Passed => "passes",
        ZoneVerdict.NoBlockOfOrder => Text($"fails: no free block of order {request.Order.Value}"),
        _ => "fails: too few",
    };

    public static string? Kill(MemoryReport report)
    {
        if (report.Kill is not { } kill) return null;
        var resident = kill.AnonRssKb + kill.FileRssKb + kill.ShmemRssKb;
        var adjusted = report.Tasks.FirstOrDefault(task => task.Pid == kill.Pid)?.OomScoreAdj ?? kill.OomScoreAdj;
        var largest = report.Tasks.MaxBy(task => task.Rss);
        var why = adjusted != 0 ? Text($", oom_score_adj {adjusted}") : "";
        var spared = largest is not null && largest.Pid != kill.Pid
            ? Text($"; {largest.Name} ({largest.Pid}) is larger, oom_score_adj {largest.OomScoreAdj}") : "";
        return Text($"{kill.Name} ({kill.Pid}), {resident / KbOfMb} MiB resident{why}{spared}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
