using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Holds a running kernel's tables against the tuning and the zonelists of a booted machine.</summary>
internal sealed class StateComparison(KernelRelease release, MemoryTuning tuning)
{
    public void Marks(Tally tally, string file, IEnumerable<ZoneinfoZone> zones)
    {
        foreach (var zone in zones)
        {
            var ours = tuning[zone.Id].Marks;
            Mark(tally, file, zone.Id, "min", zone.Marks.Min.Value - zone.Boost, ours.Min);
            Mark(tally, file, zone.Id, "low", zone.Marks.Low.Value - zone.Boost, ours.Low);
            Mark(tally, file, zone.Id, "high", zone.Marks.High.Value - zone.Boost, ours.High);
            if (release.Zoneinfo == ZoneinfoShape.PerNodeWithPromo)
                Mark(tally, file, zone.Id, "promo", zone.Marks.Promo.Value - zone.Boost, ours.Promo);
        }
    }

    public void Marks(Tally tally, string file, AllocatorDump dump)
    {
        foreach (var zone in dump.Zones)
        {
            var ours = tuning[zone.Zone].Marks;
            var kernel = zone.Numbers("wmark");
            ReadOnlySpan<(string Name, PageCount Value)> marks =
                [("min", ours.Min), ("low", ours.Low), ("high", ours.High), ("promo", ours.Promo)];
            for (var i = 0; i < Math.Min(kernel.Length, marks.Length); i++)
                Mark(tally, file, zone.Zone, marks[i].Name, kernel[i], marks[i].Value);
            if (zone.Number("drift_mark") is { } drift)
            {
                tally.Same($"{file} {zone.Zone} drift_mark", drift, tuning[zone.Zone].DriftMark.Value,
                    () => "the high mark + CPUs x threshold, where the threshold could hide low - min; else 0");
            }
        }
    }

    public void Reserves(Tally tally, string file, IEnumerable<ZoneinfoZone> zones)
    {
        foreach (var zone in zones) Reserve(tally, file, zone.Id, zone.Protection);
    }

    public void Reserves(Tally tally, string file, AllocatorDump dump)
    {
        foreach (var zone in dump.Zones)
        {
            Reserve(tally, file, zone.Zone, zone.Numbers("reserve"));
            if (zone.Number("dirty_balance_reserve") is not { } total) continue;
            tally.Same($"{file} {zone.Zone} dirty_balance_reserve", total, tuning[zone.Zone].TotalReserve.Value,
                () => "the largest reserve + the high mark, at most the zone's managed pages");
        }
    }

    public void Pagesets(Tally tally, string file, IEnumerable<ZoneinfoZone> zones)
    {
        foreach (var zone in zones)
        {
            var ours = tuning[zone.Id];
            for (var cpu = 0; cpu < zone.Pagesets.Length; cpu++)
            {
                var at = $"{file} {zone.Id} cpu {cpu}";
                var kernel = zone.Pagesets[cpu];
                Size(tally, zone.Id, $"{at} batch", kernel.Batch, ours.Pageset.Batch);
                // The high mark of an auto-tuned pageset moves as it is used; its bounds are in the dump.
                if (release.PagesetSizing != PagesetSizingRule.AutoTuned)
                    Size(tally, zone.Id, $"{at} high", kernel.High, ours.Pageset.HighMin);
                tally.Same($"{at} stat threshold", kernel.StatThreshold, ours.StatThreshold,
                    () => "2 x bits(CPUs) x (1 + bits(managed in 128 MiB)), at most 125");
            }
        }
    }

    public void Pagesets(Tally tally, string file, AllocatorDump dump)
    {
        foreach (var pageset in dump.Pagesets)
        {
            var size = tuning[pageset.Zone].Pageset;
            var at = $"{file} {pageset.Zone} cpu {pageset.Number("cpu")}";
            if (pageset.Number("high_min") is { } least)
                Size(tally, pageset.Zone, $"{at} high_min", least, size.HighMin);
            if (pageset.Number("high_max") is { } most)
                Size(tally, pageset.Zone, $"{at} high_max", most, size.HighMax);
        }
    }

    /// <summary>Right after the marks were computed, which fills the batches of the fair zone policy.</summary>
    public void FairBatches(Tally tally, string file, IEnumerable<ZoneinfoZone> zones)
    {
        if (!release.FairZonePolicy) return;
        foreach (var zone in zones)
        {
            var ours = tuning[zone.Id];
            foreach (var batch in zone.Counters.Where(counter => counter.Name == "nr_alloc_batch"))
            {
                // What a CPU has not folded yet, at most the threshold, is missing from the counter.
                var isHidden = Math.Abs(batch.Value - ours.FairBatch.Value) <= ours.StatThreshold;
                tally.Same($"{file} {zone.Id} nr_alloc_batch", isHidden ? ours.FairBatch.Value : batch.Value,
                    ours.FairBatch.Value, () => $"high - low = {ours.Marks.High} - {ours.Marks.Low}, up to the "
                        + $"threshold {ours.StatThreshold} that is not folded");
            }
        }
    }

    public void Zonelists(Tally tally, string file, AllocatorDump dump, ZonelistSet set)
    {
        var ours = ZonelistText.Lists(set, release.Architecture).ToDictionary(Head);
        foreach (var line in dump.Zonelists)
        {
            tally.Same($"{file} {Head(line)}", line, ours.GetValueOrDefault(Head(line), "no such list"),
                () => $"{set.Order} order; see 'numa explain zonelist'");
        }
    }

    private static string Head(string line) => line.Split(':')[0];

    private void Mark(Tally tally, string file, ZoneId zone, string name, long kernel, PageCount ours) =>
        tally.Same($"{file} {zone} {name}", kernel, ours.Value,
            () => string.Join("; ", TuningDerivation.Marks(tuning, zone)));

    private void Reserve(Tally tally, string file, ZoneId zone, ImmutableArray<long> kernel)
    {
        var (ours, kinds) = (tuning[zone].LowmemReserve, release.Architecture.ZoneKinds);
        for (var i = 0; i < kernel.Length; i++)
        {
            tally.Same($"{file} {zone} protection against {kinds[i]}", kernel[i], ours[(int)kinds[i]].Value,
                () => string.Join("; ", TuningDerivation.Reserves(tuning, zone)));
        }
    }

    private void Size(Tally tally, ZoneId zone, string where, long kernel, int ours) =>
        tally.Same(where, kernel, ours, () => TuningDerivation.Pageset(tuning, zone));
}
