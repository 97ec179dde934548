using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Zones;

namespace Numa.Core.Boot;

/// <summary>What a running machine became.</summary>
/// <param name="Image">The machine afterwards.</param>
/// <param name="RebuildsZonelists">All zonelists were built anew.</param>
/// <param name="RecomputesMarks">The marks were computed anew: boosts end, and fair batches are full again.</param>
public record MachineChange(MachineImage Image, bool RebuildsZonelists, bool RecomputesMarks);

/// <summary>What a write to a running machine did.</summary>
/// <param name="ReadsBack">What the setting's file shows afterwards.</param>
public sealed record SettingChange(
    SysctlWrite Write, string ReadsBack, MachineImage Image, bool RebuildsZonelists, bool RecomputesMarks)
    : MachineChange(Image, RebuildsZonelists, RecomputesMarks);

/// <summary>A booted machine whose settings are written, and whose memory comes and goes, one after the
/// other.</summary>
/// <param name="image">The machine at the end of boot; with a zone for all memory that may come.</param>
/// <param name="tuning">Its tuning, which moves on.</param>
/// <param name="memory">Its memory, which moves on.</param>
public sealed class RunningMachine(MachineImage image, MemoryTuning tuning, MemoryHotplug memory)
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
        if (rebuilds) memory.RebuildZonelists();
        var change = Changed(rebuilds, computations);
        return new(write, tuning.ReadBack(write.Name), change.Image, rebuilds, change.RecomputesMarks);
    }

    /// <summary>Node whose memory a range is, online or not; null when no node has all of it.</summary>
    public NodeId? NodeOf(PageRange range) => memory.NodeOf(range);

    /// <summary>Zone that all of a range is online in; null when there is none.</summary>
    public ZoneId? HolderOf(PageRange range) => memory.HolderOf(range);

    /// <summary>Memory is plugged in.</summary>
    /// <param name="refusal">Why the kernel refuses; null when it does not. Then nothing has changed.</param>
    public MachineChange? Add(NodeId node, PageRange range, out string? refusal) =>
        Change(() => memory.Add(node, range), out refusal);

    /// <summary>A range goes online.</summary>
    public MachineChange? Online(NodeId node, PageRange range, OnlineType type, out string? refusal) =>
        Change(() => memory.Online(node, range, type), out refusal);

    /// <summary>A range goes offline: all of it is free, and has left the free lists.</summary>
    public MachineChange? Offline(PageRange range, out string? refusal) =>
        Change(() => memory.Offline(range), out refusal);

    /// <summary>Memory that is offline is unplugged.</summary>
    public MachineChange? Remove(PageRange range, out string? refusal) =>
        Change(() => memory.Remove(range), out refusal);

    private MachineChange? Change(Func<string?> act, out string? refusal)
    {
        var (lists, computations) = (memory.Zonelists, tuning.MarkComputations);
        refusal = act();
        return refusal is null ? Changed(!ReferenceEquals(lists, memory.Zonelists), computations) : null;
    }

    private MachineChange Changed(bool rebuilds, int computations)
    {
        Image = Image with
        {
            Nodes = memory.Nodes,
            Zonelists = rebuilds ? memory.Zonelists : Image.Zonelists,
            Zones = [.. Image.Zones.Select(Now)],
            Settings = tuning.Settings,
            MinFreeKbytes = tuning.MinFreeKbytes,
        };
        return new(Image, rebuilds, tuning.MarkComputations != computations);
    }

    private ZoneImage Now(ZoneImage zone)
    {
        var now = memory.ZoneOf(zone.Id);
        return zone with
        {
            Start = now.Span.Start,
            Spanned = now.Span.Pages,
            Present = now.Present,
            Managed = now.Managed,
            Tuning = tuning[zone.Id],
        };
    }

    // The kernel compares what is asked for, not the order in force: from default to node is a change.
    private Zonelists.ZonelistOrderChoice OrderAskedFor() =>
        Zonelists.ZonelistOrderSetting.Parse(tuning.Release, tuning.Settings.ZonelistOrder, out _);
}
