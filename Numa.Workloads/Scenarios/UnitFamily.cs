using System.Collections.Immutable;
using System.Globalization;

namespace Numa.Workloads.Scenarios;

/// <summary>Units that count the same thing, so that a range may go from one to another.</summary>
/// <param name="Words">What is counted, in messages.</param>
/// <param name="Units">From the smallest, which is 1.</param>
internal sealed record UnitFamily(string Words, ImmutableArray<(string Suffix, decimal Size)> Units)
{
    /// <summary>Numbers from here on are of no use, and read as this: its product with any unit still is one.</summary>
    internal const decimal TooLarge = 1_000_000_000_000_000_000m;

    private const decimal Kibi = 1024m;

    internal static UnitFamily Plain { get; } = new("a number without unit", [("", 1m)]);

    internal static ImmutableArray<UnitFamily> All { get; } =
    [
        new("a size", [("KiB", 1m), ("MiB", Kibi), ("GiB", Kibi * Kibi), ("TiB", Kibi * Kibi * Kibi)]),
        new("a duration", [("ns", 1m), ("us", 1_000m), ("ms", 1_000_000m), ("s", 1_000_000_000m)]),
        new("a share", [("%", 1m)]),
        Plain,
    ];

    /// <summary>Every unit that a range may have.</summary>
    internal static string Suffixes { get; } = string.Join(", ",
        All.SelectMany(family => family.Units).Select(unit => unit.Suffix).Where(suffix => suffix.Length > 0));

    /// <returns>The number in the smallest unit and the size of its own; null where it has no unit of these.</returns>
    internal (decimal Value, decimal Unit)? Read(string text)
    {
        foreach (var (suffix, size) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
            if (decimal.TryParse(text[..^suffix.Length], style, CultureInfo.InvariantCulture, out var number))
                return (Math.Clamp(number, -TooLarge, TooLarge) * size, size);
        }

        return null;
    }

    /// <summary>In the largest unit that leaves a whole number.</summary>
    internal string Text(decimal value)
    {
        var unit = Units.LastOrDefault(unit => value % unit.Size == 0 && value != 0);
        if (unit == default) unit = Units[0];
        return (value / unit.Size).ToString("0.#########", CultureInfo.InvariantCulture) + unit.Suffix;
    }
}
