using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;

namespace Numa.Core.Hotplug;

/// <summary>A running machine whose memory comes and goes: zones, tuning and zonelists after each event.</summary>
/// <remarks>
/// Memory is added and removed, and what is added goes online and offline. What the release refuses is a text, and
/// then nothing has changed. Source: <c>add_memory_resource</c>, <c>online_pages</c> and <c>offline_pages</c>, Linux
/// mm/memory_hotplug.c.
/// </remarks>
public sealed class MemoryHotplug
{
    private readonly MemoryLayout _layout;
    private readonly MemoryTuning _tuning;
    private readonly ZoneSelection _selection;
    private readonly SortedDictionary<ZoneId, RunningZone> _zones = [];
    private readonly SortedDictionary<ZoneId, List<PageFrameNumber>> _blocks = [];
    private readonly ImmutableArray<RunningZone> _boot;
    private readonly SortedSet<NodeId> _nodes;
    private readonly HashSet<NodeId> _everOnline;
    private readonly List<(NodeId Node, PageRange Range)> _added = [];
    private readonly List<string> _messages = [];
    private ZoneKind _policyZone;

    /// <param name="layout">The machine after the mass release, before anything is freed late.</param>
    /// <param name="tuning">Of the same machine; it is moved on.</param>
    /// <param name="zonelists">The lists in force.</param>
    public MemoryHotplug(MemoryLayout layout, MemoryTuning tuning, ZonelistSet zonelists)
    {
        _layout = layout;
        _tuning = tuning;
        _selection = new(layout.OnlinePolicy, ZoneOf);
        _boot = [.. layout.Zones.Select(zone => RunningZone.From(zone, layout.Memory))];
        foreach (var zone in _boot) _zones[zone.Id] = zone;
        _nodes = [.. layout.Nodes];
        _everOnline = [.. layout.Nodes];
        Zonelists = zonelists;
        _policyZone = zonelists.PolicyZone;
    }

    /// <summary>Zones that have or had memory, ascending.</summary>
    public ImmutableArray<RunningZone> Zones => [.. _zones.Values];

    public ZonelistSet Zonelists { get; private set; }

    /// <summary>What the kernel logged about its zonelists, oldest first, as it writes it.</summary>
    public IReadOnlyList<string> Messages => _messages;

    private KernelRelease Release => _tuning.Release;

    private bool ChoosesAtAdd => Release.HotplugZone == HotplugZoneRule.WhenAdded;

    public RunningZone ZoneOf(ZoneId zone) => _zones.GetValueOrDefault(zone) ?? RunningZone.Empty(zone);

    /// <summary>First frames of the order-10 blocks that went online since boot, in the order in which the Movable
    /// list holds them if nobody takes one. They follow boot's, or precede them before 5.10.</summary>
    public IReadOnlyList<PageFrameNumber> BlocksOnlined(ZoneId zone) => _blocks.GetValueOrDefault(zone) ?? [];

    /// <summary>Nodes that are online, ascending.</summary>
    public ImmutableArray<NodeId> Nodes => [.. _nodes];

    /// <summary>Node whose memory a range is, online or not; null when no node has all of it.</summary>
    public NodeId? NodeOf(PageRange range)
    {
        foreach (var (node, added) in _added)
        {
            if (added.Start <= range.Start && added.End >= range.End) return node;
        }

        return _boot.FirstOrDefault(zone => zone.Holds(range))?.Id.Node;
    }

    /// <summary>Zone that all of a range is online in; null when there is none.</summary>
    public ZoneId? HolderOf(PageRange range) => _zones.Values.FirstOrDefault(zone => zone.Holds(range))?.Id;

    /// <summary>Whether a range was plugged in since boot.</summary>
    public bool IsAdded(PageRange range) => _added.Any(added => Overlap(added.Range, range));

    /// <summary>The zone that a range would go online in.</summary>
    public ZoneKind ZoneFor(NodeId node, PageRange range, OnlineType type) => ChoosesAtAdd
        ? ZoneOf(new(node, ZoneKind.Movable)).Intersects(range) ? ZoneKind.Movable : ZoneKind.Normal
        : _selection.Choose(node, range, Device(range), type, Early);

    /// <summary>Pages of boot were freed late: they are managed now, and nothing is computed again.</summary>
    public void FreeLate(ZoneId zone, PageCount pages)
    {
        var before = ZoneOf(zone);
        Put(before with { Managed = before.Managed + pages });
        _tuning.SetManaged(zone, before.Managed + pages);
    }

