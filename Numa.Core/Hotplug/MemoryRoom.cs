using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Core.Hotplug;

/// <summary>Which zones memory may come to in a run, and how far they may reach then.</summary>
/// <remarks>Which of them it will be depends on what goes offline before, so every zone that may be chosen is there
/// from the start, empty.</remarks>
public static class MemoryRoom
{
    /// <summary>The machine with a zone for whatever the operations may bring.</summary>
    /// <param name="tuning">Gives an empty zone what it is tuned to.</param>
    public static MachineImage For(
        MachineImage image, MemoryTuning tuning, IEnumerable<MachineOperation> operations)
    {
        var all = operations.ToList();
        var added = all.OfType<MachineOperation.Add>().ToList();
        var zones = image.Zones.ToDictionary(zone => zone.Id);
        foreach (var online in all.OfType<MachineOperation.Online>())
        {
            var nodes = added.Where(add => add.Range.Intersects(online.Range)).Select(add => add.Node)
                .Concat(image.Zones.Where(zone => zone.Room.Intersects(online.Range)).Select(zone => zone.Id.Node));
            foreach (var node in nodes.Distinct().ToList())
            {
                foreach (var kind in Kinds(image, node, online)) Widen(zones, tuning, new(node, kind), online.Range);
            }
        }

        return image with { Zones = [.. zones.Values.OrderBy(zone => zone.Id)] };
    }

    private static IEnumerable<ZoneKind> Kinds(MachineImage image, NodeId node, MachineOperation.Online online)
    {
        if (online.Type != OnlineType.Kernel) yield return ZoneKind.Movable;
        if (online.Type == OnlineType.Movable) yield break;
        yield return ZoneKind.Normal;
        foreach (var zone in image.Zones)
        {
            if (zone.Id.Node == node && zone.Id.Kind < ZoneKind.Normal && zone.Room.Intersects(online.Range))
                yield return zone.Id.Kind;
        }
    }

    private static void Widen(Dictionary<ZoneId, ZoneImage> zones, MemoryTuning tuning, ZoneId id, PageRange range)
    {
        if (!zones.TryGetValue(id, out var zone))
        {
            zones[id] = new(id, default, default, default, [], [], tuning[id]) { Room = range };
            return;
        }

        var room = zone.Room;
        zones[id] = zone with
        {
            Room = new(
                range.Start < room.Start ? range.Start : room.Start, range.End > room.End ? range.End : room.End),
        };
    }
}
