using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.WhatIf;

/// <summary>Marks that lie beyond all the memory of their zone.</summary>
/// <remarks>A write of vm.min_free_kbytes takes any number from 0 on, in every release, and no mark is held to the
/// zone's size. Source: <c>min_free_kbytes_sysctl_handler</c> and <c>__setup_per_zone_wmarks</c>, Linux
/// mm/page_alloc.c.</remarks>
internal static class UnreachableMarks
{
    /// <summary>Zones that a note names before it only counts them.</summary>
    private const int MostNamed = 3;

    /// <summary>What follows from those that only the changed machine has, for people.</summary>
    internal static IEnumerable<string> Notes(MachineImage before, MachineImage after)
    {
        var memory = WhatIfAnswer.Memory(after) * 4;
        if (after.MinFreeKbytes > before.MinFreeKbytes && after.MinFreeKbytes >= memory)
        {
            yield return Number($"vm.min_free_kbytes is {after.MinFreeKbytes} KiB, more than the {memory} KiB that ")
                + "the machine manages: no release limits it";
        }

        var min = Beyond(before, after, marks => marks.Min);
        if (min.Count > 0)
        {
            yield return $"the min mark is beyond all memory of {Named(min, marks => marks.Min)}: requests that may "
                + "reclaim get nothing there, and reclaim cannot change that, so that they end in the OOM killer; "
                + "atomic ones get what their flags take off the mark";
        }

        var high = Beyond(before, after, marks => marks.High).Except(min).ToList();
        if (high.Count > 0)
        {
            yield return $"the high mark is beyond all memory of {Named(high, marks => marks.High)}: kswapd frees what "
                + "it can and never has enough";
        }
    }

    private static List<ZoneImage> Beyond(MachineImage before, MachineImage after, Func<Watermarks, PageCount> mark)
    {
        var known = before.Zones.Where(IsBeyond).Select(zone => zone.Id).ToHashSet();
        return [.. after.Zones.Where(zone => IsBeyond(zone) && !known.Contains(zone.Id))];

        bool IsBeyond(ZoneImage zone) =>
            zone.Managed.Value > 0 && mark(zone.Tuning.Marks).Value >= zone.Managed.Value;
    }

    private static string Named(List<ZoneImage> zones, Func<Watermarks, PageCount> mark) =>
        string.Join(", ", zones.Take(MostNamed).Select(zone =>
            Number($"{zone.Id} ({mark(zone.Tuning.Marks).Value} of {zone.Managed.Value} pages)")))
        + (zones.Count > MostNamed ? Number($" and {zones.Count - MostNamed} more") : "");

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
