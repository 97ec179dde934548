using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Names that a scenario or machine file may hold: of keys, from their tables, and words that stand for
/// something.</summary>
/// <remarks>Names of keys are looked up when asked for: the tables are made of the words here.</remarks>
public static class Vocabulary
{
    public static ImmutableArray<string> Scenario => ScenarioKeys.Table.Names;

    /// <summary>Kernel parameters that make Movable zones, by the size of either side.</summary>
    public static ImmutableArray<string> MovableSizes { get; } = ["kernelcore", "movablecore"];

    public static ImmutableArray<string> Machine => MachineKeys.Table.Names;

    /// <summary>Keys of a machine that a scenario holds too: the scenario's own value wins.</summary>
    public static ImmutableArray<string> Overridden => BootKeyList.Names;

    public static ImmutableArray<string> Node => MachineKeys.Node.Names;

    public static ImmutableArray<string> Zones { get; } =
    [
        nameof(ZoneKind.DMA), nameof(ZoneKind.DMA32), nameof(ZoneKind.Normal), nameof(ZoneKind.HighMem),
        nameof(ZoneKind.Movable),
    ];

    public static ImmutableArray<string> Occupation => ScenarioKeys.Occupation.Names;

    /// <summary>What an event may do; each does one of them.</summary>
    public static ImmutableArray<string> Actions => [.. EventKeys.Actions.Select(action => action.Name)];

    public static ImmutableArray<string> Event => EventKeys.Table.Names;

    public static ImmutableArray<string> Reclaim => ScenarioKeys.Reclaim.Names;

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
    public static ImmutableArray<string> Workload(string? kind) => WorkloadKinds.TableOf(kind).Names;
}
