using System.Collections.Immutable;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Boot;

/// <summary>Transparent huge pages: the setting raises min_free_kbytes.</summary>
public enum HugePageMode
{
    Always,
    Madvise,
    Never,
}

/// <summary>The vm sysctls and boot choices that shape watermarks, reserves, pagesets and zonelists.</summary>
/// <remarks>Null means: the kernel's own default or its own computation.</remarks>
public sealed record MemorySettings
{
    /// <summary>vm.min_free_kbytes as written by hand. Unit: KiB.</summary>
    public int? MinFreeKbytes { get; init; }

    /// <summary>vm.watermark_scale_factor. Unit: 1/10000 of the zone.</summary>
    public int WatermarkScaleFactor { get; init; } = 10;

    /// <summary>vm.watermark_boost_factor. Unit: 1/10000 of the high mark; 0 is off.</summary>
    public int WatermarkBoostFactor { get; init; } = 15000;

    /// <summary>vm.lowmem_reserve_ratio, one value per zone index from DMA up; empty for the release's
    /// default.</summary>
    public ImmutableArray<int> LowmemReserveRatio { get; init; } = [];

    /// <summary>vm.percpu_pagelist_fraction or, from 5.14, vm.percpu_pagelist_high_fraction; 0 is off.</summary>
    public int PagelistFraction { get; init; }

    /// <summary>vm.numa_zonelist_order: default, node or zone, by first letter.</summary>
    public string ZonelistOrder { get; init; } = "default";

    /// <summary>vm.zone_reclaim_mode: 1 reclaims from a node before the next is used, 2 writes, 4 unmaps for that; null
    /// as boot leaves it.</summary>
    public int? ZoneReclaimMode { get; init; }

    /// <summary>vm.swappiness: the weight of anonymous pages in reclaim; that of files is 200 less it.</summary>
    public int Swappiness { get; init; } = 60;

    /// <summary>Size of every pageset of every zone, as a patched kernel has it; null as the release computes
    /// it.</summary>
    public PagesetSize? Pagesets { get; init; }

    public HugePageMode HugePages { get; init; } = HugePageMode.Always;
}
