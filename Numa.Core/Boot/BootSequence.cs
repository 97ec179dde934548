using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>A machine at the end of boot, and what it was tuned by.</summary>
/// <param name="Refusals">Why sysctl writes were refused; empty when all were taken.</param>
public sealed record BootResult(MachineImage Image, MemoryTuning Tuning, ImmutableArray<string> Refusals);

/// <summary>The rest of boot: from the memory layout to a machine that allocates.</summary>
public static class BootSequence
{
    /// <param name="counterfactualZoneOrder">Build zone order even where the release no longer knows it.</param>
    /// <param name="writes">Sysctl writes after boot, in order.</param>
    public static BootResult Run(
        MemoryLayout layout, bool counterfactualZoneOrder, IEnumerable<SysctlWrite> writes)
    {
        var refusals = ImmutableArray.CreateBuilder<string>();
        var tuning = MemoryTuning.AtBoot(layout.Release,
            layout.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.ManagedAtTuning)),
            layout.Cpus, layout.Settings);
        // What is freed from here on raises managed pages, but no mark moves before the next write.
        foreach (var zone in layout.Zones) tuning.SetManaged(zone.Id, zone.ManagedAtEnd);
        refusals.AddRange(tuning.Write(layout.Settings with { ZonelistOrder = tuning.Settings.ZonelistOrder }));
        foreach (var write in writes)
        {
            var verdict = tuning.Apply(write);
            if (!verdict.Accepted) refusals.Add(verdict.Refusal!);
        }

        var zonelists = ZonelistBuilder.Build(InputsInForce(layout, tuning) with
        {
            ForceZoneOrder = counterfactualZoneOrder,
        });
        var zones = layout.Zones.Select((zone, slot) => new ZoneImage(zone.Id, zone.Start, zone.Spanned, zone.Present,
            zone.Released, [.. zone.FreedEarly, .. zone.FreedLate], tuning.Tunings[slot])
        {
            Managed = zone.ManagedAtEnd,
            Bitmap = zone.Bitmap,
            Grain = zone.Grain,
        });
        var image = new MachineImage(layout.Name, layout.Release, layout.Nodes, layout.Cpus, layout.Distances,
            [.. zones], zonelists, tuning.Settings, tuning.MinFreeKbytes, layout.Notes);
        return new(image, tuning, refusals.ToImmutable());
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
        layout.Release, layout.Nodes,
        layout.Zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present), layout.Distances,
        cpusKnown ? [.. layout.Cpus.NodeOfCpu] : [], order);
}
