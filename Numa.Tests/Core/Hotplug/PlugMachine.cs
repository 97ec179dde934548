using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Hotplug;

/// <summary>A small machine of given zones, booted, with its zonelists built again as a running system would.</summary>
internal sealed class PlugMachine
{
    /// <summary>Pages of a memory block of 128 MiB.</summary>
    public const long Block = 32768;

    public PlugMachine(
        string release, NodeDistances distances, NodeId[] nodeOfCpu, OnlinePolicy policy,
        params (string Zone, long Start, long Pages, long Managed)[] zones)
    {
        Layout = new(
            "test", KernelRelease.Find(release, out _)!,
            [.. zones.Select(zone => Id(zone.Zone).Node).Concat(nodeOfCpu).Distinct().Order()],
            new([.. nodeOfCpu]), distances,
            [
                .. zones.Select(zone => new ZoneLayout(
                    Id(zone.Zone), new(zone.Start), new(zone.Pages), new(zone.Pages), new(zone.Pages),
                    [new(new(zone.Start), new(zone.Start + zone.Managed))], [])).OrderBy(zone => zone.Id),
            ],
            new(), [])
        {
            Memory =
            [
                .. zones.Select(zone => new MemblockRegion(
                    new PageFrameNumber(zone.Start).Address, new PageFrameNumber(zone.Start + zone.Pages).Address,
                    Id(zone.Zone).Node, MemblockFlags.None)),
            ],
            OnlinePolicy = policy,
        };
        Tuning = MemoryTuning.AtBoot(Layout.Release,
            Layout.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.ManagedAtEnd)), Layout.Cpus, new());
        Hotplug = new(
            Layout, Tuning, ZonelistBuilder.Build(BootSequence.Inputs(Layout, "default", cpusKnown: true)));
    }

    public MemoryLayout Layout { get; }

    public MemoryTuning Tuning { get; }

    public MemoryHotplug Hotplug { get; }

    public static ZoneId Id(string zone) =>
        new(new(int.Parse(zone.Split(':')[0])), Enum.Parse<ZoneKind>(zone.Split(':')[1]));

    /// <summary>Blocks from a frame on.</summary>
    public static PageRange Range(long start, int blocks = 1) => new(new(start), new(start + blocks * Block));

    public static string Walk(Zonelist list) => string.Join(' ', list.Zones);

    /// <summary>Each block of a range goes online, lowest first.</summary>
    public void Online(int node, PageRange range, OnlineType type)
    {
        for (var start = range.Start.Value; start < range.End.Value; start += Block)
            Assert.Null(Hotplug.Online(new(node), Range(start), type));
    }
}
