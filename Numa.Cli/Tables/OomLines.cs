using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What the OOM killer did, and for whom.</summary>
internal static class OomLines
{
    /// <summary>Strikes that are told one by one.</summary>
    private const int Most = 5;

    public static void Write(Page page, RunResult run)
    {
        if (run.OomKills.IsEmpty) return;
        page.Line();
        foreach (var kill in run.OomKills.Take(Most))
        {
            var limit = kill.Constraint == "none" ? "" : $", limited by its {kill.Constraint}";
            page.Line($"  out of memory at {Figures.Duration(kill.Nanoseconds)}: task {kill.Task} ({kill.Workload}) "
                + $"asked for {kill.Gfp} order {kill.Order}{limit}; "
                + (kill.Victim is { } victim
                    ? $"task {kill.VictimTask} ({victim}) was killed, {Figures.Count(kill.Points)} points"
                    : "there was nobody to kill: kernel panic"));
        }

        if (run.OomKills.Length > Most)
            page.Line($"  and {Figures.Count(run.OomKills.Length - Most)} more (--format json has all)");
        page.Line("  what the kernel would log of it: dmesg.txt of --out");
    }
}
