using System.Globalization;
using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>Numbers as the tables print them, the same in every culture.</summary>
internal static class Figures
{
    /// <summary>Groups of three digits, as measurements are printed: a comma could be a decimal sign.</summary>
    private static readonly NumberFormatInfo Grouped = new()
    {
        NumberGroupSeparator = " ",
        NumberDecimalSeparator = ".",
        NegativeSign = "-",
    };

    private static readonly char[] Digits = [.. "0123456789"];

    public static string Count(long value) => value.ToString("N0", Grouped);

    /// <summary>A count and what is counted: <c>1 capture</c>, <c>2 captures</c>.</summary>
    public static string Count(long value, string what) => $"{Count(value)} {Noun(value, what)}";

    /// <summary>The word for one, or for another number of the same.</summary>
    public static string Noun(long count, string what) => count == 1 ? what : what + "s";

    public static string Fixed(double value, int decimals) =>
        value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), Grouped);

    /// <summary>A share of 0..1 in percent; a dash for a share of nothing.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? Fixed(share * 100, 1) + " %" : "-";

    public static string Share(long part, long whole) => whole == 0 ? "-" : Percent((double)part / whole);

    /// <summary>Virtual nanoseconds in the largest unit that leaves four digits or more.</summary>
    public static string Duration(double nanoseconds)
    {
        if (Math.Abs(nanoseconds) < 1e4) return Fixed(nanoseconds, nanoseconds % 1 == 0 ? 0 : 1) + " ns";
        if (Math.Abs(nanoseconds) < 1e7) return Fixed(nanoseconds / 1e3, 1) + " us";
        return Math.Abs(nanoseconds) < 1e10
            ? Fixed(nanoseconds / 1e6, 1) + " ms"
            : Fixed(nanoseconds / 1e9, 2) + " s";
    }

    /// <summary>Pages of 4 KiB in MiB.</summary>
    public static string Mebibytes(long pages) =>
        Fixed(pages * 4096.0 / (1 << 20), 0).Replace(" ", "", StringComparison.Ordinal) + " MiB";

    public static string YesNo(bool value) => value ? "yes" : "NO";

    public static string Metric(double? value, MetricUnit unit)
    {
        if (value is not { } number || !double.IsFinite(number)) return unit == MetricUnit.Ordinal ? "never" : "-";
        return unit switch
        {
            MetricUnit.Share => Percent(number),
            MetricUnit.Distance => Fixed(number, 2),
            MetricUnit.Nanoseconds => Fixed(number, number is > -100 and < 100 && number % 1 != 0 ? 1 : 0) + " ns",
            MetricUnit.PerSecond => Fixed(number, 0) + " /s",
            MetricUnit.Ordinal => "#" + Whole(number),
            _ => Whole(number),
        };
    }

    /// <summary>A difference, signed; shares differ by points.</summary>
    public static string Difference(double? value, MetricUnit unit)
    {
        if (value is not { } number || !double.IsFinite(number)) return "-";
        var text = unit switch
        {
            MetricUnit.Share => Told(number * 100, 1) + " pts",
            MetricUnit.Distance => Told(number, 2),
            MetricUnit.Nanoseconds => Told(number, number is > -100 and < 100 && number % 1 != 0 ? 1 : 0) + " ns",
            MetricUnit.PerSecond => Told(number, 0) + " /s",
            _ => Told(number, number % 1 == 0 ? 0 : 1),
        };
        // What rounds to zero has no sign: "-0.0" would claim a direction.
        if (IsZero(text)) return text.TrimStart('-');
        return number > 0 ? "+" + text : text;
    }

    /// <summary>With as many more decimals, up to six, as it takes to tell a difference from none.</summary>
    private static string Told(double value, int decimals)
    {
        while (value != 0 && decimals < 6 && IsZero(Fixed(value, decimals))) decimals++;
        return Fixed(value, decimals);
    }

    private static bool IsZero(string figure) => figure.All(letter => letter is not (>= '1' and <= '9'));

    /// <summary>Both ends of an interval of differences, in the unit of the difference beside it.</summary>
    public static string Interval(double low, double high, MetricUnit unit)
    {
        return $"[{Bare(low)}, {Bare(high)}]";

        string Bare(double value)
        {
            var text = Difference(value, unit);
            var end = text.LastIndexOfAny(Digits) + 1;
            return end == 0 ? text : text[..end];
        }
    }

    /// <summary>A p-value: <c>p 0.013</c>, <c>p &lt; 0.001</c>.</summary>
    public static string Chance(double? p) => p switch
    {
        null => "",
        < 0.001 => "p < 0.001",
        { } value => "p " + value.ToString(value < 0.01 ? "0.000" : "0.00", CultureInfo.InvariantCulture),
    };

    public static string Basis(MetricBasis basis) => basis switch
    {
        MetricBasis.Exact => "exact",
        MetricBasis.Interval => "interval",
        _ => "MODEL",
    };

    private static string Whole(double number) => Fixed(number, number % 1 == 0 ? 0 : 1);
}
