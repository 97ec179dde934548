using System.Globalization;
using Numa.Core.Allocation;

namespace Numa.Core.Text;

/// <summary>Gfp flags as the trace events of any release print them.</summary>
/// <remarks>Up to 4.5 a single flag has no underscores (<c>GFP_ZERO</c>), and an empty mask is GFP_NOWAIT; later it is
/// <c>none</c>. What no name covers follows in hexadecimal. Source: <c>show_gfp_flags</c>, Linux
/// include/trace/events/mmflags.h.</remarks>
public static class TracedGfpText
{
    /// <summary>The lowest eight bits mean the same in every release, but for 0x10 before 4.4.</summary>
    private const uint SameEverywhere = 0xef;

    /// <summary>Flags that change nothing about where a page comes from.</summary>
    private static readonly HashSet<string> Indifferent =
    [
        "none", "NOTRACK", "OTHER_NODE", "NOLOCKDEP", "ZEROTAGS", "SKIP_ZERO", "SKIP_KASAN_UNPOISON", "SKIP_KASAN",
    ];

    /// <returns>Null when a name is not known; <paramref name="unknown"/> says which.</returns>
    public static GfpFlags? Parse(string text, out string? unknown)
    {
        unknown = null;
        var (flags, dropped) = (GfpFlags.None, GfpFlags.None);
        foreach (var word in text.Split('|'))
        {
            if (word.StartsWith("0x", StringComparison.Ordinal)
                && uint.TryParse(word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
            {
                flags |= (GfpFlags)(bits & SameEverywhere);
                continue;
            }

            var name = word.StartsWith("__", StringComparison.Ordinal) ? word[2..] : word;
            if (name.StartsWith("GFP_", StringComparison.Ordinal)) name = name[4..];
            if (Indifferent.Contains(name)) continue;
            if (name == "NO_KSWAPD")
            {
                dropped |= GfpFlags.KswapdReclaim;
                continue;
            }

            // A composite and a flag never mean different things under one name, where the kernel prints both.
            if ((Known(word) ?? Known($"__GFP_{name}")) is not { } known)
            {
                unknown = word;
                return null;
            }

            flags |= known;
        }

        return flags & ~dropped;
    }

    private static GfpFlags? Known(string word)
    {
        var flags = GfpText.Parse(word, out var problem);
        return problem is null ? flags : null;
    }
}
