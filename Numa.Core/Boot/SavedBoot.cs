using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.MemoryModels;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>Lays out a machine that was saved while it ran, in place of a boot.</summary>
public static class SavedBoot
{
    /// <summary>On a PC no memory lies between the BIOS's data and 1 MiB.</summary>
    private static readonly PageFrameNumber FirstMiB = new(0x100);

    /// <returns>The machine with the free pages that it had, and with settings that give its marks.</returns>
    public static MemoryLayout Run(SavedMachine machine)
    {
        var notes = new List<string>(machine.Notes);
        var zones = machine.Zones.Select(zone => Lay(zone, notes)).ToImmutableArray();
        var settings = SettingsInference.Infer(machine, notes);
        ImmutableArray<MemblockRegion> memory = [.. machine.Zones.SelectMany(MemoryOf)];
        return new(machine.Name, machine.Release, machine.Nodes, machine.Cpus, machine.Distances, zones, settings,
            [.. notes])
        {
            Memory = memory,
            Model = MemoryModel.Of(
                MemoryModelKind.Sparse, NodeMemory.From(memory), machine.Release.HasSubsections),
            IsSaved = true,
        };
    }

    private static ZoneLayout Lay(SavedZone zone, List<string> notes)
    {
        var memory = Ranges(zone);
        var absent = zone.Spanned - zone.Present;
        if (absent > PageCount.Zero && HoleEnd(zone, absent) != FirstMiB)
            notes.Add($"Zone {zone.Id}: where its {absent} absent pages lie is not recorded; taken as its last.");
        var free = zone.FreeBlocks.IsEmpty ? Highest(zone, memory, notes) : Counted(zone, memory, notes);
        return new(zone.Id, zone.Start, zone.Spanned, zone.Present, zone.Managed, free, [])
        {
            SavedManaged = zone.Managed,
        };
    }

    private static ImmutableArray<PageRange> Counted(
        SavedZone zone, ImmutableArray<PageRange> memory, List<string> notes)
    {
        var free = FreeBlockPlacement.Place(memory, zone.FreeBlocks, out var left);
        if (left > PageCount.Zero)
            notes.Add($"Zone {zone.Id}: {left} free pages do not fit beside each other; they count as used.");
        return free;
    }

    /// <summary>As many pages as are free, from the top of the zone.</summary>
    private static ImmutableArray<PageRange> Highest(
        SavedZone zone, ImmutableArray<PageRange> memory, List<string> notes)
    {
        notes.Add($"Zone {zone.Id}: how its free pages are split is not recorded; taken as its last ones.");
        var free = new Stack<PageRange>();
        var wanted = zone.Free.Value;
        foreach (var range in memory.Reverse())
        {
            var pages = Math.Min(wanted, range.Pages.Value);
            if (pages > 0) free.Push(range with { Start = new(range.End.Value - pages) });
            wanted -= pages;
        }

        return [.. free];
    }

    private static IEnumerable<MemblockRegion> MemoryOf(SavedZone zone) => Ranges(zone)
        .Select(range => new MemblockRegion(range.Start.Address, range.End.Address, zone.Id.Node, MemblockFlags.None));

    /// <summary>The zone's memory: its span without the absent pages, which are taken as one hole.</summary>
    private static ImmutableArray<PageRange> Ranges(SavedZone zone)
    {
        var end = HoleEnd(zone, zone.Spanned - zone.Present);
        var start = new PageFrameNumber(end.Value - (zone.Spanned - zone.Present).Value);
        ImmutableArray<PageRange> ranges = [new(zone.Start, start), new(end, zone.Start + zone.Spanned)];
        return [.. ranges.Where(range => range.Start < range.End)];
    }

    private static PageFrameNumber HoleEnd(SavedZone zone, PageCount absent) =>
        zone.Start + absent <= FirstMiB ? FirstMiB : zone.Start + zone.Spanned;
}
