using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>What every CPU knows of the machine: zones by slot, and each node's zonelists as slots.</summary>
/// <remarks>Shared by all CPUs and zones; immutable once the plan is made. A chain: each event of the run makes
/// another machine of the one before.</remarks>
public sealed class MachineFacts
{
    private readonly int[][] _walks;
    private readonly int[] _lruOf;
    private readonly bool[] _hasDMA32;
    private readonly bool[] _hasLowMemory;
    private readonly bool _reclaimsAtBoot;

    public MachineFacts(MachineImage image)
    {
        Image = image;
        Release = image.Release;
        IsNuma = image.Nodes.Length > 1;
        NodeCount = image.Nodes.Concat(image.Zones.Select(zone => zone.Id.Node))
            .Select(node => node.Value + 1).DefaultIfEmpty(0).Max();
        _walks = Walks();
        (_hasDMA32, _hasLowMemory) = LowZones();
        PolicyZone = image.Zonelists.PolicyZone;
        _reclaimsAtBoot = ZoneReclaimMode.OnAtBoot(Release, image.Nodes, image.Distances);
        _lruOf = LrusOfZones();
        HomeCpus = [.. Enumerable.Range(0, NodeCount).Select(node => HomeCpu(new(node)))];
    }

    private MachineFacts(MachineFacts before, MachineEvent happening)
    {
        Invariant.Holds(happening.At >= before.From);
        (_hasDMA32, HomeCpus, _lruOf) = (before._hasDMA32, before.HomeCpus, before._lruOf);
        _reclaimsAtBoot = before._reclaimsAtBoot;
        (Release, IsNuma, NodeCount) = (before.Release, before.IsNuma, before.NodeCount);
        Image = happening.Change.Image;
        From = happening.At;
        RecomputesMarks = happening.Change.RecomputesMarks;
        RebuildsZonelists = happening.Change.RebuildsZonelists;
        _walks = RebuildsZonelists ? Walks() : before._walks;
        (PolicyZone, _hasLowMemory) = (before.PolicyZone, before._hasLowMemory);
    }

    private MachineFacts(MachineFacts before, MachineChange change, VirtualInstant from)
    {
        (Release, NodeCount) = (before.Release, before.NodeCount);
        (Image, From) = (change.Image, from);
        (RecomputesMarks, RebuildsZonelists) = (change.RecomputesMarks, change.RebuildsZonelists);
        IsNuma = Image.Nodes.Length > 1;
        _walks = RebuildsZonelists ? Walks() : before._walks;
        (_hasDMA32, _hasLowMemory) = LowZones();
        var highest = Image.Zonelists.PolicyZone;
        PolicyZone = highest > before.PolicyZone ? highest : before.PolicyZone;
        HomeCpus = [.. Enumerable.Range(0, NodeCount).Select(node => HomeCpu(new(node)))];
        (_lruOf, _reclaimsAtBoot) = (before._lruOf, before._reclaimsAtBoot);
    }

    private const int Kinds = (int)ZoneKind.Device + 1;

    public MachineImage Image { get; }

    public KernelRelease Release { get; }

    /// <summary>Instant from which the machine is like this.</summary>
    public VirtualInstant From { get; }

    /// <summary>Its event computed the marks anew, so boosts ended and fair batches began anew.</summary>
    public bool RecomputesMarks { get; }

    /// <summary>Its event built the zonelists anew.</summary>
    public bool RebuildsZonelists { get; }

    /// <summary>Highest zone that memory policies are for.</summary>
    public ZoneKind PolicyZone { get; }

    /// <summary>The machine after the next event; null when none follows.</summary>
    public MachineFacts? Next { get; private set; }

    public int NodeCount { get; }

    public ImmutableArray<ZoneImage> Zones => Image.Zones;

    /// <summary>CPU that runs a node's kswapd: its first, else the first of the nearest node with CPUs.</summary>
    /// <remarks>Shape: index = node number.</remarks>
    public ImmutableArray<int> HomeCpus { get; }

