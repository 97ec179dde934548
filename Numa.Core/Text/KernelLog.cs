using System.Collections.Immutable;

namespace Numa.Core.Text;

/// <summary>The lines of one boot, out of a log that may hold more.</summary>
/// <remarks>What other programs wrote to the console between stamped lines is left out, and so is the second copy of
/// each line where a log holds two of every line, and any boot but the first.</remarks>
/// <param name="Lines">Lines of the first boot, with the numbers that they have in the file.</param>
/// <param name="LastLine">Number of the file's last line, from 1.</param>
/// <param name="SecondBoot">Line at which another boot begins; null when there is one boot only.</param>
public sealed record KernelLog(ImmutableArray<KernelLogLine> Lines, int LastLine, int? SecondBoot)
{
    /// <summary>With what a kernel begins its log.</summary>
    internal const string Banner = "Linux version ";

    private const string Dropped = " printk messages dropped **";

    /// <summary>The kernel stamps its lines, so that lines without a stamp are not its own.</summary>
    public bool HasStamps => Lines.Any(IsStamped);

    public static KernelLog Read(string text)
    {
        var all = new List<KernelLogLine>();
        foreach (var raw in text.EnumerateLines()) all.Add(KernelLogLine.From(all.Count + 1, raw.ToString()));
        var last = all.Count;
        if (all.Count(IsStamped) > last / 2)
            all.RemoveAll(line => !IsStamped(line) && !line.Text.EndsWith(Dropped, StringComparison.Ordinal));

        var banner = all.FindIndex(IsBanner);
        var isDoubled = banner >= 0 && banner + 1 < all.Count && all[banner + 1].Text == all[banner].Text;
        if (isDoubled) all = [.. Once(all)];
        var second = banner < 0 ? -1 : all.FindIndex(banner + 1, IsBanner);
        return second < 0
            ? new([.. all], last, null)
            : new([.. all.Take(second)], last, all[second].Number);
    }

    /// <summary>The first of each two equal lines.</summary>
    private static IEnumerable<KernelLogLine> Once(IEnumerable<KernelLogLine> lines)
    {
        string? single = null;
        foreach (var line in lines)
        {
            var isCopy = line.Text == single;
            single = isCopy ? null : line.Text;
            if (!isCopy) yield return line;
        }
    }

    private static bool IsBanner(KernelLogLine line) => line.Text.StartsWith(Banner, StringComparison.Ordinal);

    private static bool IsStamped(KernelLogLine line) => line.Column > 1;
}
