using System.Globalization;
using Numa.Workloads.Experiments;

namespace Numa.Cli.Execution;

/// <summary>How far an experiment has come, for people who wait.</summary>
internal static class ProgressText
{
    public static string Of(ExperimentProgress state)
    {
        var runs = string.Create(CultureInfo.InvariantCulture, $"{state.Done} of {state.Total} runs");
        return state.Left is { } left && state.Done < state.Total ? $"{runs}, about {Text(left)} left" : runs;
    }

    private static string Text(TimeSpan left) => left switch
    {
        { TotalSeconds: < 100 } => Number(left.TotalSeconds, "s"),
        { TotalMinutes: < 100 } => Number(left.TotalMinutes, "min"),
        _ => Number(left.TotalHours, "h"),
    };

    private static string Number(double amount, string unit) =>
        Math.Max(1, Math.Round(amount)).ToString("0", CultureInfo.InvariantCulture) + " " + unit;
}
