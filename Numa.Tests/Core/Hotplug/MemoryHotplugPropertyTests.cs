using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using static Numa.Tests.Core.Hotplug.PlugMachine;

namespace Numa.Tests.Core.Hotplug;

public class MemoryHotplugPropertyTests
{
    private const int Blocks = 8;
    private const long First = 0x400000;

    private static readonly Gen<(int Block, OnlineType? Type)> AnyWrite =
        Gen.Select(Gen.Int[0, Blocks - 1], Gen.Int[0, 4]).Select((block, type) =>
            (block, type < 3 ? (OnlineType)type : (OnlineType?)null));

    private static readonly Gen<(string Release, int[] Nodes, int[] Distances, (int Block, OnlineType? Type)[] Writes)>
        AnyHistory = Gen.Select(
            Gen.Int[0, KernelRelease.Known.Length - 1].Select(i => KernelRelease.Known[i].Name),
            Gen.Int[0, 3].Array[Blocks], Gen.Int[11, 14].Array[16], AnyWrite.Array[0, 30]);

    // Goal: the invariants of spec 11 after any history. Method: eight blocks on four nodes, of which the last has
    // neither CPU nor memory of its own, go on and off line at random; everything is recounted from the list of what
    // is online.
    [Fact]
    public void Zones_and_lists_hold_exactly_what_is_online() => AnyHistory.Sample(history =>
    {
        var machine = Machine(history.Release, history.Nodes, history.Distances);
        var online = new HashSet<int>();
        foreach (var (block, type) in history.Writes)
        {
            if (Write(machine, history.Nodes, block, type) is not null) continue;
            if (type is null) online.Remove(block);
            else online.Add(block);
            Check(machine, online.Count);
        }
    }, iter: 300);

    // Goal: online and then offline is as if nothing had been. Method: after any history, one block more, twice: what
    // stands in the lists before may rest on a node that was just leaving, or was alone when its list was built.
    [Fact]
    public void Online_and_offline_again_restore_the_machine() =>
        Gen.Select(AnyHistory, Gen.Int[0, Blocks - 1], Gen.Int[0, 2]).Sample((history, block, type) =>
        {
            var machine = Machine(history.Release, history.Nodes, history.Distances);
            foreach (var (written, word) in history.Writes) Write(machine, history.Nodes, written, word);
            var before = machine.Hotplug.Zones.Where(zone => zone.IsPopulated).Select(Text).ToList();
            if (Write(machine, history.Nodes, block, (OnlineType)type) is not null) return;
            Assert.NotEqual(before, machine.Hotplug.Zones.Where(zone => zone.IsPopulated).Select(Text));
            Assert.Null(Write(machine, history.Nodes, block, null));
            Assert.Equal(before, machine.Hotplug.Zones.Where(zone => zone.IsPopulated).Select(Text));

            var lists = Lists(machine.Hotplug);
            Assert.Null(Write(machine, history.Nodes, block, (OnlineType)type));
            Assert.Null(Write(machine, history.Nodes, block, null));
            Assert.Equal(before, machine.Hotplug.Zones.Where(zone => zone.IsPopulated).Select(Text));
            Assert.Equal(lists, Lists(machine.Hotplug));

            string Text(RunningZone zone) => $"{zone.Id} {zone.Present} {zone.Managed} "
                + (machine.Layout.Release.HotplugZone == HotplugZoneRule.WhenOnline ? $"{zone.Span}" : "");
        }, iter: 300);

    private static PlugMachine Machine(string release, int[] nodes, int[] distances)
    {
        var machine = new PlugMachine(
            release, new(4, distances.Select((d, i) => i / 4 == i % 4 ? NodeDistances.Local : d)),
            [new(0), new(2)], new(),
            ("0:DMA32", 0x1000, 500000, 480000), ("0:Normal", 0x100000, 100000, 90000),
            ("1:Normal", 0x200000, 300000, 300000));
        for (var block = 0; block < Blocks; block++)
            Assert.Null(machine.Hotplug.Add(new(nodes[block]), Range(First + block * Block)));
        return machine;
    }

    private static string? Write(PlugMachine machine, int[] nodes, int block, OnlineType? type)
    {
        var range = Range(First + block * Block);
        return type is { } online
            ? machine.Hotplug.Online(new(nodes[block]), range, online)
            : machine.Hotplug.Offline(range);
    }

    private static List<string> Lists(MemoryHotplug hotplug) =>
        [.. hotplug.Zonelists.Nodes.Select(lists => $"{lists.Node}: {Walk(lists.Fallback)}")];

    private static void Check(PlugMachine machine, int online)
    {
        var hotplug = machine.Hotplug;
        var populated = hotplug.Zones.Where(zone => zone.IsPopulated).ToList();
        Assert.All(hotplug.Zonelists.Nodes, lists =>
        {
            Assert.Equal(populated.Select(zone => zone.Id), lists.Fallback.Zones.Order());
            Assert.Equal(populated.Select(zone => zone.Id).Where(zone => zone.Node == lists.Node),
                lists.ThisNode.Zones.Order());
        });
        Assert.Equal(populated.Select(zone => (zone.Id, zone.Present, zone.Managed)),
            machine.Tuning.PopulatedZones.Select(zone => (zone.Id, zone.Present, zone.Managed)));
        Assert.Equal(870000 + online * Block, hotplug.Zones.Sum(zone => zone.Managed.Value));
        Assert.Equal(online * 32, hotplug.Zones.Sum(zone => hotplug.BlocksOnlined(zone.Id).Count));
        Assert.All(hotplug.Zones, zone =>
        {
            Assert.True(zone.Present >= zone.Managed);
            Assert.All(zone.Online, range => Assert.True(range.Start >= zone.Span.Start && range.End <= zone.Span.End));
            if (machine.Layout.Release.HotplugZone != HotplugZoneRule.WhenOnline) return;
            Assert.Equal(zone.IsPopulated ? new(zone.Online[0].Start, zone.Online[^1].End) : default, zone.Span);
        });
    }
}
