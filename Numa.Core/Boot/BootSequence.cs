using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>A machine at the end of boot, and what it was tuned by.</summary>
/// <param name="Hotplug">Moves the machine on when memory comes or goes.</param>
/// <param name="Refusals">Why sysctl writes were refused; empty when all were taken.</param>
public sealed record BootResult(
    MachineImage Image, MemoryTuning Tuning, MemoryHotplug Hotplug, ImmutableArray<string> Refusals);

/// <summary>The rest of boot: from the memory layout to a machine that allocates.</summary>
public static class BootSequence
{
    /// <param name="counterfactualZoneOrder">Build zone order even where the release no longer knows it.</param>
    /// <param name="writes">Sysctl writes after boot, in order.</param>
    /// <param name="plug">Adds memory that the firmware announces when all CPUs run: it is in no memory map.</param>
    public static BootResult Run(
        MemoryLayout layout, bool counterfactualZoneOrder, IEnumerable<SysctlWrite> writes,
        Action<MemoryHotplug>? plug = null)
    {
        var refusals = ImmutableArray.CreateBuilder<string>();
        var tuning = MemoryTuning.AtBoot(layout.Release,
            layout.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.ManagedAtTuning)),
            layout.Cpus, layout.Settings,
            layout.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.ManagedAtHugePages)));
        var hotplug = new MemoryHotplug(layout, tuning, ZonelistBuilder.Build(
            InputsInForce(layout, tuning) with { ForceZoneOrder = counterfactualZoneOrder }));
        foreach (var zone in layout.Zones) hotplug.FreeLate(zone.Id, zone.ManagedAtHugePages - zone.ManagedAtTuning);
        var order = tuning.Settings.ZonelistOrder;
        plug?.Invoke(hotplug);
        // What is freed from here on raises managed pages, but no mark moves before the next write.
        foreach (var zone in layout.Zones) hotplug.FreeLate(zone.Id, zone.ManagedAtEnd - zone.ManagedAtHugePages);
        refusals.AddRange(tuning.Write(layout.Settings with { ZonelistOrder = tuning.Settings.ZonelistOrder }));
        foreach (var write in writes)
        {
            var verdict = tuning.Apply(write);
            if (!verdict.Accepted) refusals.Add(verdict.Refusal!);
        }

        if (tuning.Settings.ZonelistOrder != order) hotplug.RebuildZonelists(counterfactualZoneOrder);
        var zones = hotplug.Zones.Where(zone => zone.IsPopulated)
            .Select((zone, slot) => ImageOf(zone, layout, hotplug, tuning.Tunings[slot]));
        var image = new MachineImage(layout.Name, layout.Release, layout.Nodes, layout.Cpus, layout.Distances,
            [.. zones], hotplug.Zonelists, tuning.Settings, tuning.MinFreeKbytes, layout.Notes);
        return new(image, tuning, hotplug, refusals.ToImmutable());
    }

    private static ZoneImage ImageOf(
        RunningZone zone, MemoryLayout layout, MemoryHotplug hotplug, ZoneTuning tuning)
    {
        var boot = layout.Zones.FirstOrDefault(boot => boot.Id == zone.Id);
        var plugged = hotplug.BlocksOnlined(zone.Id).Order()
            .Select(block => new PageRange(block, block + new Order(Order.MaxValue).Pages));
        return new(zone.Id, zone.Span.Start, zone.Span.Pages, zone.Present, [.. boot?.Released ?? [], .. plugged],
            boot is null ? [] : [.. boot.FreedEarly, .. boot.FreedBeforeHugePages, .. boot.FreedLate], tuning)
        {
            Managed = zone.Managed,
            Bitmap = boot?.Bitmap ?? [],
            Grain = boot?.Grain ?? ReleaseGrain.LargestBlocks,
            Tagged = boot is null || layout.IsSaved ? [] : PageblockTypes.Of(layout, boot, tuning.Marks.Min),
        };
    }

    /// <summary>What the zonelists in force were built from.</summary>
    /// <remarks>At boot no node has CPUs yet; a write of numa_zonelist_order rebuilds the lists when they are
    /// known.</remarks>
    public static ZonelistInputs InputsInForce(MemoryLayout layout, MemoryTuning tuning) => Inputs(
        layout, tuning.Settings.ZonelistOrder,
        cpusKnown: tuning.Settings.ZonelistOrder != layout.Settings.ZonelistOrder);

    /// <summary>What the zonelists of a machine are built from.</summary>
    /// <param name="cpusKnown">False while boot builds them; true for every later rebuild.</param>
    public static ZonelistInputs Inputs(MemoryLayout layout, string order, bool cpusKnown) => new(
        layout.Release, layout.Release.BuildsListsOfPossibleNodes ? layout.PossibleNodes : layout.Nodes,
        layout.Zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present), layout.Distances,
        cpusKnown ? [.. layout.Nodes.Where(node => layout.Cpus.ListedCpuCount(node) > 0)] : [], order);
}
