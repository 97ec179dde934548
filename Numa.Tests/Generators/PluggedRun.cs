using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Tests.Generators;

/// <summary>A small machine whose memory comes and goes at random: four blocks on any nodes, on and off line at any
/// instants and after any operations of tasks.</summary>
internal static class PluggedRun
{
    private const long Block = 32768;
    private const long First = 4 * Block;
    private const int Blocks = 4;

    public static SimulationPlan Of(
        MachineImage image, IReadOnlyList<SimulatedTask> tasks, CostModel costs, VirtualInstant horizon, ulong seed)
    {
        var random = new SeededRandom(seed);
        var operations = Operations(ref random, image, tasks);
        var layout = Layout(image);
        var tuning = MemoryTuning.AtBoot(image.Release,
            layout.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.ManagedAtEnd)), layout.Cpus, new());
        var lists = ZonelistBuilder.Build(BootSequence.Inputs(layout, "default", cpusKnown: true));
        var booted = image with
        {
            Zones = [.. image.Zones.Select(zone => zone with { Tuning = tuning[zone.Id] })],
            Zonelists = lists,
        };
        var room = MemoryRoom.For(booted, tuning, operations.Select(planned => planned.Operation));
        return new(room, SignTask.In(tasks, operations), costs, horizon, [])
        {
            Operator = new(new(room, tuning, new(layout, tuning, lists)), operations, new(Block)),
            Reclaim = random.NextBelow(2) == 0 ? null
                : new((int)random.NextBelow(101), (int)random.NextBelow(101), new(random.NextBelow(300))),
        };
    }

    /// <summary>What became of the operations; nothing where there are none.</summary>
    public static string Text(SimulationPlan plan) => string.Join('\n', plan.Operator?.Results.Select(result =>
        $"operation {result.Number} {result.Operation} from {result.Began} to {result.Ended}: {result.Blocks} blocks,"
        + $" {result.Rebuilds} rebuilds, {string.Join("; ", result.Refusals)}") ?? []);

    /// <summary>Requires of every machine on the way that its lists hold the zones with memory and no others, and at
    /// the end that everybody has been told.</summary>
    public static void AssertTold(SimulationPlan plan, IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus)
    {
        if (plan.Operator is not { } carried) return;
        foreach (var image in carried.Results.Select(result => result.After))
        {
            var populated = image.Zones.Where(zone => zone.Present > PageCount.Zero).Select(zone => zone.Id).ToList();
            foreach (var lists in image.Zonelists.Nodes.Where(lists => image.Nodes.Contains(lists.Node)))
                Assert.Equal(populated.Order(), lists.Fallback.Zones.Order());
            Assert.All(image.Zones, zone => Assert.True(zone.Present >= zone.Managed));
        }

        if (carried.Results.Any(result => result.Ended is null)) return;
        var last = carried.Facts.Image;
        foreach (var zone in zones)
        {
            zone.Zone.CheckInvariants();
            Assert.Equal(0, zone.Zone.IsolatedPageblocks);
            if (carried.Results.Count > 0) Assert.Equal(last.Zones[zone.Slot].Managed, zone.Zone.Managed);
            Assert.Equal(last.Zones[zone.Slot].Tuning, zone.Zone.Tuning);
        }

        // Whom the horizon cut off may have news that it never took.
        Assert.All(cpus.Where(cpu => cpu.IsIdle), cpu => Assert.Equal(
            last.Zones.Select(zone => zone.Tuning), cpu.Machine.Zones.Select(zone => zone.Tuning)));
    }

    private static ImmutableArray<PlannedOperation> Operations(
        ref SeededRandom random, MachineImage image, IReadOnlyList<SimulatedTask> tasks)
    {
        var planned = ImmutableArray.CreateBuilder<PlannedOperation>();
        var at = 0L;
        for (var block = 0; block < Blocks; block++)
        {
            var node = image.Nodes[(int)random.NextBelow(image.Nodes.Length)];
            planned.Add(new(new MachineOperation.Add(node, Range(block, 1)), new(at)));
        }

        for (var left = 1 + random.NextBelow(12); left > 0; left--)
        {
            at += random.NextBelow(80_000);
            var first = (int)random.NextBelow(Blocks);
            var range = Range(first, 1 + random.NextBelow(Blocks - first));
            MachineOperation operation = random.NextBelow(10) switch
            {
                < 5 => new MachineOperation.Online(range, (OnlineType)random.NextBelow(3)),
                < 8 => new MachineOperation.Offline(range),
                8 => new MachineOperation.Remove(range),
                _ => new MachineOperation.Set(new("vm.min_free_kbytes", $"{200 + random.NextBelow(4000)}")),
            };
            var isSign = random.NextBelow(3) == 0;
            planned.Add(isSign
                ? new(operation, null, tasks[(int)random.NextBelow(tasks.Count)].Id, random.NextBelow(40))
                : new(operation, new(at)));
        }

        return planned.ToImmutable();
    }

    private static PageRange Range(int block, long blocks) =>
        new(new(First + block * Block), new(First + (block + blocks) * Block));

    private static MemoryLayout Layout(MachineImage image) => new(
        "plugged", image.Release, image.Nodes, image.Cpus, image.Distances,
        [
            .. image.Zones.Select(zone => new ZoneLayout(
                zone.Id, zone.Start, zone.Spanned, zone.Present, zone.Present, zone.Released, [])),
        ],
        new(), [])
    {
        Memory =
        [
            .. image.Zones.Select(zone => new MemblockRegion(
                zone.Start.Address, zone.End.Address, zone.Id.Node, MemblockFlags.None)),
        ],
    };
}
