using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;

namespace Numa.Workloads.Scenarios;

/// <summary>Every key that a scenario or machine file may hold: what readers accept and settings can name.</summary>
public static class Vocabulary
{
    public static ImmutableArray<string> Scenario { get; } =
    [
        "name", "about", "machine", "kernel", "zonelistOrder", "transparentHugepages", "sysctls", "seed", "clock",
        "duration", "occupied", "events", "workloads", "costs", "compare", "earlyAllocator", "memoryModel",
        "swap", "reclaim", "pagesets",
    ];

    /// <summary>Kernel parameters that make Movable zones, by the size of either side.</summary>
    public static ImmutableArray<string> MovableSizes { get; } = ["kernelcore", "movablecore"];

    public static ImmutableArray<string> Machine { get; } =
    [
        "name", "about", "kernel", "nodes", "distances", "holes", "zonelistOrder", "transparentHugepages", "sysctls",
        "e820", "mtrr", "lateFree", "earlyAllocator", "memoryModel", "architecture", "pagesets",
        .. MovableSizes,
    ];

    /// <summary>Keys of a machine that a scenario holds too: the scenario's own value wins.</summary>
    public static ImmutableArray<string> Overridden { get; } =
        ["kernel", "zonelistOrder", "transparentHugepages", "sysctls", "earlyAllocator", "memoryModel", "pagesets"];

    public static ImmutableArray<string> Node { get; } = ["id", "memory", "cpus", "managed", "ranges"];

    public static ImmutableArray<string> Zones { get; } =
    [
        nameof(ZoneKind.DMA), nameof(ZoneKind.DMA32), nameof(ZoneKind.Normal), nameof(ZoneKind.HighMem),
        nameof(ZoneKind.Movable),
    ];

    public static ImmutableArray<string> Occupation { get; } = ["zone", "leave"];

    /// <summary>What an event may do; each does one of them.</summary>
    public static ImmutableArray<string> Actions { get; } = ["set", "hotAdd", "online", "offline", "hotRemove"];

    public static ImmutableArray<string> Event { get; } = ["at", "after", .. Actions];

    /// <summary>How far a workload has come.</summary>
    public static ImmutableArray<string> Progress { get; } = ["workload", "operations"];

    /// <summary>Memory that an event names by its addresses.</summary>
    public static ImmutableArray<string> MemoryRange { get; } = ["start", "size"];

    /// <summary>Pagesets of a size that no release computes. Unit: pages.</summary>
    public static ImmutableArray<string> Pagesets { get; } = ["batch", "high"];

    public static ImmutableArray<string> Reclaim { get; } = ["hot", "dirty"];

    public static ImmutableArray<string> Compare { get; } = ["vary"];

    /// <summary>Keys of every workload.</summary>
    public static ImmutableArray<string> AnyWorkload { get; } =
        ["kind", "cpus", "node", "after", "gfp", "order", "policy", "mems", "think", "oomScoreAdj"];

    /// <summary>Keys of each kind of workload, beside those of every workload.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> Kinds { get; } =
        new Dictionary<string, ImmutableArray<string>>
        {
            [FillWorkload.Kind] = ["size", "pages", "lru"],
            [FillWorkload.DeviceKind] = ["count"],
            [StormWorkload.Kind] = ["workingSet", "release", "operations", "lru"],
            [ProducerConsumerWorkload.Kind] = ["consumers", "batch", "batches", "backlog"],
            [ToggleWorkload.Kind] = ["slots", "mix", "operations"],
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, HugePageMode> HugePages { get; } =
        new Dictionary<string, HugePageMode>
        {
            ["always"] = HugePageMode.Always,
            ["madvise"] = HugePageMode.Madvise,
            ["never"] = HugePageMode.Never,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, EarlyAllocatorKind> EarlyAllocators { get; } =
        new Dictionary<string, EarlyAllocatorKind>
        {
            ["memblock"] = EarlyAllocatorKind.Memblock,
            ["bootmem"] = EarlyAllocatorKind.Bootmem,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, MemoryModelKind> MemoryModels { get; } =
        new Dictionary<string, MemoryModelKind>
        {
            ["flat"] = MemoryModelKind.Flat,
            ["discontiguous"] = MemoryModelKind.Discontiguous,
            ["sparse"] = MemoryModelKind.Sparse,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static ImmutableArray<string> Architectures { get; } = [.. KernelArchitecture.Known.Select(one => one.Name)];

    public static ImmutableArray<string> ZonelistOrders { get; } = ["default", "node", "zone"];

    /// <summary>Keys that a workload of this kind may have; for an unknown kind those of all kinds.</summary>
    public static ImmutableArray<string> Workload(string? kind) =>
        kind is not null && Kinds.TryGetValue(kind, out var own)
            ? AnyWorkload.AddRange(own)
            : [.. AnyWorkload.Concat(Kinds.Values.SelectMany(keys => keys)).Distinct()];
}
