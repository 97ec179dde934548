using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Sysctls that a file may write, with what the kernel makes of each.</summary>
/// <remarks>Their values are checked by the release that boots, not here.</remarks>
public static class SysctlKeys
{
    private const string Vm = "Linux Documentation/admin-guide/sysctl/vm.rst";

    /// <summary>Written before anything runs.</summary>
    public static KeyTable AtBoot { get; } = new("sysctls", "Kernel settings by their own names.",
    [
        new(Sysctl.MinFreeKbytes, Shape.Either(Shape.Whole(0, int.MaxValue), Shape.Size),
            "Free memory that the min marks of all zones add up to: a number of KiB, or a size.")
        {
            LeftOut = "computed from the memory: 4 x sqrt(KiB of lowmem), more with transparent huge pages",
            Source = Vm,
        },
        Number(Sysctl.WatermarkScaleFactor,
            "Unit: 1/10000 of a zone's pages. Gap between the marks min, low and high. Linux 4.6 and later.", "10"),
        Number(Sysctl.WatermarkBoostFactor,
            "Unit: 1/10000 of the high mark. Most that marks are raised after a fallback. Linux 5.0 and later.",
            "15000"),
        new(Sysctl.LowmemReserveRatio, Shape.Text,
            "Numbers, one for each zone from DMA up: a zone keeps 1/ratio of the pages above it for those who can "
            + "use no other.")
        { LeftOut = "the kernel's own, for example 256 256 32", Source = Vm },
        Number(Sysctl.PagelistFraction,
            "Share of a zone, 1/n, that each CPU's pageset may hold; 0 or from 8 on. Up to 5.13.", "0: by batch"),
        Number(Sysctl.PagelistHighFraction,
            "Share of a zone's low mark, 1/n, that pagesets of its CPUs may hold. Linux 5.14 and later.", "0"),
        new(Sysctl.ZonelistOrder, Shape.Text,
            "Order of zonelists: default, node or zone. Kernels from 4.14 on refuse zone.")
        { LeftOut = "default", Source = Vm },
        Number(Sysctl.ZoneReclaimMode,
            "Bits: 1 reclaims in the near node before a far one is asked; 2 may write; 4 may swap.",
            "0, or 1 where nodes are far apart (kernels up to 3.15)"),
        Number(Sysctl.Swappiness, "How much reclaim prefers anonymous pages to files, 0 to 100 (200 from 5.8 on).",
            "60"),
    ]);

    /// <summary>Written while the scenario runs: also what is no sysctl but a file of sysfs.</summary>
    public static KeyTable WhileRunning { get; } = new("written", "Settings that an event writes, by their own names.",
    [
        .. AtBoot.Keys,
        new(Sysctl.HugePages, Shape.Word(Vocabulary.HugePages.Keys),
            "Transparent huge pages; always and madvise raise min_free_kbytes."),
    ]);

    private static Key Number(string name, string about, string leftOut) =>
        new(name, Shape.Whole(0, int.MaxValue), about) { LeftOut = leftOut, Source = Vm };
}
