using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Workloads.Experiments;

namespace Numa.Workloads.WhatIf;

/// <summary>The figures of a machine as it stands after boot: marks, reserves, pagesets, and what zones can
/// give.</summary>
public static class MachineFigures
{
    public static ImmutableArray<MachineFigure> Of(MachineImage machine)
    {
        var rooms = Rooms(machine);
        return
        [
            new(FigurePart.Machine, machine.Name, "min_free_kbytes, KiB", machine.MinFreeKbytes),
            .. machine.Zones.SelectMany(zone => Marks(machine, zone)),
            .. machine.Zones.SelectMany(zone => Reserves(machine, zone)),
            .. machine.Zones.SelectMany(zone => Pagesets(machine, zone)),
            .. ZoneRooms(machine, rooms),
            .. Totals(rooms),
        ];
    }

    private static IEnumerable<MachineFigure> Marks(MachineImage machine, ZoneImage zone)
    {
        var marks = zone.Tuning.Marks;
        yield return Figure(FigurePart.Mark, zone, "min", marks.Min.Value);
        yield return Figure(FigurePart.Mark, zone, "low", marks.Low.Value);
        yield return Figure(FigurePart.Mark, zone, "high", marks.High.Value);
        if (machine.Release.HasPromoMark) yield return Figure(FigurePart.Mark, zone, "promo", marks.Promo.Value);
        if (machine.Release.FairZonePolicy)
            yield return Figure(FigurePart.Mark, zone, "fair batch", zone.Tuning.FairBatch.Value);
    }

    private static IEnumerable<MachineFigure> Reserves(MachineImage machine, ZoneImage zone)
    {
        foreach (var kind in machine.Release.ZoneKinds.Where(kind => kind > zone.Id.Kind))
        {
            yield return Figure(
                FigurePart.Reserve, zone, $"reserve against {kind}", zone.Tuning.LowmemReserve[(int)kind].Value);
        }
    }

    private static IEnumerable<MachineFigure> Pagesets(MachineImage machine, ZoneImage zone)
    {
        var size = zone.Tuning.Pageset;
        yield return Figure(FigurePart.Pageset, zone, "pageset batch", size.Batch);
        yield return Figure(FigurePart.Pageset, zone, "pageset high", size.HighMin);
        if (machine.Release.PagesetSizing == PagesetSizingRule.AutoTuned)
            yield return Figure(FigurePart.Pageset, zone, "pageset high, at most", size.HighMax);
    }

    private static MachineFigure Figure(FigurePart part, ZoneImage zone, string name, long pages) =>
        new(part, zone.Id.ToString(), name, pages);

    /// <summary>What each zone of each node's list gives to each kind.</summary>
    private static List<Room> Rooms(MachineImage machine)
    {
        // Many nodes share a zone: the edge is looked for once for each column of its reserve.
        var known = new Dictionary<(int Slot, RequestKind Kind, RoomEnd End, int Column), long>();
        var rooms = new List<Room>();
        foreach (var kind in RequestKind.All)
        {
            foreach (var lists in machine.Zonelists.Nodes)
            {
                var walk = RequestWalk.Of(machine, lists.Node, kind.Request);
                foreach (var slot in walk.Slots)
                {
                    var zone = machine.Zones[slot];
                    foreach (var (end, check) in kind.Ends(machine.Release, walk.ReserveIndex))
                    {
                        var key = (slot, kind, end, walk.ReserveIndex);
                        if (!known.TryGetValue(key, out var pages))
                        {
                            pages = ZoneRoom.Pages(machine.Release, zone.Tuning, check,
                                zone.State?.Folded ?? zone.Freed.Value);
                            known.Add(key, pages);
                        }

                        rooms.Add(new(lists.Node, slot, zone.Id, kind, end, walk.ReserveIndex, pages));
                    }
                }
            }
        }

        return rooms;
    }

    /// <remarks>Up to 4.13 the column hangs on the zone that a list begins with, so one zone can give different nodes
    /// different amounts.</remarks>
    private static IEnumerable<MachineFigure> ZoneRooms(MachineImage machine, List<Room> rooms) =>
        from room in rooms.DistinctBy(room => (room.Slot, room.Kind, room.End, room.Column))
        let columns = rooms.Where(other => other.Slot == room.Slot && other.Kind == room.Kind)
            .Select(other => other.Column).Distinct().Count()
        orderby room.Slot
        select new MachineFigure(FigurePart.Room, machine.Zones[room.Slot].Id.ToString(),
            columns == 1 ? room.Kind.Name : $"{room.Kind.Name}, reserve against {(ZoneKind)room.Column}",
            room.Pages, room.Kind, room.End);

    private static IEnumerable<MachineFigure> Totals(List<Room> rooms) =>
        from room in rooms
        group room by (room.Node, room.Kind, room.End) into list
        orderby list.Key.Node
        select new MachineFigure(FigurePart.Total, $"node {list.Key.Node}", list.Key.Kind.Name,
            list.Sum(room => room.Pages), list.Key.Kind, list.Key.End);

    /// <param name="Node">Node whose list leads to the zone.</param>
    private sealed record Room(
        NodeId Node, int Slot, ZoneId Zone, RequestKind Kind, RoomEnd End, int Column, long Pages);
}
