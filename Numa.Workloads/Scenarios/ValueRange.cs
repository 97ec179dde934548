using System.Collections.Immutable;
using System.Globalization;

namespace Numa.Workloads.Scenarios;

/// <summary>A range of values that a person wrote: <c>1..64:x2</c>, <c>1GiB..16GiB:+1GiB</c>, <c>0..3</c>.</summary>
internal static class ValueRange
{
    /// <summary>Units from the smallest, each family on its own; a number without unit has a family too.</summary>
    private static readonly ImmutableArray<ImmutableArray<(string Suffix, decimal Size)>> Families =
    [
        [("KiB", 1m), ("MiB", 1024m), ("GiB", 1024m * 1024), ("TiB", 1024m * 1024 * 1024)],
        [("ns", 1m), ("us", 1_000m), ("ms", 1_000_000m), ("s", 1_000_000_000m)],
        [("%", 1m)],
        [("", 1m)],
    ];

    /// <returns>Null after a problem.</returns>
    internal static ImmutableArray<string>? Read(string text, int most, out string problem)
    {
        problem = $"'{YamlScalar.Short(text)}' is no range; expected from..to, from..to:+step or from..to:xfactor,"
            + " for example 1..64:x2 or 1GiB..16GiB:+1GiB";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var ends = (colon < 0 ? text : text[..colon]).Split("..");
        var step = colon < 0 ? "+1" : text[(colon + 1)..].Trim();
        if (ends.Length != 2 || step.Length < 2 || step[0] is not ('+' or 'x')) return null;
        if (Family(ends[0]) is not { } family || Number(ends[0], family) is not { } from
            || Number(ends[1], family) is not { } to)
        {
            return null;
        }

        // A bare step counts in the unit of the beginning.
        var unit = family.First(unit => unit.Size == UnitOf(ends[0], family));
        var by = step[0] == 'x'
            ? Number(step[1..], [("", 1m)])
            : Number(step[1..], family) ?? Number(step[1..], [("", unit.Size)]);
        if (by is not { } width || to < from || width <= (step[0] == 'x' ? 1 : 0) || (step[0] == 'x' && from <= 0))
            return null;
        var values = ImmutableArray.CreateBuilder<string>();
        for (var value = from; value <= to; value = step[0] == 'x' ? value * width : value + width)
        {
            if (values.Count == most)
            {
                problem = $"'{YamlScalar.Short(text)}' has more than {most} values";
                return null;
            }

            values.Add(Text(value, family));
        }

        return values.ToImmutable();
    }

    private static ImmutableArray<(string Suffix, decimal Size)>? Family(string text)
    {
        foreach (var family in Families)
        {
            if (Number(text, family) is not null) return family;
        }

        return null;
    }

    private static decimal UnitOf(string text, ImmutableArray<(string Suffix, decimal Size)> family) =>
        family.First(unit => Plain(text, unit.Suffix) is not null).Size;

    private static decimal? Number(string text, ImmutableArray<(string Suffix, decimal Size)> family)
    {
        foreach (var (suffix, size) in family)
        {
            if (Plain(text, suffix) is { } number) return number * size;
        }

        return null;
    }

    private static decimal? Plain(string text, string suffix)
    {
        var trimmed = text.Trim();
        if (!trimmed.EndsWith(suffix, StringComparison.Ordinal)) return null;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        return decimal.TryParse(trimmed[..^suffix.Length], style, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>In the largest unit that leaves a whole number.</summary>
    private static string Text(decimal value, ImmutableArray<(string Suffix, decimal Size)> family)
    {
        var unit = family.LastOrDefault(unit => value % unit.Size == 0 && value != 0);
        if (unit == default) unit = family[0];
        return (value / unit.Size).ToString("0.#########", CultureInfo.InvariantCulture) + unit.Suffix;
    }
}
