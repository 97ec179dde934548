using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Nodes;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Generators;

/// <summary>A machine zone by zone, for examples that say what each zone holds. One CPU, on node 0.</summary>
internal static class HandMadeMachine
{
    /// <summary>A zone with so many free pages of one type, in blocks below a pageblock unless they may be
    /// larger.</summary>
    public static ZoneImage Zone(int node, ZoneKind kind, ZoneTuning tuning, long free,
        Migratetype type = Migratetype.Movable, int largest = 10, long managed = 8192, long boost = 0)
    {
        var start = StartOf(node, kind);
        var lists = new SortedDictionary<int, List<long>>();
        for (var frame = start; free > 0; frame += 512)
        {
            // One block at the start of each pageblock or pair of them, so that nothing could have merged.
            var order = largest;
            while (1L << order > free) order--;
            (lists.TryGetValue(order, out var list) ? list : lists[order] = []).Add(frame);
            free -= 1L << order;
            if (order == 10) frame += 512;
        }

        return Of(node, kind, tuning, managed, boost, 0,
            [.. lists.Select(list => new FreeListState(list.Key, type, [.. list.Value]))]);
    }

    public static ZoneImage Of(int node, ZoneKind kind, ZoneTuning tuning, long managed, long boost, long reserved,
        params ImmutableArray<FreeListState> lists)
    {
        var start = StartOf(node, kind);
        var tagged = lists.Where(list => list.Type != Migratetype.Movable).SelectMany(list => list.Frames.Select(
            frame => new TaggedPageblocks(Zones.Range(frame & -512, (frame & -512) + 512), list.Type)));
        return new(new(new(node), kind), new(start), new(0x10000), new(0x10000), [], [], tuning)
        {
            Managed = new(managed),
            Tagged = [.. tagged],
            State = new(lists, lists.Sum(list => (long)list.Frames.Length << list.Order), tuning.FairBatch.Value,
                false, reserved, boost, [PagesetState.Empty]),
        };
    }

    /// <summary>First frame of a zone.</summary>
    public static long StartOf(int node, ZoneKind kind) => (long)(node * 4 + (int)kind + 1) << 20;

    public static MachineImage Image(string version, params ZoneImage[] zones)
    {
        var release = Zones.Release(version);
        var count = zones.Max(zone => zone.Id.Node.Value) + 1;
        ImmutableArray<NodeId> nodes = [.. Enumerable.Range(0, count).Select(node => new NodeId(node))];
        var distances = new NodeDistances(
            count, [.. from a in nodes from b in nodes select a == b ? NodeDistances.Local : 20]);
        var lists = ZonelistBuilder.Build(
            new(release, nodes, zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present), distances,
                [nodes[0]]));
        return new("made by hand", release, nodes, new([nodes[0]]), distances, [.. zones], lists, new(), 64, []);
    }

    public static RoundLoop Run(MachineImage image, SimulatedTask task, VirtualInstant? horizon = null)
    {
        var loop = new RoundLoop(
            new(image, [task], CostModel.Default, horizon ?? VirtualInstant.Never, []),
            GroupMap.Single(1, image.Zones.Length));
        loop.Run();
        foreach (var zone in loop.Zones) zone.Zone.CheckInvariants();
        return loop;
    }
}
