using System.Collections.Immutable;
using Numa.Core.Allocation;

namespace Numa.Core.Text;

/// <summary>Gfp masks in the kernel's own words: <c>GFP_DMA32|__GFP_HIGH</c>.</summary>
/// <remarks>Names of Linux 6.1, with __GFP_WAIT and GFP_TEMPORARY of older kernels.
/// Source: include/linux/gfp_types.h.</remarks>
public static class GfpText
{
    // Composites before the flags they consist of, larger ones first: Format takes the first that fits.
    private static readonly (string Name, GfpFlags Flags)[] Composites =
    [
        ("GFP_TRANSHUGE", GfpFlags.GfpTransHuge),
        ("GFP_TRANSHUGE_LIGHT", GfpFlags.GfpTransHugeLight),
        ("GFP_HIGHUSER_MOVABLE", GfpFlags.GfpHighUserMovable),
        ("GFP_HIGHUSER", GfpFlags.GfpHighUser),
        ("GFP_USER", GfpFlags.GfpUser),
        ("GFP_KERNEL_ACCOUNT", GfpFlags.GfpKernel | GfpFlags.Account),
        ("GFP_KERNEL", GfpFlags.GfpKernel),
        ("GFP_NOFS", GfpFlags.Reclaim | GfpFlags.Io),
        ("GFP_NOIO", GfpFlags.Reclaim),
        ("GFP_ATOMIC", GfpFlags.GfpAtomic),
        ("GFP_NOWAIT", GfpFlags.GfpNoWait),
        ("GFP_DMA32", GfpFlags.Dma32),
        ("GFP_DMA", GfpFlags.Dma),
    ];

    private static readonly (string Name, GfpFlags Flags)[] Single =
    [
        ("__GFP_HIGHMEM", GfpFlags.HighMem),
        ("__GFP_MOVABLE", GfpFlags.Movable),
        ("__GFP_RECLAIMABLE", GfpFlags.Reclaimable),
        ("__GFP_HIGH", GfpFlags.High),
        ("__GFP_IO", GfpFlags.Io),
        ("__GFP_FS", GfpFlags.Fs),
        ("__GFP_ZERO", GfpFlags.Zero),
        ("__GFP_ATOMIC", GfpFlags.Atomic),
        ("__GFP_DIRECT_RECLAIM", GfpFlags.DirectReclaim),
        ("__GFP_KSWAPD_RECLAIM", GfpFlags.KswapdReclaim),
        ("__GFP_WRITE", GfpFlags.Write),
        ("__GFP_NOWARN", GfpFlags.NoWarn),
        ("__GFP_RETRY_MAYFAIL", GfpFlags.RetryMayFail),
        ("__GFP_NOFAIL", GfpFlags.NoFail),
        ("__GFP_NORETRY", GfpFlags.NoRetry),
        ("__GFP_MEMALLOC", GfpFlags.MemAlloc),
        ("__GFP_COMP", GfpFlags.Comp),
        ("__GFP_NOMEMALLOC", GfpFlags.NoMemAlloc),
        ("__GFP_HARDWALL", GfpFlags.HardWall),
        ("__GFP_THISNODE", GfpFlags.ThisNode),
        ("__GFP_ACCOUNT", GfpFlags.Account),
    ];

    private static readonly (string Name, GfpFlags Flags)[] Aliases =
    [
        ("__GFP_DMA", GfpFlags.Dma),
        ("__GFP_DMA32", GfpFlags.Dma32),
        ("__GFP_RECLAIM", GfpFlags.Reclaim),
        ("__GFP_WAIT", GfpFlags.Reclaim),
        ("__GFP_REPEAT", GfpFlags.RetryMayFail),
        ("GFP_TEMPORARY", GfpFlags.GfpKernel | GfpFlags.Reclaimable),
    ];

    /// <summary>Every name that can be written.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. Composites.Concat(Single).Concat(Aliases).Select(entry => entry.Name)];

    /// <param name="problem">What is wrong, for people; null when the text was read.</param>
    public static GfpFlags Parse(string text, out string? problem)
    {
        problem = null;
        var flags = GfpFlags.None;
        foreach (var part in text.Split('|'))
        {
            var word = part.Trim();
            var entry = Composites.Concat(Single).Concat(Aliases).FirstOrDefault(candidate => candidate.Name == word);
            if (entry.Name is null)
            {
                var near = NearestName.To(word, Names);
                problem = $"'{word}' is no gfp flag"
                    + (near is null ? "; expected names such as GFP_KERNEL or GFP_DMA32|__GFP_HIGH"
                        : $"; did you mean '{near}'?");
                return GfpFlags.None;
            }

            flags |= entry.Flags;
        }

        problem = Contradiction(flags);
        return flags;
    }

    /// <summary>The mask in words, composites first; <c>0</c> for none.</summary>
    public static string Format(GfpFlags flags)
    {
        if (flags == GfpFlags.None) return "0";
        var words = new List<string>();
        var left = flags;
        foreach (var (name, mask) in Composites.Concat(Single))
        {
            if ((flags & mask) != mask || (left & mask) == 0) continue;

            // A composite that overlaps what an earlier one said would only repeat it.
            if ((left & mask) != mask) continue;
            words.Add(name);
            left &= ~mask;
        }

        if (left != 0) words.Add($"0x{(uint)left:x}");
        return string.Join('|', words);
    }

    /// <summary>Bits that the kernel's GFP_ZONE_BAD and mobility rules exclude together, in words; null for
    /// none.</summary>
    public static string? Contradiction(GfpFlags flags)
    {
        const GfpFlags mobility = GfpFlags.Movable | GfpFlags.Reclaimable;
        if ((flags & mobility) == mobility) return "__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other";
        var zones = flags & (GfpFlags.Dma | GfpFlags.Dma32 | GfpFlags.HighMem);
        return System.Numerics.BitOperations.PopCount((uint)zones) > 1
            ? "only one of __GFP_DMA, __GFP_DMA32 and __GFP_HIGHMEM can be given" : null;
    }
}
