using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text.Reports;

/// <summary>Reads the reports of failed allocations and of the OOM killer out of a kernel's log.</summary>
/// <remarks>Fields are read by their names, so that a release's order of them does not matter. Lines of other programs,
/// of processors and of call traces are passed over.</remarks>
public static partial class MemoryReportReader
{
    /// <summary>Code of a log without a report, or with one that is cut or changed.</summary>
    public const string Code = "NUMA240";

    /// <param name="file">Named in problems.</param>
    public static (ImmutableArray<MemoryReport> Reports, ImmutableArray<Problem> Problems) Read(
        string file, string text)
    {
        var lines = text.Split('\n').Select((raw, index) => KernelLogLine.From(index + 1, raw)).ToList();
        var heads = lines.FindAll(line => Heading(line.Text) is not null);
        if (heads.Count == 0)
        {
            return ([], [new(new(file, 0, 0), Code,
                "found neither 'invoked oom-killer' nor 'page allocation failure'; expected the kernel's log of one")]);
        }

        var problems = new List<Problem>();
        var reports = new List<MemoryReport>();
        for (var i = 0; i < heads.Count; i++)
        {
            var from = heads[i].Number;
            var to = i + 1 < heads.Count ? heads[i + 1].Number - 1 : lines.Count;
            if (One(file, heads[i], lines.GetRange(from, to - from), problems) is { } report) reports.Add(report);
        }

        return problems.Count > 0 ? ([], [.. problems]) : ([.. reports], []);
    }

    private static MemoryReport? One(
        string file, KernelLogLine head, List<KernelLogLine> body, List<Problem> problems)
    {
        var match = Heading(head.Text)!;
        var told = body.Find(line => line.Text.StartsWith("oom-kill:constraint=", StringComparison.Ordinal)).Text ?? "";
        var constraint = Constrained().Match(told);
        var form = FormOf(body);
        var at = body.FindIndex(line => line.Text.Trim() == "Mem-Info:");
        var isMemcg = constraint.Groups["constraint"].Value == "CONSTRAINT_MEMCG"
            || body.Exists(line => line.Text.Contains("emory cgroup out of memory", StringComparison.Ordinal));
        if (at < 0 && !isMemcg)
        {
            problems.Add(new(new(file, head.Number, head.Column), Code,
                "found no 'Mem-Info:' behind this line; expected the zones' free pages and marks"));
            return null;
        }

        var memory = at < 0 ? null : new MemInfoLines(file, body.GetRange(at, body.Count - at), problems).Read();
        var oom = match.Groups["score"].Success;
        var cpuset = PlainCpuset().Match(body.Find(line => PlainCpuset().IsMatch(line.Text)).Text ?? "");
        return new(form, oom ? ReportCause.OomKiller : ReportCause.Failure, match.Groups["task"].Value,
            new(Hex(match.Groups["gfp"].Value), match.Groups["names"] is { Success: true } names ? names.Value : null),
            Number(match.Groups["order"].Value), memory)
        {
            Line = head.Number,
            OomScoreAdj = oom ? Number(match.Groups["score"].Value) : 0,
            Constraint = constraint.Groups["constraint"].Value,
            Nodemask = First("(null)", constraint.Groups["nodemask"], match.Groups["nodemask"]),
            Cpuset = First("/", constraint.Groups["cpuset"], match.Groups["cpuset"], cpuset.Groups["cpuset"]),
            MemsAllowed = First("0", constraint.Groups["mems"], match.Groups["mems"], cpuset.Groups["mems"]),
            Scope = First("global_oom", constraint.Groups["scope"]),
            TaskMemcg = First("/", constraint.Groups["memcg"]),
            Tasks = [.. body.Select(line => TaskOf(line.Text, form)).OfType<ReportedTask>()],
            Kill = KillOf(body, form),
            Memcg = MemcgOf(body),
        };
    }

    private static Match? Heading(string line)
    {
        var match = InvokedOomKiller().Match(line);
        if (!match.Success) match = Failed().Match(line);
        return match.Success ? match : null;
    }

    private static ReportForm FormOf(List<KernelLogLine> body)
    {
        if (body.Exists(line => line.Text.Contains(" rss_anon rss_file ", StringComparison.Ordinal)
            || line.Text.Contains(" shmem_thp:0kB", StringComparison.Ordinal))) return ReportForm.PerNodeAndKind;
        return body.Exists(line => line.Text.Contains(" nr_ptes nr_pmds ", StringComparison.Ordinal)
            || line.Text.Contains(" pages_scanned:", StringComparison.Ordinal))
            ? ReportForm.PerZone : ReportForm.PerNode;
    }

