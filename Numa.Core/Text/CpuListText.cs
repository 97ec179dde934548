using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;

namespace Numa.Core.Text;

/// <summary>The kernel's list format of CPU masks: <c>0-3,8-11</c>; an empty text or <c>none</c> is no CPU.</summary>
/// <remarks>Source: <c>bitmap_parselist</c>, Linux lib/bitmap.c; strides (<c>0-31:2/4</c>) are not read.</remarks>
public static class CpuListText
{
    /// <summary>Largest NR_CPUS that x86-64 can be configured for.</summary>
    public const int MaxCpus = 8192;

    /// <param name="problem">What is wrong, for people; null when the text was read.</param>
    /// <returns>CPUs ascending, each once.</returns>
    public static ImmutableArray<CpuId> Parse(string text, out string? problem)
    {
        problem = null;
        var trimmed = text.Trim();
        if (trimmed.Length == 0 || trimmed == "none") return [];
        var seen = new bool[MaxCpus];
        foreach (var part in trimmed.Split(','))
        {
            var ends = part.Trim().Split('-');
            if (ends.Length > 2 || !TryCpu(ends[0], out var first) || !TryCpu(ends[^1], out var last))
            {
                problem = $"'{part.Trim()}' is no CPU and no range of CPUs; expected a list such as 0-3,8-11"
                    + $" with numbers below {MaxCpus}";
                return [];
            }

            if (last < first)
            {
                problem = $"range {part.Trim()} runs backwards";
                return [];
            }

            for (var cpu = first; cpu <= last; cpu++)
            {
                if (seen[cpu])
                {
                    problem = $"CPU {cpu} is listed twice";
                    return [];
                }

                seen[cpu] = true;
            }
        }

        return [.. Enumerable.Range(0, MaxCpus).Where(cpu => seen[cpu]).Select(cpu => new CpuId(cpu))];
    }

    /// <summary>Writes CPUs, ascending, as ranges.</summary>
    public static string Format(IReadOnlyList<CpuId> cpus)
    {
        var parts = new List<string>();
        for (var i = 0; i < cpus.Count;)
        {
            var end = i;
            while (end + 1 < cpus.Count && cpus[end + 1].Value == cpus[end].Value + 1) end++;
            parts.Add(end == i ? $"{cpus[i]}" : $"{cpus[i]}-{cpus[end]}");
            i = end + 1;
        }

        return string.Join(',', parts);
    }

    private static bool TryCpu(string text, out int cpu) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out cpu) && cpu < MaxCpus;
}