    /// <summary>The setting of the order was written: the lists are built again.</summary>
    /// <param name="forceZoneOrder">Zone order even where the release does not know it.</param>
    public void RebuildZonelists(bool forceZoneOrder = false) => Rebuild(
        Inputs(null) with { ForceZoneOrder = forceZoneOrder });

    /// <summary>A device with memory was plugged in; its memory is not online yet.</summary>
    /// <returns>Why the kernel refuses; null when it is done.</returns>
    public string? Add(NodeId node, PageRange range)
    {
        var section = MemoryBlockSize.Section.Value;
        if (range.Start.Value % section != 0 || range.End.Value % section != 0 || range.Pages <= PageCount.Zero)
            return $"memory from {range.Start} to {range.End} does not begin and end with a section of 128 MiB";
        if (node.Value >= _layout.Distances.NodeCount) return $"node {node} is not possible: the firmware names none";
        if (_added.Any(other => Overlap(other.Range, range)) || _boot.Any(zone => zone.PagesIn(range).Value > 0))
            return $"memory from {range.Start} to {range.End} is there already";
        if (!_nodes.Contains(node)) BringOnline(node);
        _added.Add((node, range));
        if (!ChoosesAtAdd) return null;
        var kind = ZoneBorder.OfAdded(ZoneOf(new(node, ZoneKind.Movable)), range);
        Put(ZoneOf(new(node, kind)).Reaching(range));
        return null;
    }

    /// <summary>A range goes online.</summary>
    /// <returns>Why the kernel refuses; null when it is done.</returns>
    public string? Online(NodeId node, PageRange range, OnlineType type)
    {
        if (_zones.Values.Any(zone => zone.PagesIn(range) > PageCount.Zero))
            return $"memory from {range.Start} to {range.End} is online already";
        if (!IsThere(node, range)) return $"node {node} has no memory from {range.Start} to {range.End}";
        if (ChoosesAtAdd && type != OnlineType.Default)
        {
            var (normal, movable) = (ZoneOf(new(node, ZoneKind.Normal)), ZoneOf(new(node, ZoneKind.Movable)));
            if (ZoneBorder.Move(normal, movable, range, type) is not { } moved)
                return $"memory from {range.Start} to {range.End} is not at the border of Normal and Movable";
            Put(moved.Normal);
            Put(moved.Movable);
        }

        var before = ZoneOf(new(node, ZoneFor(node, range, type)));
        // Kernels of that time build the lists once more, before anything is in the zone.
        if (ChoosesAtAdd && !before.IsPopulated) Rebuild(Inputs(null));
        Put(before.Reaching(range).WithOnline(range));
        ListBlocks(before.Id, range);
        if (!before.IsPopulated) Rebuild(Inputs(null));
        Retune();
        return null;
    }

    /// <summary>A range goes offline.</summary>
    /// <returns>Why the kernel refuses; null when it is done.</returns>
    public string? Offline(PageRange range)
    {
        if (_zones.Values.FirstOrDefault(zone => zone.Holds(range)) is not { } before)
            return $"memory from {range.Start} to {range.End} is not online in one zone";
        var after = before.WithOffline(range);
        Put(after);
        _blocks.GetValueOrDefault(after.Id)?.RemoveAll(range.Contains);
        Retune();
        if (!after.IsPopulated)
        {
            var keepsMemory = _zones.Values.Any(zone => zone.Id.Node == after.Id.Node && zone.IsPopulated);
            Rebuild(Inputs(keepsMemory || Release.ForgetsNodeBeforeRebuild ? null : after.Id.Node));
        }

        if (!ChoosesAtAdd) Put(after.WithoutEnd(range, after.Online));
        return null;
    }

    /// <summary>Memory that is offline was unplugged.</summary>
    /// <returns>Why the kernel refuses; null when it is done.</returns>
    public string? Remove(PageRange range)
    {
        if (_zones.Values.Any(zone => zone.PagesIn(range) > PageCount.Zero))
            return $"memory from {range.Start} to {range.End} is online";
        var at = _added.FindIndex(added => added.Range.Start <= range.Start && added.Range.End >= range.End);
        if (at < 0) return $"memory from {range.Start} to {range.End} was not plugged in";
        var (node, whole) = _added[at];
        _added.RemoveAt(at);
        foreach (var rest in (PageRange[])[new(whole.Start, range.Start), new(range.End, whole.End)])
        {
            if (rest.Pages > PageCount.Zero) _added.Add((node, rest));
        }

        if (ChoosesAtAdd)
        {
            var zone = ZoneOf(new(node, ZoneFor(node, range, OnlineType.Default)));
            var left = zone.Online.Concat(_added.Where(added => added.Node == node && zone.Intersects(added.Range))
                .Select(added => added.Range)).OrderBy(part => part.Start).ToList();
            Put(zone.WithoutEnd(range, left));
        }

        var isUsed = _added.Any(added => added.Node == node) || _layout.Cpus.ListedCpuCount(node) > 0
            || _zones.Values.Any(zone => zone.Id.Node == node && zone.IsPopulated);
        if (!isUsed) _nodes.Remove(node);
        return null;
    }

