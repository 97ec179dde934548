using System.Collections.Immutable;
using Numa.Core.Kernels;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>What machines and scenarios alike say of the kernel that boots: a scenario's own value wins.</summary>
public static class BootKeyList
{
    /// <summary>Releases whose rules are known, oldest first: <c>3.10, 4.4</c>.</summary>
    private static string Releases { get; } = string.Join(", ", KernelRelease.Known.Select(release => release.Name));

    public static KeyTable Pagesets { get; } = new("pagesets", "Pagesets of a size that no release computes.",
    [
        new("batch", Shape.Whole(1, 1 << 16), "Pages that a refill or a drain moves.") { IsRequired = true },
        new("high", Shape.Whole(1, 1 << 20), "Pages above which a pageset is drained; a batch at least.")
        { LeftOut = "6 x batch", Source = "Linux mm/page_alloc.c, pageset_set_batch, up to 5.13" },
    ]);

    public static ImmutableArray<Key> Keys { get; } =
    [
        new("kernel", new Shape.Form("a version such as \"4.4\"", "^\\s*[0-9]") { IsMaybeNumber = true },
            $"Linux release whose rules hold. Known are {Releases}; another takes the rules of the nearest older one, "
            + "and the report says so.")
        { LeftOut = "needed, in the machine or in the scenario" },
        new("zonelistOrder", Shape.Word(Vocabulary.ZonelistOrders),
            "Order of zonelists. Zone order existed from 2.6.23 to 4.13; on a later release it asks \"what if\".")
        { Default = "default", LeftOut = "the release decides", Source = "Linux mm/page_alloc.c, numa_zonelist_order" },
        new("transparentHugepages", Shape.Word(Vocabulary.HugePages.Keys),
            "Transparent huge pages; always and madvise raise min_free_kbytes.")
        { Default = "always", Source = "Linux mm/khugepaged.c, set_recommended_min_free_kbytes" },
        new("sysctls", Shape.Mapping(SysctlKeys.AtBoot), "Sysctls that are written before anything runs.")
        { LeftOut = "the kernel's own values" },
        new("earlyAllocator", Shape.Word(Vocabulary.EarlyAllocators.Keys),
            "Allocator of early boot: memblock, or bootmem as up to 3.9.")
        { Default = "memblock", Source = "Linux mm/memblock.c, mm/bootmem.c" },
        new("memoryModel", Shape.Word(Vocabulary.MemoryModels.Keys), "How the map of pages is laid out.")
        { LeftOut = "sparse; on 32 bit discontiguous", Source = "Linux Documentation/mm/memory-model.rst" },
        new("pagesets", Shape.Mapping(Pagesets), "Size of every pageset of every zone, as a patched kernel has it.")
        { LeftOut = "the release computes them" },
    ];

    public static ImmutableArray<string> Names { get; } = [.. Keys.Select(key => key.Name)];
}
