using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>What a write to a running machine did.</summary>
/// <param name="ReadsBack">What the setting's file shows afterwards.</param>
/// <param name="Image">The machine after the write.</param>
/// <param name="RebuildsZonelists">The order asked for changed, and all zonelists were built anew.</param>
/// <param name="RecomputesMarks">The marks were computed anew: boosts end, and fair batches are full again.</param>
public sealed record SettingChange(
    SysctlWrite Write, string ReadsBack, MachineImage Image, bool RebuildsZonelists, bool RecomputesMarks);

/// <summary>A booted machine whose settings are written one after the other.</summary>
/// <param name="image">The machine at the end of boot.</param>
/// <param name="tuning">Its tuning, which moves on with the writes.</param>
public sealed class RunningMachine(MachineImage image, MemoryLayout layout, MemoryTuning tuning)
{
    /// <summary>The machine as it is now.</summary>
    public MachineImage Image { get; private set; } = image;

    /// <summary>Writes one setting.</summary>
    /// <param name="refusal">Why the kernel refuses the write; null when it takes it.</param>
    /// <returns>Null for a refused write, which changes nothing.</returns>
    public SettingChange? Write(SysctlWrite write, out string? refusal)
    {
        var (order, computations) = (OrderAskedFor(), tuning.MarkComputations);
        refusal = tuning.Apply(write).Refusal;
        if (refusal is not null) return null;
        var rebuilds = OrderAskedFor() != order;
        var tunings = tuning.Tunings;
        Image = Image with
        {
            Zonelists = rebuilds ? Rebuild() : Image.Zonelists,
            Zones = [.. Image.Zones.Select((zone, slot) => zone with { Tuning = tunings[slot] })],
            Settings = tuning.Settings,
            MinFreeKbytes = tuning.MinFreeKbytes,
        };
        return new(write, tuning.ReadBack(write.Name), Image, rebuilds, tuning.MarkComputations != computations);
    }

    // The kernel compares what is asked for, not the order in force: from default to node is a change.
    private ZonelistOrderChoice OrderAskedFor() =>
        ZonelistOrderSetting.Parse(tuning.Release, tuning.Settings.ZonelistOrder, out _);

    private ZonelistSet Rebuild() =>
        ZonelistBuilder.Build(BootSequence.Inputs(layout, tuning.Settings.ZonelistOrder, cpusKnown: true));
}
