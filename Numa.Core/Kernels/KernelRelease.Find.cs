using System.Globalization;

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
        if (wanted == (4, 4, 0) && version.StartsWith("4.4.0", StringComparison.Ordinal))
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
