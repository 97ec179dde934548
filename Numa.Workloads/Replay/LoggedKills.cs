using System.Globalization;
using System.Text.RegularExpressions;

namespace Numa.Workloads.Replay;

/// <summary>Whom the OOM killer took, by the kernel's log: <c>[   27.624761] Killed process 175 (init)</c>.</summary>
/// <remarks>The event <c>mark_victim</c> is younger than 4.4.</remarks>
internal static partial class LoggedKills
{
    /// <returns>Shape: (time by the log's clock in nanoseconds, task).</returns>
    public static IEnumerable<(long Nanoseconds, int Task)> Read(string log)
    {
        foreach (Match line in Killed().Matches(log))
        {
            if (!decimal.TryParse(line.Groups["seconds"].ValueSpan, NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out var seconds) || seconds > int.MaxValue) continue;
            if (!int.TryParse(line.Groups["task"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture,
                    out var task)) continue;
            yield return ((long)(seconds * 1_000_000_000), task);
        }
    }

    [GeneratedRegex(@"^\[ *(?<seconds>\d{1,10}\.\d{6})\] (Out of memory: )?Killed process (?<task>\d{1,9}) \(",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Killed();
}
