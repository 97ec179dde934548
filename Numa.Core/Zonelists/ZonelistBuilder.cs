using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Core.Zonelists;

/// <summary>Everything that a complete rebuild of the zonelists reads.</summary>
/// <param name="Nodes">Nodes that have lists, ascending: the online ones.</param>
/// <param name="Present">Present pages per zone; zones left out are empty.</param>
/// <param name="NodesWithCpus">Nodes whose CPUs the kernel knows of. At boot on x86 none is known yet.</param>
/// <param name="OrderSetting">numa_zonelist_order; a value that the release refuses counts as default.</param>
public sealed record ZonelistInputs(
    KernelRelease Release,
    ImmutableArray<NodeId> Nodes,
    ImmutableDictionary<ZoneId, PageCount> Present,
    NodeDistances Distances,
    ImmutableHashSet<NodeId> NodesWithCpus,
    string OrderSetting = "default")
{
    /// <summary>Builds zone order even for a release that cannot: a counterfactual, to be labelled as one.</summary>
    public bool ForceZoneOrder { get; init; }

    /// <summary>Node whose last memory went offline, while it still counts as one with memory: fallback orders name
    /// it, no list has a zone of it.</summary>
    public NodeId? LeavingNode { get; init; }
}

/// <summary>Builds both zonelists of every node.</summary>
/// <remarks>Source: <c>build_all_zonelists</c>, Linux mm/page_alloc.c.</remarks>
public static class ZonelistBuilder
{
    public static ZonelistSet Build(ZonelistInputs inputs)
    {
        var populated = Populated(inputs);
        var ordering = Ordering(inputs, populated);
        var order = OrderInForce(inputs);
        var nodes = inputs.Nodes.Sort();
        return new(order, [.. nodes.Select(node => ListsOf(node, ordering.OrderFor(node), populated, order))]);
    }

    /// <summary>Lists that are built for a node which is about to come online.</summary>
    /// <returns>The node's own; before all possible nodes had lists, those of the online nodes after it.</returns>
    public static ImmutableArray<NodeZonelists> BuildForNew(ZonelistInputs inputs, NodeId node)
    {
        var populated = Populated(inputs);
        var ordering = Ordering(inputs with { Nodes = [.. inputs.Nodes.Union([node]).Order()] }, populated);
        var order = OrderInForce(inputs);
        ImmutableArray<NodeId> built = inputs.Release.BuildsListsOfPossibleNodes
            ? [node] : [node, .. inputs.Nodes.Where(other => other != node).Order()];
        return [.. built.Select(local => ListsOf(local, ordering.OrderFor(local), populated, order))];
    }

    /// <summary>Why a rebuild uses the order that it uses.</summary>
    public static string ReasonForOrder(ZonelistInputs inputs) =>
        ZonelistOrderSetting.Parse(inputs.Release, inputs.OrderSetting, out _) == ZonelistOrderChoice.Default
            ? DefaultZonelistOrder.Reason(inputs.Release, inputs.Nodes, inputs.Present)
            : $"numa_zonelist_order is '{inputs.OrderSetting}'";

    /// <summary>Each choice of a node's fallback order, as a complete rebuild makes it.</summary>
    public static ImmutableArray<NodeChoice> Explain(ZonelistInputs inputs, NodeId node)
    {
        var ordering = Ordering(inputs, Populated(inputs));
        var choices = new List<NodeChoice>();
        // The nodes before it leave their loads behind.
        foreach (var other in inputs.Nodes.Sort().TakeWhile(other => other != node)) ordering.OrderFor(other);
        ordering.OrderFor(node, choices);
        return [.. choices];
    }

    private static HashSet<ZoneId> Populated(ZonelistInputs inputs) =>
        inputs.Present.Where(zone => zone.Value > PageCount.Zero).Select(zone => zone.Key).ToHashSet();

    private static NodeOrdering Ordering(ZonelistInputs inputs, HashSet<ZoneId> populated) => new(
        inputs.Release, inputs.Nodes.Sort(),
        populated.Select(zone => zone.Node).Concat(inputs.LeavingNode is { } leaving ? [leaving] : []).ToHashSet(),
        inputs.NodesWithCpus, inputs.Distances);

    /// <summary>The order that a rebuild will use.</summary>
    public static ZonelistOrder OrderInForce(ZonelistInputs inputs)
    {
        if (inputs.ForceZoneOrder) return ZonelistOrder.Zone;
        return ZonelistOrderSetting.Parse(inputs.Release, inputs.OrderSetting, out _) switch
        {
            ZonelistOrderChoice.Node => ZonelistOrder.Node,
            ZonelistOrderChoice.Zone => ZonelistOrder.Zone,
            _ => DefaultZonelistOrder.Choose(inputs.Release, inputs.Nodes, inputs.Present),
        };
    }

    private static NodeZonelists ListsOf(
        NodeId local, ImmutableArray<NodeId> fallback, HashSet<ZoneId> populated, ZonelistOrder order)
    {
        var kinds = Enum.GetValues<ZoneKind>().OrderDescending().ToArray();
        var zones = order == ZonelistOrder.Node
            ? from node in fallback from kind in kinds select new ZoneId(node, kind)
            : from kind in kinds from node in fallback select new ZoneId(node, kind);
        var own = kinds.Select(kind => new ZoneId(local, kind));
        return new(
            local, fallback, new([.. zones.Where(populated.Contains)]), new([.. own.Where(populated.Contains)]));
    }
}
