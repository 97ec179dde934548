using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>A booted machine with the lists, counters and sizes that a dump of the running kernel holds.</summary>
/// <remarks>Boot gives what a dump lacks: CPUs, distances, zonelists, and the extent of zones.</remarks>
internal static class DumpedMachine
{
    /// <summary>Zone flag of the fair policy: the batch has run out.</summary>
    private const long FairDepleted = 0x20;

    /// <summary>Zone flag of 6.7 and later.</summary>
    private const long BelowHigh = 4;

    /// <summary>Pageset flags of 6.7 and later.</summary>
    private const long PreviousFreeWasHighOrder = 1;
    private const long CacheHoldsBatches = 2;

    public static MachineImage From(MachineImage boot, AllocatorDump dump) => boot with
    {
        Zones = [.. boot.Zones.Select(zone => From(boot, zone, dump))],
    };

    private static ZoneImage From(MachineImage boot, ZoneImage image, AllocatorDump dump)
    {
        if (dump.Zones.FirstOrDefault(line => line.Zone == image.Id) is not { } line) return image;
        var cpus = Enumerable.Range(0, boot.Cpus.CpuCount).Select(cpu => PagesetLine(dump, image.Id, cpu)).ToList();
        var lists = dump.FreeLists.Where(list => list.Zone == image.Id)
            .Select(list => new FreeListState(list.Order, TypeNamed(boot.Release, list.Migratetype), list.Frames));
        return image with
        {
            Tuning = Tuning(boot, image.Tuning, line, cpus),
            Managed = new(line.Number("managed") ?? image.Managed.Value),
            Tagged = [.. Tags(boot.Release, image, dump)],
            State = new([.. lists], line.Number("vmfree") ?? 0, line.Number("alloc_batch") ?? 0,
                ((line.Number("flags") ?? 0) & FairDepleted) != 0 && boot.Release.FairZonePolicy,
                line.Number("highatomic") ?? 0, line.Number("boost") ?? 0,
                [.. cpus.Select((words, cpu) => Pageset(boot.Release, dump, image.Id, cpu, words))])
            {
                BelowHigh = ((line.Number("flags") ?? 0) & BelowHigh) != 0
                    && boot.Release.PagesetSizing == PagesetSizingRule.AutoTuned,
            },
        };
    }

    private static DumpLine? PagesetLine(AllocatorDump dump, ZoneId zone, int cpu) =>
        dump.Pagesets.FirstOrDefault(line => line.Zone == zone && line.Number("cpu") == cpu);

    private static ZoneTuning Tuning(
        MachineImage boot, ZoneTuning tuning, DumpLine zone, IReadOnlyList<DumpLine?> pagesets)
    {
        var marks = zone.Numbers("wmark");
        var reserve = zone.Numbers("reserve");
        if (marks.Length < 3) return tuning;
        var promo = marks.Length > 3 ? marks[3] : tuning.Marks.Promo.Value;
        tuning = tuning with
        {
            Marks = new(new(marks[0]), new(marks[1]), new(marks[2]), new(promo)),
            LowmemReserve = [.. tuning.LowmemReserve.Select((known, index) =>
                index < reserve.Length ? new PageCount(reserve[index]) : known)],
            FairBatch = new(marks[2] - marks[1]),
        };
        if (pagesets.FirstOrDefault(line => line is not null) is not { } pageset) return tuning;
        var batch = (int)(pageset.Number("batch") ?? tuning.Pageset.Batch);
        var tuned = boot.Release.PagesetSizing == PagesetSizingRule.AutoTuned;
        return tuning with
        {
            Pageset = new(batch, (int)(pageset.Number(tuned ? "high_min" : "high") ?? tuning.Pageset.HighMin),
                (int)(pageset.Number(tuned ? "high_max" : "high") ?? tuning.Pageset.HighMax)),
            StatThreshold = (int)(pageset.Number("stat_threshold") ?? tuning.StatThreshold),
        };
    }

    private static PagesetState Pageset(
        KernelRelease release, AllocatorDump dump, ZoneId zone, int cpu, DumpLine? line)
    {
        if (line is null) return PagesetState.Empty;
        var lists = dump.PagesetLists.Where(list => list.Zone == zone && list.Cpu == cpu)
            .ToImmutableDictionary(list => KeyOf(release, list.Index), list => list.Frames);
        var flags = line.Number("flags") ?? 0;
        return new(lists, (int)(line.Number("high") ?? 0), (int)(line.Number("free_factor") ?? 0),
            (int)(line.Number("free_count") ?? 0), (int)(line.Number("alloc_factor") ?? 0),
            (flags & PreviousFreeWasHighOrder) != 0, (flags & CacheHoldsBatches) != 0,
            (int)(line.Number("expire") ?? 0));
    }

    /// <summary>Reads a list's number and what stands in brackets behind it: <c>1(Movable)</c> is of order 0,
    /// <c>13(9,THP)</c> holds movable blocks of order 9.</summary>
    internal static (int Order, Migratetype Type) KeyOf(KernelRelease release, string index)
    {
        var words = index[(index.IndexOf('(') + 1)..].TrimEnd(')').Split(',');
        if (words.Length == 1) return (0, TypeNamed(release, words[0]));
        var order = int.Parse(words[0], CultureInfo.InvariantCulture);
        if (order != Order.Pageblock) return (order, TypeNamed(release, words[1]));
        return (order, words[1] == "THP" ? Migratetype.Movable : Migratetype.Unmovable);
    }

    /// <returns>False when the number names no list of the release.</returns>
    public static bool TryKey(KernelRelease release, string index, out (int Order, Migratetype Type) key)
    {
        key = default;
        var words = index[(index.IndexOf('(') + 1)..].TrimEnd(')').Split(',');
        var isOrder = int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var order);
        if (words.Length > 2 || (words.Length == 2 && (!isOrder || order > Order.MaxValue))) return false;
        var isHuge = words.Length == 2 && order == Order.Pageblock;
        if (!isHuge && MigratetypeNumbers.Of(release).All(known => known.Name != words[^1])) return false;
        key = KeyOf(release, index);
        return true;
    }

    private static Migratetype TypeNamed(KernelRelease release, string name) =>
        MigratetypeNumbers.Of(release).First(known => known.Name == name).Type;

    private static IEnumerable<TaggedPageblocks> Tags(KernelRelease release, ZoneImage zone, AllocatorDump dump)
    {
        const int skipped = 8;
        foreach (var (frame, number) in dump.PageblockTypes)
        {
            var end = frame + (1L << Order.Pageblock);
            if (number < 0 || end <= zone.Start.Value || frame >= zone.End.Value) continue;
            if (MigratetypeNumbers.Numbered(release, number % skipped) is not { } type) continue;
            if (type != Migratetype.Movable) yield return new(new(new(frame), new(end)), type);
        }
    }
}
