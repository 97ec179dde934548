using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Commands;

/// <summary>Turns a result into an exit code, and says on standard error what failed.</summary>
internal static class Verdict
{
    public static int Of(RunResult run, Terminal terminal)
    {
        if (run.Conserved) return ExitCode.Success;
        var zones = run.Zones.Where(zone => !zone.Conserved).Select(zone => zone.Zone);
        terminal.Error.WriteLine($"numa: pages are not conserved: {string.Join(", ", zones)}");
        return ExitCode.Failed;
    }

    public static int Of(ExploreResult result, Terminal terminal)
    {
        if (result.Exploration.FirstBreak is { } broken)
        {
            var which = broken.Schedule is { } seed ? $"schedule {seed}" : "the unperturbed run";
            terminal.Error.WriteLine($"numa: {which} breaks the simulator: {broken.Check}: {broken.Claim}");
            return ExitCode.Failed;
        }

        if (!result.IsInterrupted) return ExitCode.Success;
        terminal.Error.WriteLine(
            $"numa: interrupted after {result.Exploration.Schedules.Length} of {result.Exploration.Asked} schedules");
        return ExitCode.Interrupted;
    }

    public static int Of(RunOutcome outcome, Terminal terminal)
    {
        var (run, contention) = (outcome.Run, outcome.Contention);
        if (ContentionSums.Of(run, contention).Agree) return Of(run, terminal);
        terminal.Error.WriteLine("numa: the waits by cause, by CPU and by zone do not add up to the same total");
        return ExitCode.Failed;
    }

    public static int Of(SweepResult result, ResultsFolder? folder, Terminal terminal)
    {
        foreach (var row in result.Rows.Where(row => !row.Conserved))
        {
            terminal.Error.WriteLine("numa: pages are not conserved with "
                + string.Join(", ", result.Paths.Zip(row.Settings, (path, value) => $"{path}={value}")));
        }

        if (!result.Conserved) return ExitCode.Failed;
        return Interrupted(result.Missing, result.Rows.Length * result.Seeds, folder, terminal);
    }

    public static int Of(ComparisonResult result, ResultsFolder? folder, Terminal terminal)
    {
        var code = ExitCode.Success;
        foreach (var arm in result.Arms.Where(arm => !arm.Conserved))
        {
            terminal.Error.WriteLine($"numa: pages are not conserved with {result.VaryPath}={arm.Value}");
            code = ExitCode.Failed;
        }

        if (result.IsOff)
        {
            var off = result.Metrics.Where(metric => metric.Differences.Any(difference => difference.Off))
                .Select(metric => metric.Name)
                .Concat(result.Windows.Where(window => window.Off).Select(window => window.Phase));
            terminal.Error.WriteLine($"numa: off the prediction by more than the tolerance: {string.Join(", ", off)}");
            code = ExitCode.Failed;
        }

        if (code != ExitCode.Success) return code;
        return Interrupted(result.Missing, result.Made + result.Missing, folder, terminal);
    }

    private static int Interrupted(int missing, int all, ResultsFolder? folder, Terminal terminal)
    {
        if (missing == 0) return ExitCode.Success;
        terminal.Error.WriteLine(Interruption.Text(missing, all, folder));
        return ExitCode.Interrupted;
    }
}