    /// <summary>Whether a range of the node was plugged in, or boot found memory there.</summary>
    private bool IsThere(NodeId node, PageRange range) =>
        _added.Any(added => added.Node == node && Overlap(added.Range, range))
        || _boot.Any(zone => zone.Id.Node == node && zone.PagesIn(range) > PageCount.Zero);

    private static bool Overlap(PageRange a, PageRange b) => a.Start < b.End && a.End > b.Start;

    /// <summary>What was plugged together with a range; memory of boot counts by itself.</summary>
    private PageRange Device(PageRange range)
    {
        foreach (var (_, added) in _added)
        {
            if (Overlap(added, range)) return added;
        }

        return range;
    }

    private (PageCount EarlyKernel, PageCount Movable) Early(NodeId? node)
    {
        var (early, movable) = (0L, 0L);
        foreach (var zone in _zones.Values.Where(zone => node is null || zone.Id.Node == node))
        {
            if (zone.Id.Kind == ZoneKind.Movable) movable += zone.Present.Value;
            else early += _boot.Sum(boot => boot.Online.Sum(range => zone.PagesIn(range).Value));
        }

        return (new(early), new(movable));
    }

    private void Put(RunningZone zone) => _zones[zone.Id] = zone;

    private void Retune() => _tuning.ChangeMemory(
        _zones.Values.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.Managed)));

    private void ListBlocks(ZoneId id, PageRange range)
    {
        if (!_blocks.TryGetValue(id, out var blocks)) _blocks[id] = blocks = [];
        for (var block = range.Start; block < range.End; block += new Order(Order.MaxValue).Pages)
        {
            blocks.Insert(Release.BootRelease == BootReleaseRule.Tail ? blocks.Count : 0, block);
        }
    }

    /// <summary>A node that had neither CPU nor memory: its own list is built before it counts as online.</summary>
    private void BringOnline(NodeId node)
    {
        var built = ZonelistBuilder.BuildForNew(Inputs(null), node);
        Zonelists = Zonelists with
        {
            Nodes = [.. Zonelists.Nodes.Where(old => built.All(lists => lists.Node != old.Node))
                .Concat(built).OrderBy(lists => lists.Node)],
        };
        if (_everOnline.Add(node)) _tuning.AddNode(node);
        Log(built);
        _nodes.Add(node);
    }

    private void Rebuild(ZonelistInputs inputs)
    {
        Zonelists = ZonelistBuilder.Build(inputs);
        Log(Zonelists.Nodes);
    }

    private ZonelistInputs Inputs(NodeId? leaving) => new(
        Release,
        Release.BuildsListsOfPossibleNodes ? [.. _nodes.Union(_layout.PossibleNodes).Order()] : [.. _nodes],
        _zones.Values.ToImmutableDictionary(zone => zone.Id, zone => zone.Present),
        _layout.Distances,
        [.. _nodes.Where(node => _layout.Cpus.ListedCpuCount(node) > 0)],
        _tuning.Settings.ZonelistOrder)
    {
        LeavingNode = leaving,
    };

    private void Log(ImmutableArray<NodeZonelists> built)
    {
        // Marks are those of before; a zone that just came has none yet.
        var total = _zones.Values.Where(zone => zone.Id.Kind <= ZoneKind.Movable)
            .Sum(zone => Math.Max(0, zone.Managed.Value - _tuning[zone.Id].Marks.High.Value));
        if (Release.BuildsListsOfPossibleNodes) _messages.AddRange(built.Select(ZonelistText.FallbackOrder));
        _messages.Add(ZonelistText.Built(Release, Zonelists.Order, _nodes.Count, new(total)));
        if (Zonelists.PolicyZone > _policyZone) _policyZone = Zonelists.PolicyZone;
        _messages.Add($"Policy zone: {_policyZone}");
    }
}
