namespace Numa.Cli.Commands;

/// <summary>Finds what a mistyped word was meant to be.</summary>
internal static class Suggestion
{
    /// <summary>The nearest known word, if it is near enough to be meant.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var (best, distance) = known
            .Select(candidate => (candidate, Distance(word, candidate)))
            .OrderBy(pair => pair.Item2)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best is not null && distance <= Math.Max(1, word.Length / 3) ? best : null;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two words.</summary>
    private static int Distance(string from, string to)
    {
        var steps = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++) steps[i, 0] = i;
        for (var j = 0; j <= to.Length; j++) steps[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var least = steps[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                least = Math.Min(least, Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    least = Math.Min(least, steps[i - 2, j - 2] + 1);
                steps[i, j] = least;
            }
        }

        return steps[from.Length, to.Length];
    }
}
