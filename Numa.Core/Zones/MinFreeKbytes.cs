using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>The kernel's own choices of vm.min_free_kbytes.</summary>
/// <remarks>Unit: KiB, never pages. Source: <c>calculate_min_free_kbytes</c>, Linux mm/page_alloc.c;
/// <c>set_recommended_min_free_kbytes</c>, Linux mm/khugepaged.c.</remarks>
public static class MinFreeKbytes
{
    /// <summary>Value before any rule has run.</summary>
    public const int Initial = 1024;

    /// <summary>Total memory below which transparent huge pages start switched off: 512 MiB.</summary>
    public static readonly PageCount LeastMemoryForHugePages = new(131072);

    /// <summary>Least value of the square-root rule.</summary>
    public const int Floor = 128;

    private const int KiBPerPage = 4;
    private const int MigratetypesOfPagesets = 3;

    /// <summary>Pages that kernel and user requests can reach before any zone falls below its high mark.</summary>
    /// <remarks>The kernel walks the current CPU's fallback list; every such list holds every zone.</remarks>
    public static PageCount BufferPages(IEnumerable<(ManagedZone Zone, PageCount High)> zones) =>
        new(zones.Where(entry => entry.Zone.IsPopulated && entry.Zone.Id.Kind <= ZoneKind.Normal)
            .Sum(entry => Math.Max(0, entry.Zone.Managed.Value - entry.High.Value)));

    /// <summary>The square-root rule: grows more slowly than memory.</summary>
    /// <param name="written">Value written by hand, which only a larger result replaces.</param>
    /// <param name="inForce">Value in force, kept when the rule yields to the written one.</param>
    public static int BySquareRoot(KernelRelease release, PageCount bufferPages, int? written, int inForce)
    {
        var root = Root(bufferPages);
        return root > (written ?? -1) ? (int)Math.Clamp(root, Floor, release.MinFreeCapKiB) : inForce;
    }

    /// <summary>The square root of sixteen times the buffer in KiB, before any bound.</summary>
    public static long Root(PageCount bufferPages) => SquareRoot(bufferPages.Value * KiBPerPage * 16);

    /// <summary>Zones that khugepaged's recommendation counts.</summary>
    public static int ZonesForHugePages(KernelRelease release, IEnumerable<ManagedZone> zones) => zones.Count(zone =>
        zone.IsPopulated && (release.HugePageRuleCountsMovable || zone.Id.Kind <= ZoneKind.Normal));

    /// <summary>What khugepaged recommends: two pageblocks per zone, and room for migratetypes to stay apart.</summary>
    /// <remarks>At most a twentieth of the buffer pages. The cap of the square-root rule does not apply.</remarks>
    public static long ForHugePages(KernelRelease release, IEnumerable<ManagedZone> zones, PageCount bufferPages)
    {
        var pages = Order.PageblockPages * ZonesForHugePages(release, zones)
            * (2 + MigratetypesOfPagesets * MigratetypesOfPagesets);
        return Math.Min(pages, bufferPages.Value / 20) * KiBPerPage;
    }

    /// <summary>Largest integer whose square is not above the value.</summary>
    public static long SquareRoot(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        // The floating-point root may be one off at either side; a simulator's numbers must not depend on that.
        var root = (long)Math.Sqrt(value);
        while (root * root > value) root--;
        while ((root + 1) * (root + 1) <= value) root++;
        return root;
    }
}
