using System.Diagnostics;
using System.Globalization;

namespace Numa.Benchmarks;

/// <summary>What one run took.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="CpuSeconds">Processor time of all threads: what a shared machine distorts least.</param>
/// <param name="Bytes">Allocated by all threads.</param>
public readonly record struct Sample(double Seconds, double CpuSeconds, long Bytes)
{
    public static Sample Of(Action run)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        run();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        process.Refresh();
        return new(seconds, (process.TotalProcessorTime - cpu).TotalSeconds,
            GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>Numbers as tables show them, the same under every culture.</summary>
internal static class Figure
{
    public static string Ratio(double value) => Text(value, "0.00");

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
