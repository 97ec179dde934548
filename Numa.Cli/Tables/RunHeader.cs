using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>What a run was, in the words that tables and exports share.</summary>
internal static class RunHeader
{
    /// <summary>Events in mid-run that are shown; JSON has the rest.</summary>
    public const int FirstEvents = 12;

    /// <summary>The label of a what-if that no such kernel offers; null when the kernel does.</summary>
    public static string? Counterfactual(RunResult run) =>
        run.Counterfactual ? Counterfactual($"{run.Impossible}") : null;

    /// <summary>The labels of all that a booted machine does and its release cannot.</summary>
    public static IEnumerable<string> Counterfactuals(BootedMachine machine) =>
        machine.Counterfactuals.Select(Counterfactual);

    /// <param name="impossible">What no real kernel does.</param>
    public static string Counterfactual(string impossible) => $"COUNTERFACTUAL: {impossible}";

    public static bool IsReproducible(RunResult run) => run.Clock == "virtual";

    public static void Write(Page page, RunResult run)
    {
        page.Title(
            $"{run.Scenario} on {run.Machine}, kernel {run.Kernel}, {run.ZonelistOrder} order, seed {run.Seed}"
            + (run.Schedule is { } schedule ? $", schedule {schedule}" : ""));
        var clock = IsReproducible(run) ? "virtual clock" : "wall clock (NOT REPRODUCIBLE)";
        page.Line($"  {clock}, {run.Host} host, {run.Threads} {(run.Threads == 1 ? "thread" : "threads")}, "
            + $"{Figures.Duration(run.SimulatedNanoseconds)} simulated");
        if (Counterfactual(run) is { } label) page.Alarm(label);
        foreach (var happening in run.Events.Take(FirstEvents)) page.Line("  " + happening.Text);
        var more = run.Events.Length - FirstEvents;
        if (more > 0) page.Line($"  and {Figures.Count(more)} more events (--format json has all)");
    }
}
