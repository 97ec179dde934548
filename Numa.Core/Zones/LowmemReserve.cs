using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Pages of a low zone that requests which could go to a higher zone may not take.</summary>
/// <remarks>Source: <c>setup_per_zone_lowmem_reserve</c>, Linux mm/page_alloc.c.</remarks>
public static class LowmemReserve
{
    /// <summary>Number of kinds of zones that a reserve has an entry for, printed or not.</summary>
    public const int Columns = (int)ZoneKind.Device + 1;

    /// <summary>vm.lowmem_reserve_ratio as the release starts with it.</summary>
    /// <remarks>Shape: index = the kernel's zone index. Up to 4.13 the last zone needs no ratio, as no higher zone
    /// exists.</remarks>
    public static ImmutableArray<int> DefaultRatios(KernelRelease release)
    {
        var (kinds, everyZone) = (release.Architecture.ZoneKinds, release.LowmemRatio == LowmemRatioRule.ZeroIsOff);
        var count = everyZone ? kinds.Length : kinds.IndexOf(ZoneKind.Movable);
        return [.. kinds.Take(count).Select(kind => kind switch
        {
            ZoneKind.DMA or ZoneKind.DMA32 => 256,
            ZoneKind.Normal => 32,
            _ => everyZone ? 0 : 32,
        })];
    }

    /// <summary>The ratio of a zone; 0 for one that has none.</summary>
    /// <param name="ratios">Shape: index = the kernel's zone index.</param>
    public static int RatioOf(KernelRelease release, ImmutableArray<int> ratios, ZoneKind kind)
    {
        var index = release.Architecture.ZoneKinds.IndexOf(kind);
        return index >= 0 && index < ratios.Length ? ratios[index] : 0;
    }

    /// <summary>What the release makes of a written ratio.</summary>
    public static int Accept(KernelRelease release, int ratio) =>
        Math.Max(ratio, release.LowmemRatio == LowmemRatioRule.AtLeastOne ? 1 : 0);

    /// <summary>The reserve of one zone against requests of each kind.</summary>
    /// <param name="node">Zones of the same node: other nodes do not count.</param>
    /// <returns>Shape: index = kind of zone; the kernel's own columns are those of its architecture.</returns>
    public static ImmutableArray<PageCount> For(
        KernelRelease release, ZoneId zone, IReadOnlyCollection<ManagedZone> node, ImmutableArray<int> ratios)
    {
        var reserve = new PageCount[Columns];
        var index = (int)zone.Kind;
        var ratio = RatioOf(release, ratios, zone.Kind);
        if (ratio == 0) return [.. reserve];
        if (release.LowmemRatio == LowmemRatioRule.ZeroIsOff && ManagedOf(node, zone.Kind) == 0) return [.. reserve];

        var above = 0L;
        for (var j = index + 1; j < Columns; j++)
        {
            above += ManagedOf(node, (ZoneKind)j);
            reserve[j] = new(above / ratio);
        }

        return [.. reserve];
    }

    private static long ManagedOf(IReadOnlyCollection<ManagedZone> node, ZoneKind kind) =>
        node.Where(zone => zone.Id.Kind == kind).Sum(zone => zone.Managed.Value);
}