    private static ReportedTask? TaskOf(string line, ReportForm form)
    {
        var match = TaskRow().Match(line);
        if (!match.Success) return null;
        var numbers = match.Groups["numbers"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Long(word)).ToArray();
        var (expected, at) = form switch
        {
            ReportForm.PerZone => (8, 4),
            ReportForm.PerNode => (7, 4),
            _ => (10, 7),
        };
        if (numbers.Length != expected) return null;
        return new(Number(match.Groups["pid"].Value), numbers[0], (int)numbers[1], numbers[2], numbers[3],
            numbers[at], form == ReportForm.PerZone ? numbers[at + 1] : 0, numbers[^2], (int)numbers[^1],
            match.Groups["name"].Value)
        {
            RssAnon = form == ReportForm.PerNodeAndKind ? numbers[4] : 0,
            RssFile = form == ReportForm.PerNodeAndKind ? numbers[5] : 0,
            RssShmem = form == ReportForm.PerNodeAndKind ? numbers[6] : 0,
        };
    }

    private static ReportedKill? KillOf(List<KernelLogLine> body, ReportForm form)
    {
        var match = Killed().Match(body.Find(line => Killed().IsMatch(line.Text)).Text ?? "");
        if (!match.Success) return null;
        var score = Scored().Match(body.Find(line => Scored().IsMatch(line.Text)).Text ?? "");
        return new(Number(match.Groups["pid"].Value), match.Groups["name"].Value, Long(match.Groups["vm"].Value),
            Long(match.Groups["anon"].Value), Long(match.Groups["file"].Value))
        {
            Score = score.Success ? Long(score.Groups["score"].Value) : 0,
            ShmemRssKb = Long(match.Groups["shmem"].Value),
            Uid = Long(match.Groups["uid"].Value),
            PageTablesKb = Long(match.Groups["tables"].Value),
            OomScoreAdj = form == ReportForm.PerZone ? 0 : Number(match.Groups["adj"].Value),
        };
    }

    private static (long UsageKb, long LimitKb)? MemcgOf(List<KernelLogLine> body)
    {
        var match = MemcgUsage().Match(body.Find(line => MemcgUsage().IsMatch(line.Text)).Text ?? "");
        return match.Success ? (Long(match.Groups["usage"].Value), Long(match.Groups["limit"].Value)) : null;
    }

    private static string First(string otherwise, params ReadOnlySpan<Group> groups)
    {
        foreach (var group in groups)
        {
            if (group.Success) return group.Value;
        }

        return otherwise;
    }

    /// <summary>Digits that a pattern has found; what is too large is the largest number.</summary>
    internal static long Long(string digits) => digits.Length == 0 ? 0
        : long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : long.MaxValue;

    private static int Number(string digits) => (int)Math.Clamp(Long(digits), int.MinValue, int.MaxValue);

    private static long Hex(string digits) =>
        long.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<task>.+) invoked oom-killer: gfp_mask=0x(?<gfp>[0-9a-f]{1,8})(\((?<names>[^)]*)\))?, "
        + @"(nodemask=(?<nodemask>[^ ]*), )?order=(?<order>\d{1,3}), oom_score_adj=(?<score>-?\d{1,5})",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex InvokedOomKiller();

    [GeneratedRegex(@"^(?<task>.+): page allocation failure: order:(?<order>\d{1,3}), mode:0x(?<gfp>[0-9a-f]{1,8})"
        + @"(\((?<names>[^)]*)\))?(, ?nodemask=(?<nodemask>.*?),cpuset=(?<cpuset>.*?),mems_allowed=(?<mems>[\d,-]*))?",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Failed();

    [GeneratedRegex(@"^oom-kill:constraint=(?<constraint>\w+),nodemask=(?<nodemask>.*?),cpuset=(?<cpuset>.*?),"
        + @"mems_allowed=(?<mems>[\d,-]*),(?<scope>.*?),task_memcg=(?<memcg>.*?),task=",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Constrained();

    [GeneratedRegex(@"^.+ cpuset=(?<cpuset>\S+) mems_allowed=(?<mems>[\d,-]*)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex PlainCpuset();

    [GeneratedRegex(@"^\[ *(?<pid>\d{1,9})\] (?<numbers>[ \d-]+) (?<name>\S.*)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex TaskRow();

    [GeneratedRegex(@"Killed process (?<pid>\d{1,9}) \((?<name>.*)\),? total-vm:(?<vm>\d+)kB, anon-rss:(?<anon>\d+)kB,"
        + @" file-rss:(?<file>\d+)kB(, shmem-rss:(?<shmem>\d+)kB)?(, UID:(?<uid>\d+) pgtables:(?<tables>\d+)kB "
        + @"oom_score_adj:(?<adj>-?\d{1,5}))?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Killed();

    [GeneratedRegex(@"Kill process \d+ \(.*\) score (?<score>\d+) or sacrifice child",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Scored();

    [GeneratedRegex(@"^memory: usage (?<usage>\d+)kB, limit (?<limit>\d+)kB",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex MemcgUsage();
}
