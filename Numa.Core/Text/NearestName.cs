namespace Numa.Core.Text;

/// <summary>Finds the name that a person probably meant.</summary>
/// <remarks>Edit distance of Levenshtein, case ignored. A name further than a third of the word (and more than two)
/// is no suggestion.</remarks>
public static class NearestName
{
    private const int LongestWord = 64;
    private const int ShortestBeginning = 3;

    /// <returns>Null when nothing is near enough. The first of equally near names wins.</returns>
    public static string? To(string word, IEnumerable<string> names)
    {
        if (word.Length is 0 or > LongestWord) return null;
        string? best = null;
        var least = Math.Max(2, word.Length / 3) + 1;
        foreach (var name in names)
        {
            if (name.Length > LongestWord || Math.Abs(name.Length - word.Length) >= least) continue;
            var distance = Distance(word, name);
            if (distance >= least || distance >= Math.Max(word.Length, name.Length)) continue;
            least = distance;
            best = name;
        }

        // Who stops in the middle of a name means it, if it is the only one that begins so.
        if (best is not null || word.Length < ShortestBeginning) return best;
        var longer = names.Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return longer.Count == 1 ? longer[0] : null;
    }

    /// <summary>The end of a message about an unknown word: a suggestion, or else every name there is.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> names)
    {
        var near = To(word, names);
        if (near is not null) return $"; did you mean '{near}'?";
        return names.Count == 0 ? "" : $"; expected one of {string.Join(", ", names)}";
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                var replaced = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j - 1], row[j]) + 1);
            }
        }

        return row[b.Length];
    }
}