    /// <summary>Slots in the order in which a request walks them. Empty when no zone is permitted.</summary>
    public int[] Walk(NodeId node, ZoneKind highest, bool thisNodeOnly) =>
        _walks[WalkIndex(node, highest, thisNodeOnly)] ?? [];

    /// <summary>More than one node is online.</summary>
    public bool IsNuma { get; }

    /// <summary>The node has a zone below 4 GiB beside Normal.</summary>
    public bool HasDMA32(NodeId node) => _hasDMA32[node.Value];

    /// <summary>vm.zone_reclaim_mode in force.</summary>
    public int ZoneReclaimModeInForce => Image.Settings.ZoneReclaimMode ?? (_reclaimsAtBoot ? 1 : 0);

    /// <summary>Whether the node has CPUs.</summary>
    public bool HasCpus(NodeId node) => Image.Cpus.NodeOfCpu.Contains(node);

    /// <summary>Whether the node has memory below the Movable zone.</summary>
    public bool HasLowMemory(NodeId node) => node.Value < NodeCount && _hasLowMemory[node.Value];

    /// <summary>Slot of the zone that keeps the LRU of a zone's pages: its own, or since 4.8 its node's
    /// lowest.</summary>
    public int LruOf(int slot) => _lruOf[slot];

    /// <summary>Adds an event behind this machine.</summary>
    internal MachineFacts Then(MachineEvent happening) => Next = new(this, happening);

    /// <summary>The machine after a change that nobody foresaw; whoever is to know is told.</summary>
    internal MachineFacts After(MachineChange change, VirtualInstant from) => new(this, change, from);

    /// <summary>Whether any memory of the zone is online.</summary>
    public bool IsPopulated(int slot) => Zones[slot].Present > PageCount.Zero;

    private (bool[] HasDMA32, bool[] HasLowMemory) LowZones()
    {
        var (dma32, low) = (new bool[NodeCount], new bool[NodeCount]);
        foreach (var zone in Image.Zones)
        {
            if (zone.Present == PageCount.Zero) continue;
            dma32[zone.Id.Node.Value] |= zone.Id.Kind == ZoneKind.DMA32;
            low[zone.Id.Node.Value] |= zone.Id.Kind < ZoneKind.Movable;
        }

        return (dma32, low);
    }

    private int[] LrusOfZones()
    {
        var lrus = new int[Zones.Length];
        for (var slot = 0; slot < lrus.Length; slot++)
        {
            lrus[slot] = slot;
            for (var other = slot - 1; Release.LruPerNode && other >= 0; other--)
            {
                if (Zones[other].Id.Node == Zones[slot].Id.Node) lrus[slot] = lrus[other];
            }
        }

        return lrus;
    }

    private int[][] Walks()
    {
        var slots = new Dictionary<ZoneId, int>();
        for (var slot = 0; slot < Image.Zones.Length; slot++) slots.Add(Image.Zones[slot].Id, slot);
        var walks = new int[NodeCount * Kinds * 2][];
        foreach (var lists in Image.Zonelists.Nodes)
        {
            for (var kind = 0; kind < Kinds; kind++)
            {
                walks[WalkIndex(lists.Node, (ZoneKind)kind, false)] = Slots(lists.Fallback.Zones, kind, slots);
                walks[WalkIndex(lists.Node, (ZoneKind)kind, true)] = Slots(lists.ThisNode.Zones, kind, slots);
            }
        }

        return walks;
    }

    private static int WalkIndex(NodeId node, ZoneKind highest, bool thisNodeOnly) =>
        (node.Value * Kinds + (int)highest) * 2 + (thisNodeOnly ? 1 : 0);

    private static int[] Slots(ImmutableArray<ZoneId> zones, int highest, Dictionary<ZoneId, int> slots) =>
        [.. zones.Where(zone => (int)zone.Kind <= highest).Select(zone => slots[zone])];

    private int HomeCpu(NodeId node)
    {
        if (Image.Cpus.CpuCount == 0) return 0;
        if (!Image.Nodes.Contains(node)) return 0;
        return Enumerable.Range(0, Image.Cpus.CpuCount)
            .MinBy(cpu => (Image.Distances[node, Image.Cpus.NodeOf(new(cpu))], cpu));
    }
}
