using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Generators;

/// <summary>A machine whose zones a test names one by one; CPU n belongs to node n.</summary>
internal static class TinyMachine
{
    public const long Start = 1 << 18;

    /// <summary>A zone of whole pageblocks; zones of one machine take different <paramref name="place"/>s.</summary>
    public static ZoneImage Zone(int place, int node, ZoneKind kind, long pages, ZoneTuning tuning)
    {
        var start = Start * (place + 1);
        return new(new(new(node), kind), new(start), new(pages), new(pages),
            [Zones.Range(start, start + pages)], [], tuning with { Pageset = new(4, 8, 8) });
    }

    /// <summary>The same zone in mid-life, with these free blocks and nothing else.</summary>
    public static ZoneImage Holding(this ZoneImage zone, Migratetype type, int order, int blocks, int step = 1) =>
        zone with
        {
            State = new([new(order, type, [.. Enumerable.Range(0, blocks).Select(i =>
                zone.Start.Value + ((long)i * step << order))])],
                (long)blocks << order, 0, false, 0, 0, [PagesetState.Empty]),
        };

    public static MachineImage Of(string version, params ZoneImage[] zones)
    {
        ImmutableArray<NodeId> nodes = [.. zones.Select(zone => zone.Id.Node).Distinct().Order()];
        var distances = new NodeDistances(nodes.Length, [.. Enumerable.Range(0, nodes.Length * nodes.Length)
            .Select(i => i / nodes.Length == i % nodes.Length ? 10 : 20)]);
        var release = KernelRelease.Find(version, out _)!;
        var lists = ZonelistBuilder.Build(new(release, nodes,
            zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present), distances, [.. nodes]));
        return new("tiny", release, nodes, new(nodes), distances, [.. zones], lists, new(), 64, []);
    }

    public static RoundLoop Run(MachineImage machine, params SimulatedTask[] tasks)
    {
        var loop = new RoundLoop(new(machine, tasks, CostModel.Default, VirtualInstant.Never, []),
            GroupMap.Single(machine.Cpus.CpuCount, machine.Zones.Length));
        loop.Run();
        return loop;
    }

    /// <summary>Nodes of the blocks that a task on CPU 0 gets for these requests, one after the other.</summary>
    public static string NodesOf(this MachineImage machine, params AllocationRequest[] requests)
    {
        var task = new ScriptTask(0, 0, [.. requests.Select(ScriptTask.Allocate)]);
        Run(machine, task);
        return string.Join(',', task.Held.Select(block => machine.Zones[block.Zone].Id.Node));
    }
}
