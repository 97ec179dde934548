using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Text.Reports;

/// <summary>Gfp flags in the kernel's order of names (<c>%pGg</c>), and the numbers of 4.4.</summary>
/// <remarks>Source: <c>__def_gfpflag_names</c>, Linux include/trace/events/mmflags.h, and
/// include/linux/gfp.h.</remarks>
internal static class ReportedGfpText
{
    private static readonly (string Name, GfpFlags Flags)[] InOrder =
    [
        ("GFP_TRANSHUGE", GfpFlags.GfpTransHuge),
        ("GFP_TRANSHUGE_LIGHT", GfpFlags.GfpTransHugeLight),
        ("GFP_HIGHUSER_MOVABLE", GfpFlags.GfpHighUserMovable),
        ("GFP_HIGHUSER", GfpFlags.GfpHighUser),
        ("GFP_USER", GfpFlags.GfpUser),
        ("GFP_KERNEL_ACCOUNT", GfpFlags.GfpKernel | GfpFlags.Account),
        ("GFP_KERNEL", GfpFlags.GfpKernel),
        ("GFP_NOFS", GfpFlags.Reclaim | GfpFlags.Io),
        ("GFP_ATOMIC", GfpFlags.GfpAtomic),
        ("GFP_NOIO", GfpFlags.Reclaim),
        ("GFP_NOWAIT", GfpFlags.GfpNoWait),
        ("GFP_DMA", GfpFlags.Dma),
        ("__GFP_HIGHMEM", GfpFlags.HighMem),
        ("GFP_DMA32", GfpFlags.Dma32),
        ("__GFP_HIGH", GfpFlags.High),
        ("__GFP_ATOMIC", GfpFlags.Atomic),
        ("__GFP_IO", GfpFlags.Io),
        ("__GFP_FS", GfpFlags.Fs),
        ("__GFP_NOWARN", GfpFlags.NoWarn),
        ("__GFP_RETRY_MAYFAIL", GfpFlags.RetryMayFail),
        ("__GFP_NOFAIL", GfpFlags.NoFail),
        ("__GFP_NORETRY", GfpFlags.NoRetry),
        ("__GFP_COMP", GfpFlags.Comp),
        ("__GFP_ZERO", GfpFlags.Zero),
        ("__GFP_NOMEMALLOC", GfpFlags.NoMemAlloc),
        ("__GFP_MEMALLOC", GfpFlags.MemAlloc),
        ("__GFP_HARDWALL", GfpFlags.HardWall),
        ("__GFP_THISNODE", GfpFlags.ThisNode),
        ("__GFP_RECLAIMABLE", GfpFlags.Reclaimable),
        ("__GFP_MOVABLE", GfpFlags.Movable),
        ("__GFP_ACCOUNT", GfpFlags.Account),
        ("__GFP_WRITE", GfpFlags.Write),
        ("__GFP_RECLAIM", GfpFlags.Reclaim),
        ("__GFP_DIRECT_RECLAIM", GfpFlags.DirectReclaim),
        ("__GFP_KSWAPD_RECLAIM", GfpFlags.KswapdReclaim),
    ];

    // The lowest eight bits are those of every release.
    private const long Low = 0xff;

    private static readonly (long Bit, GfpFlags Flag)[] Bits44 =
    [
        (0x200, GfpFlags.NoWarn), (0x400, GfpFlags.RetryMayFail), (0x800, GfpFlags.NoFail),
        (0x1000, GfpFlags.NoRetry), (0x2000, GfpFlags.MemAlloc), (0x4000, GfpFlags.Comp), (0x8000, GfpFlags.Zero),
        (0x10000, GfpFlags.NoMemAlloc), (0x20000, GfpFlags.HardWall), (0x40000, GfpFlags.ThisNode),
        (0x80000, GfpFlags.Atomic), (0x400000, GfpFlags.DirectReclaim), (0x1000000, GfpFlags.Write),
        (0x2000000, GfpFlags.KswapdReclaim),
    ];

    /// <summary>The flags that the release has.</summary>
    public static GfpFlags Known(GfpFlags gfp, KernelRelease release) =>
        release.ReportForm == ReportForm.PerNodeAndKind ? gfp & ~GfpFlags.Atomic : gfp;

    public static string Names(GfpFlags gfp, KernelRelease release)
    {
        var left = Known(gfp, release);
        if (left == GfpFlags.None) return "none";
        var names = new List<string>();
        foreach (var (name, flags) in InOrder)
        {
            var wanted = Known(flags, release);
            if (wanted == GfpFlags.None || (left & wanted) != wanted) continue;
            names.Add(name);
            left &= ~wanted;
        }

        if (left != GfpFlags.None) names.Add($"0x{(uint)left:x}");
        return string.Join('|', names);
    }

    public static long NumberOf44(GfpFlags gfp) => ((long)gfp & Low)
        | Bits44.Where(bit => (gfp & bit.Flag) != 0).Sum(bit => bit.Bit);

    public static GfpFlags FlagsOf44(long number) => (GfpFlags)(number & Low)
        | Bits44.Where(bit => (number & bit.Bit) != 0).Aggregate(GfpFlags.None, (all, bit) => all | bit.Flag);
}
