using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Time;

namespace Numa.Workloads.Scenarios;

/// <summary>Sizes, durations and shares as people write them: a number and its unit, never a bare number.</summary>
internal static partial class Quantities
{
    private static readonly (string Suffix, decimal Nanoseconds)[] Units =
        [("ns", 1), ("µs", 1_000), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

    /// <summary>Form of a size, for editors: an expression of ECMA-262 without its ends.</summary>
    internal const string SizePattern = "(0|[0-9]+\\s*([KMGTP]i)?B)";

    /// <summary>Form of a duration, for editors.</summary>
    internal const string DurationPattern = "(0|([0-9]+\\.?[0-9]*|\\.[0-9]+)\\s*(ns|us|µs|ms|s))";

    /// <summary>Form of a list of CPUs, for editors.</summary>
    internal const string CpusPattern =
        "^\\s*(none|[0-9]+(\\s*-\\s*[0-9]+)?(\\s*,\\s*[0-9]+(\\s*-\\s*[0-9]+)?)*)?\\s*$";

    /// <summary>Form of a share, for editors.</summary>
    internal const string PercentPattern = "(0|0*(100|[0-9]{1,2})%)";

    /// <summary>Form of a whole number, for editors.</summary>
    internal const string NumberPattern = "^\\s*[+-]?[0-9]+(_[0-9]+)*\\s*$";

    /// <summary>Reads a whole number, whose digits may stand in groups: <c>1_000_000</c>.</summary>
    /// <param name="hint">What a person who wrote something like it probably meant; may be empty.</param>
    internal static bool TryNumber(string text, out long number, out string hint)
    {
        hint = "";
        var trimmed = text.Trim();
        var isGrouped = trimmed.Length > 0 && trimmed[0] != '_' && trimmed[^1] != '_' && !trimmed.Contains("__");
        var digits = isGrouped ? trimmed.Replace("_", "") : trimmed;
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return true;
        if (digits.Length is > 0 and <= 30 && char.IsAsciiDigit(digits[0]) && !digits.All(char.IsAsciiDigit))
        {
            hint = IsSeveral(digits)
                ? "; several values are for --vary of compare and sweep"
                : "; write it in digits, as 1_000_000";
        }

        return false;
    }

    /// <summary>A list or a range, and not one number in groups of three digits.</summary>
    private static bool IsSeveral(string text) => text.Contains("..", StringComparison.Ordinal)
        || (text.Contains(',') && text.Split(',').Skip(1).Any(group => group.Trim().Length != 3));

    /// <summary>Reads a whole number of pages with a binary prefix; <c>0</c> needs none.</summary>
    internal static bool TrySize(string text, out ByteSize size, out string problem)
    {
        problem = "";
        var trimmed = text.Trim();
        if (trimmed == "0")
        {
            size = default;
            return true;
        }

        if (!trimmed.EndsWith('B') || !ByteSize.TryParse(trimmed, out size))
        {
            size = default;
            if (TooLarge().IsMatch(trimmed))
            {
                problem = $"'{YamlScalar.Short(text)}' is too large; at most {LargestPiB}PiB are read";
                return false;
            }

            problem = $"'{YamlScalar.Short(text)}' is no size; expected a whole number with KiB, MiB, GiB or TiB"
                + Guess(trimmed);
            return false;
        }

        if (size.Bytes % (1 << PageFrameNumber.PageShift) == 0) return true;
        problem = $"{trimmed} is no whole number of pages of 4KiB";
        return false;
    }

    /// <summary>Reads a share, a whole number from 0 to 100 with %; <c>0</c> needs none.</summary>
    internal static bool TryPercent(string text, out int percent, out string problem)
    {
        problem = "";
        percent = 0;
        var trimmed = text.Trim();
        if (trimmed == "0") return true;
        if (trimmed.EndsWith('%')
            && int.TryParse(trimmed[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out percent)
            && percent <= 100)
        {
            return true;
        }

        problem = $"'{YamlScalar.Short(text)}' is no share; expected 0% to 100%, for example 10%";
        return false;
    }

    /// <summary>Reads a number with ns, us, ms or s, a whole number of nanoseconds; <c>0</c> needs no unit.</summary>
    internal static bool TryDuration(string text, out VirtualDuration duration, out string problem)
    {
        problem = "";
        duration = default;
        var trimmed = text.Trim();
        if (trimmed == "0") return true;
        foreach (var (suffix, unit) in Units)
        {
            if (!trimmed.EndsWith(suffix, StringComparison.Ordinal)) continue;
            const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite;
            var number = trimmed[..^suffix.Length];
            if (!decimal.TryParse(number, style, CultureInfo.InvariantCulture, out var value)) continue;
            if (value > LongestSeconds * 1_000_000_000m / unit)
            {
                problem = $"{trimmed} is too long; at most {LongestSeconds}s are simulated";
                return false;
            }

            problem = value * unit % 1 == 0 ? "" : $"{trimmed} is no whole number of nanoseconds";
            if (problem.Length > 0) return false;
            duration = new((long)(value * unit));
            return true;
        }

        problem = $"'{YamlScalar.Short(text)}' is no duration; expected a number with ns, us, ms or s,"
            + " for example 50ms";
        return false;
    }

    /// <summary>A duration as one would write it, in the largest unit that leaves no fraction.</summary>
    internal static string Format(VirtualDuration duration)
    {
        if (duration.Nanoseconds == 0) return "0";
        var (suffix, unit) = Units.Last(unit => duration.Nanoseconds % unit.Nanoseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Nanoseconds / (long)unit}{suffix}");
    }

    /// <summary>Largest size with its unit. Unit: PiB.</summary>
    private const long LargestPiB = long.MaxValue >> 50;

    /// <summary>A size by its form that is more than a number of bytes can be.</summary>
    [GeneratedRegex("^[0-9]+\\s*([KMGTP]i)?B$")]
    private static partial Regex TooLarge();

    /// <summary>Longest duration. Unit: seconds.</summary>
    internal const long LongestSeconds = 1_000_000;

    /// <summary>What a person who wrote a decimal unit, or none, probably meant.</summary>
    private static string Guess(string text)
    {
        foreach (var (wrong, right) in new[]
                 {
                     ("kib", "KiB"), ("mib", "MiB"), ("gib", "GiB"), ("tib", "TiB"),
                     ("kb", "KiB"), ("mb", "MiB"), ("gb", "GiB"), ("tb", "TiB"), ("KB", "KiB"), ("MB", "MiB"), 
                     ("GB", "GiB"), ("TB", "TiB"),
                     ("kB", "KiB"), ("k", "KiB"), ("K", "KiB"), ("M", "MiB"), ("G", "GiB"), ("T", "TiB"), ("", "GiB"),
                 })
        {
            if (!text.EndsWith(wrong, StringComparison.Ordinal)) continue;
            var number = text[..^wrong.Length].TrimEnd();
            if (number.Length is > 0 and < 16 && number.All(char.IsAsciiDigit)) return $", for example {number}{right}";
            if (wrong.Length >= 2) return "";
        }

        return "";
    }
}
