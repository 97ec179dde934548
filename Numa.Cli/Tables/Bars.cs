namespace Numa.Cli.Tables;

/// <summary>A series as one line of bars.</summary>
internal static class Bars
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string Ascii = " .:-=+*#@";

    /// <param name="greatest">The value of a full bar.</param>
    /// <param name="columns">Longest line; a longer series is averaged down to it.</param>
    public static string Draw(IReadOnlyList<double> values, double greatest, int columns, bool blocks)
    {
        var signs = blocks ? Blocks : Ascii;
        var length = Math.Min(columns, values.Count);
        return string.Create(length, (values, greatest, signs), static (bars, series) =>
        {
            for (var column = 0; column < bars.Length; column++)
            {
                var from = column * series.values.Count / bars.Length;
                var to = (column + 1) * series.values.Count / bars.Length;
                var mean = Enumerable.Range(from, to - from).Average(index => series.values[index]);
                bars[column] = Sign(mean, series.greatest, series.signs);
            }
        });
    }

    // Anything above zero shows: a short queue must not look like none.
    private static char Sign(double value, double greatest, string signs)
    {
        if (value <= 0 || greatest <= 0) return signs[0];
        return signs[Math.Clamp((int)Math.Ceiling(value / greatest * (signs.Length - 1)), 1, signs.Length - 1)];
    }
}
