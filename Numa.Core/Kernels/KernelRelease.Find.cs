using System.Globalization;
using System.Text.RegularExpressions;

namespace Numa.Core.Kernels;

/// <remarks>The releases by their versions.</remarks>
public sealed partial record KernelRelease
{
    /// <summary>The newest known release that is not newer than <paramref name="version"/>.</summary>
    /// <param name="version">A version such as <c>4.4</c>, <c>4.4.178</c> or <c>6.1.0-56-amd64</c>.</param>
    /// <param name="exact">False when an older release had to stand in.</param>
    /// <returns>Null when the text is no version, or is older than every known release.</returns>
    public static KernelRelease? Find(string version, out bool exact)
    {
        exact = false;
        if (!TryParse(version, out var wanted)) return null;
        if (wanted == (4, 4, 0) && version.StartsWith("4.4.0", StringComparison.Ordinal)
            && !PackageOf44().IsMatch(version))
        {
            exact = true;
            return V440;
        }

        KernelRelease? best = null;
        foreach (var release in Known)
        {
            if (release == V440 || !TryParse(release.Name, out var known)) continue;
            if (known.CompareTo(wanted) <= 0) best = release;
        }

        if (best is null) return null;
        TryParse(best.Name, out var found);
        exact = found.Major == wanted.Major && found.Minor == wanted.Minor
            && (found.Major > 2 || found.Patch == wanted.Patch);
        return exact ? best : best with { StandsInFor = version[..LengthOf(version)].TrimEnd('.') };
    }

    /// <summary>Length of the numbers that a version begins with.</summary>
    private static int LengthOf(string version)
    {
        var end = 0;
        while (end < version.Length && (char.IsAsciiDigit(version[end]) || version[end] == '.')) end++;
        return end;
    }

    /// <summary>What to tell people of a version whose name hides which fixes are in it.</summary>
    /// <remarks>Distributions keep the first name of a tree, while they take in its stable releases. The first builds
    /// of 4.4 came before the fix that tells 4.4.0 from later ones. Source: J. Baron, "mm: update min_free_kbytes from
    /// khugepaged after core initialization" (2016), Linux commit bc22af74f271.</remarks>
    /// <returns>Null where the version says all.</returns>
    public static string? NoteOf(string version) => PackageOf44().IsMatch(version)
        ? $"Kernel {version} is a distribution's name for a 4.4 that took in stable releases: the rules of later 4.4"
            + " are taken. Its first builds, of early 2016, have the smaller vm.min_free_kbytes of 4.4.0: name"
            + " kernel 4.4.0 for those."
        : null;

    [GeneratedRegex(@"^4\.4\.0-\d+-[a-z]")]
    private static partial Regex PackageOf44();

    private static bool TryParse(string text, out (int Major, int Minor, int Patch) version)
    {
        version = default;
        var parts = text[..LengthOf(text)].TrimEnd('.').Split('.');
        if (parts.Length < 2) return false;
        var numbers = new int[3];
        for (var i = 0; i < Math.Min(3, parts.Length); i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        version = (numbers[0], numbers[1], numbers[2]);
        return true;
    }
}
