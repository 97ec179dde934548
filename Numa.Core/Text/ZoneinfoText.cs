using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Text;

/// <summary>Prints /proc/zoneinfo in the layout of a release.</summary>
/// <remarks>
/// A machine of Numa has every counter that its release prints; those that nothing simulates are 0.
/// Before 3.10 kernels print no <c>managed</c> line; it is printed for them too.
/// Source: <c>zoneinfo_show_print</c>, Linux mm/vmstat.c.
/// </remarks>
public static class ZoneinfoText
{
    /// <summary>A zone of a simulated machine, ready to print.</summary>
    /// <param name="release">Decides how many columns the protection has.</param>
    /// <param name="managed">Extent of the zone, with its managed pages now.</param>
    /// <param name="pagesets">(pages held, high mark now) per CPU.</param>
    public static ZoneinfoZone Of(
        KernelRelease release, ManagedZone managed, PageFrameNumber start, PageCount spanned, ZoneTuning tuning,
        PageCount free, long boost, IEnumerable<(int Count, int High)> pagesets) => new(managed.Id)
        {
            Start = start,
            Spanned = spanned.Value,
            Present = managed.Present.Value,
            Managed = managed.Managed.Value,
            Free = free.Value,
            Boost = boost,
            Marks = Boosted(tuning.Marks, new(boost)),
            Protection = [.. release.ZoneKinds.Select(kind => tuning.LowmemReserve[(int)kind].Value)],
            Counters = [.. release.Counters.Zone.Select(name => new ZoneCounter(name, name switch
            {
                CounterNames.FreePages => free.Value,
                CounterNames.FairBatch => tuning.FairBatch.Value,
                _ => 0,
            }))],
            Pagesets = [.. pagesets.Select(pageset => new ZoneinfoPageset(
                pageset.Count, pageset.High, tuning.Pageset.Batch, tuning.StatThreshold))],
            InactiveRatio = release.Zoneinfo == ZoneinfoShape.PerZone ? Ratio(managed.Managed) : 0,
        };

    /// <summary>The zones that the release prints, in the kernel's order: unpopulated ones too where it does, and the
    /// node's counters in its first populated zone.</summary>
    public static ImmutableArray<ZoneinfoZone> Listing(
        KernelRelease release, IEnumerable<NodeId> nodes, IReadOnlyCollection<ZoneinfoZone> zones, MemoryTuning tuning)
    {
        ImmutableArray<ZoneCounter> counters = [.. release.Counters.Node.Select(name => new ZoneCounter(name, 0))];
        List<ZoneinfoZone> populated = [.. zones.GroupBy(zone => zone.Id.Node).SelectMany(ofNode => ofNode
            .OrderBy(zone => zone.Id)
            .Select((zone, place) => place == 0 ? zone with { NodeCounters = counters } : zone))];
        if (!release.PrintsEmptyZones) return [.. populated.OrderBy(zone => zone.Id)];
        var all = from node in nodes
                  from kind in release.ZoneKinds
                  let id = new ZoneId(node, kind)
                  orderby id
                  select populated.FirstOrDefault(zone => zone.Id == id)
                      ?? Of(release, new(id, default, default), default, default, tuning[id], default, 0, []);
        return [.. all];
    }

    public static string Print(KernelRelease release, IEnumerable<ZoneinfoZone> zones)
    {
        var text = new StringBuilder();
        foreach (var zone in zones) Print(text, release.Zoneinfo, zone);
        return text.ToString();
    }

    /// <summary>Inactive anonymous pages for each active one that reclaim leaves: the root of ten times the GiB that
    /// are managed.</summary>
    /// <remarks>Source: <c>calculate_zone_inactive_ratio</c>, Linux mm/page_alloc.c (up to 4.6).</remarks>
    private static long Ratio(PageCount managed) => Math.Max(1, (long)Math.Sqrt(10 * (managed.Value >> 18)));

