using System.Collections.Immutable;
using System.Globalization;

namespace Numa.Core.Text.Reports;

/// <summary>Writes a report in the kernel's words, line by line and without time stamps.</summary>
/// <remarks>Processor, hardware and call trace are left out: a report is of memory. Source: <c>warn_alloc</c>,
/// <c>show_mem</c> and <c>dump_header</c>, Linux.</remarks>
public static class MemoryReportWriter
{
    private const long KbOfPage = 4;

    public static ImmutableArray<string> Lines(MemoryReport report)
    {
        var layout = ReportLayout.Of(report.Form);
        List<string> lines = [.. Head(report)];
        if (report.Memory is { } memory) lines.AddRange(Memory(memory, report.Form));
        if (report.Cause == ReportCause.OomKiller)
        {
            if (report.Form != ReportForm.PerZone) lines.Add("Tasks state (memory values in pages):");
            lines.Add(layout.TaskHeader);
            lines.AddRange(report.Tasks.Select(task => Task(task, report.Form)));
            if (report.Kill is { } kill) lines.AddRange(Kill(report, kill));
        }

        return [.. lines];
    }

    /// <summary>The lines under and with <c>Mem-Info:</c>.</summary>
    public static ImmutableArray<string> Memory(MemInfo memory, ReportForm form)
    {
        var layout = ReportLayout.Of(form);
        List<string> lines = ["Mem-Info:"];
        foreach (var names in layout.Totals)
        {
            var fields = names.Split(',').Select(name => Text($"{name}:{memory.Totals.GetValueOrDefault(name)}"));
            lines.Add((lines.Count == 1 ? "" : " ") + string.Join(' ', fields));
        }

        if (form != ReportForm.PerZone)
        {
            lines.AddRange(memory.Nodes.Select(node => Text(
                $"Node {node.Node} {Fields(layout.Node, node.Pages)} all_unreclaimable? {YesNo(node.IsGivenUp)}")));
        }

        foreach (var zone in memory.Zones)
        {
            var end = form == ReportForm.PerZone ? $" all_unreclaimable? {YesNo(zone.IsGivenUp)}" : "";
            lines.Add(Text($"Node {zone.Zone.Node} {zone.Zone.Kind} {Fields(layout.Zone, zone.Pages)}{end}"));
            lines.Add("lowmem_reserve[]: " + string.Join(' ', zone.LowmemReserve));
        }

        lines.AddRange(memory.Zones.Select(Blocks));
        lines.AddRange(memory.HugePages.Select(huge => Text($"Node {huge.Node} hugepages_total={huge.Total
            } hugepages_free={huge.Free} hugepages_surp={huge.Surplus} hugepages_size={huge.SizeKb}kB")));
        lines.AddRange(Summary(memory));
        return [.. lines];
    }

    private static IEnumerable<string> Head(MemoryReport report)
    {
        var gfp = Text($"0x{report.Gfp.Number:x}") + (report.Gfp.Names is { } names ? $"({names})" : "");
        if (report.Cause == ReportCause.OomKiller)
        {
            yield return Text($"{report.Task} invoked oom-killer: gfp_mask={gfp}, order={report.Order}, oom_score_adj={
                report.OomScoreAdj}");
            if (report.Form == ReportForm.PerZone)
                yield return $"{report.Task} cpuset={report.Cpuset} mems_allowed={report.MemsAllowed}";
        }
        else
        {
            var nodes = report.Form == ReportForm.PerZone ? ""
                : $", nodemask={report.Nodemask},cpuset={report.Cpuset},mems_allowed={report.MemsAllowed}";
            yield return Text($"{report.Task}: page allocation failure: order:{report.Order}, mode:{gfp}{nodes}");
        }
    }

    private static string Fields(string layout, ImmutableDictionary<string, long> pages) =>
        string.Join(' ', layout.Split(',').Select(field => field[^1] switch
        {
            '#' => Text($"{field[..^1]}:{pages.GetValueOrDefault(field[..^1])}"),
            'K' => Text($"{field[..^1]}:{KbOfPage * pages.GetValueOrDefault(field[..^1])}KB"),
            ' ' => Text($"{field[..^1]}: {KbOfPage * pages.GetValueOrDefault(field[..^1])}kB"),
            _ => Text($"{field}:{KbOfPage * pages.GetValueOrDefault(field)}kB"),
        }));

    private static string Blocks(ZoneMemInfo zone)
    {
        var orders = zone.Orders.Select((order, index) =>
            Text($"{order.Blocks}*{KbOfPage << index}kB") + (order.Blocks > 0 ? $" ({order.Types})" : ""));
        var total = zone.Orders.Select((order, index) => order.Blocks * (KbOfPage << index)).Sum();
        return Text($"Node {zone.Zone.Node} {zone.Zone.Kind}: {string.Join(' ', orders)} = {total}kB");
    }

    private static IEnumerable<string> Summary(MemInfo memory)
    {
        yield return Text($"{memory.PageCache} total pagecache pages");
        yield return Text($"{memory.SwapCache} pages in swap cache");
        if (memory.SwapCacheStats is { } stats)
        {
            yield return Text(
                $"Swap cache stats: add {stats.Added}, delete {stats.Deleted}, find {stats.Found}/{stats.Looked}");
        }

        yield return Text($"Free swap  = {memory.FreeSwapKb}kB");
        yield return Text($"Total swap = {memory.TotalSwapKb}kB");
        yield return Text($"{memory.Ram} pages RAM");
        yield return Text($"{memory.HighMem} pages HighMem/MovableOnly");
        yield return Text($"{memory.Reserved} pages reserved");
        if (memory.CmaReserved is { } cma) yield return Text($"{cma} pages cma reserved");
        if (memory.HwPoisoned is { } poisoned) yield return Text($"{poisoned} pages hwpoisoned");
    }

    private static string Task(ReportedTask task, ReportForm form) => form switch
    {
        ReportForm.PerZone => Text($"[{task.Pid,5}] {task.Uid,5} {task.Tgid,5} {task.TotalVm,8} {task.Rss,8} {
            task.PageTables,7} {task.PageMiddleTables,7} {task.Swap,8}         {task.OomScoreAdj,5} {task.Name}"),
        ReportForm.PerNode => Text($"[{task.Pid,7}] {task.Uid,5} {task.Tgid,5} {task.TotalVm,8} {task.Rss,8} {
            task.PageTables,8} {task.Swap,8}         {task.OomScoreAdj,5} {task.Name}"),
        _ => Text($"[{task.Pid,7}] {task.Uid,5} {task.Tgid,5} {task.TotalVm,8} {task.Rss,8} {task.RssAnon,8} {
            task.RssFile,8} {task.RssShmem,9} {task.PageTables,8} {task.Swap,8}         {task.OomScoreAdj,5} {
            task.Name}"),
    };

    private static IEnumerable<string> Kill(MemoryReport report, ReportedKill kill)
    {
        if (report.Form == ReportForm.PerZone)
        {
            yield return Text(
                $"Out of memory: Kill process {kill.Pid} ({kill.Name}) score {kill.Score} or sacrifice child");
            yield return Text($"Killed process {kill.Pid} ({kill.Name}) total-vm:{kill.TotalVmKb}kB, anon-rss:{
                kill.AnonRssKb}kB, file-rss:{kill.FileRssKb}kB");
            yield break;
        }

        yield return Text($"oom-kill:constraint={report.Constraint},nodemask={report.Nodemask},cpuset={report.Cpuset
            },mems_allowed={report.MemsAllowed},{report.Scope},task_memcg={report.TaskMemcg},task={kill.Name},pid={
            kill.Pid},uid={kill.Uid}");
        var whose = report.Constraint == "CONSTRAINT_MEMCG" ? "Memory cgroup out" : "Out";
        yield return Text($"{whose} of memory: Killed process {kill.Pid} ({kill.Name}) total-vm:{kill.TotalVmKb
            }kB, anon-rss:{kill.AnonRssKb}kB, file-rss:{kill.FileRssKb}kB, shmem-rss:{kill.ShmemRssKb}kB, UID:{
            kill.Uid} pgtables:{kill.PageTablesKb}kB oom_score_adj:{kill.OomScoreAdj}");
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