    private static Watermarks Boosted(Watermarks marks, PageCount boost) =>
        new(marks.Min + boost, marks.Low + boost, marks.High + boost, marks.Promo + boost);

    private static void Print(StringBuilder text, ZoneinfoShape shape, ZoneinfoZone zone)
    {
        Line(text, $"Node {zone.Id.Node}, zone {zone.Id.Kind,8}");
        if (!zone.NodeCounters.IsEmpty)
        {
            Line(text, $"  per-node stats");
            foreach (var counter in zone.NodeCounters) Line(text, $"      {counter.Name,-12} {counter.Value}");
        }

        PrintLevels(text, shape, zone);
        if (!zone.IsPopulated)
        {
            PrintProtection(text, zone);
            return;
        }

        // 4.8 moved the protection in front of the counters and indented these by two more.
        if (shape != ZoneinfoShape.PerZone) PrintProtection(text, zone);
        foreach (var counter in zone.Counters)
        {
            var indent = shape == ZoneinfoShape.PerZone ? "    " : "      ";
            Line(text, $"{indent}{counter.Name,-12} {counter.Value}");
        }

        if (shape == ZoneinfoShape.PerZone) PrintProtection(text, zone);
        PrintPagesets(text, zone);
        PrintTail(text, shape, zone);
    }

    private static void PrintLevels(StringBuilder text, ZoneinfoShape shape, ZoneinfoZone zone)
    {
        Line(text, $"  pages free     {zone.Free}");
        if (shape >= ZoneinfoShape.PerNodeWithBoost) Line(text, $"        boost    {zone.Boost}");
        Line(text, $"        min      {zone.Marks.Min}");
        Line(text, $"        low      {zone.Marks.Low}");
        Line(text, $"        high     {zone.Marks.High}");
        if (shape >= ZoneinfoShape.PerNodeWithPromo) Line(text, $"        promo    {zone.Marks.Promo}");
        if (shape == ZoneinfoShape.PerZone) Line(text, $"        scanned  {zone.Scanned}");
        if (shape == ZoneinfoShape.PerNode) Line(text, $"   node_scanned  {zone.Scanned}");
        Line(text, $"        spanned  {zone.Spanned}");
        Line(text, $"        present  {zone.Present}");
        Line(text, $"        managed  {zone.Managed}");
        if (shape >= ZoneinfoShape.PerNodeWithBoost) Line(text, $"        cma      {zone.Cma}");
    }

    private static void PrintProtection(StringBuilder text, ZoneinfoZone zone) =>
        Line(text, $"        protection: ({string.Join(", ", zone.Protection)})");

    private static void PrintPagesets(StringBuilder text, ZoneinfoZone zone)
    {
        Line(text, $"  pagesets");
        for (var cpu = 0; cpu < zone.Pagesets.Length; cpu++)
        {
            var pageset = zone.Pagesets[cpu];
            Line(text, $"    cpu: {cpu}");
            Line(text, $"              count: {pageset.Count}");
            Line(text, $"              high:  {pageset.High}");
            Line(text, $"              batch: {pageset.Batch}");
            Line(text, $"  vm stats threshold: {pageset.StatThreshold}");
        }
    }

    private static void PrintTail(StringBuilder text, ZoneinfoShape shape, ZoneinfoZone zone)
    {
        if (shape == ZoneinfoShape.PerZone)
        {
            Line(text, $"  all_unreclaimable: {zone.Unreclaimable}");
            Line(text, $"  start_pfn:         {zone.Start.Value}");
            Line(text, $"  inactive_ratio:    {zone.InactiveRatio}");
            return;
        }

        Line(text, $"  node_unreclaimable:  {zone.Unreclaimable}");
        Line(text, $"  start_pfn:           {zone.Start.Value}");
        if (shape == ZoneinfoShape.PerNode) Line(text, $"  node_inactive_ratio: {zone.InactiveRatio}");
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
