using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>A frame that is not owned exactly once, by the zone that contains it.</summary>
/// <param name="Zone">Slot of the zone.</param>
public sealed record OwnershipBreach(int Zone, string Claim);

/// <summary>Every frame that boot freed is in exactly one place: a free list, a pageset, a task, an LRU list, or under
/// way.</summary>
/// <remarks>Stricter than <see cref="PageAccount"/>, which only adds up. No visit is under way when this is
/// taken.</remarks>
public static class PageOwnership
{
    /// <summary>A block and who says that it is his.</summary>
    private readonly record struct Claim(int Zone, long Frame, int Order, Owner Owner, int Number)
    {
        public override string ToString() => Owner switch
        {
            Owner.FreeList => $"the free list of order {Order}",
            Owner.Pageset => $"the pageset of CPU {Number}",
            Owner.Signal => $"a signal to CPU {Number}",
            Owner.Task => $"task {Number}",
            Owner.LruList => $"the LRU of zone {Number}",
            Owner.LruBatch => $"CPU {Number}, on the way to or from an LRU",
            _ => "what was occupied before the run",
        };
    }

    private enum Owner : byte
    {
        FreeList,
        Pageset,
        Signal,
        Task,
        LruList,
        LruBatch,
        Occupied,
    }

    /// <summary>The first frame that nobody owns, or more than one, or that lies in no part of its owner's
    /// zone.</summary>
    /// <returns>Null when all is well.</returns>
    public static OwnershipBreach? FirstBreach(
        IReadOnlyList<ZoneProcess> zones, IReadOnlyList<CpuProcess> cpus, IReadOnlyList<SimulatedTask> tasks)
    {
        var extents = zones.Select(zone => new ZoneExtent(zone.Zone)).ToArray();
        var owned = zones.Select(zone => new FrameSet(zone.Zone.Image.Room.Start, zone.Zone.Image.Room.End)).ToArray();
        var counts = new long[zones.Count];
        foreach (var claim in Claims(zones, cpus, tasks))
        {
            var name = zones[claim.Zone].Zone.Id;
            if ((claim.Frame & ((1L << claim.Order) - 1)) != 0)
            {
                return new(claim.Zone,
                    $"block 0x{claim.Frame:x} of {name} is no block of order {claim.Order}: {claim}");
            }

            if (!extents[claim.Zone].Contains(claim.Frame, 1L << claim.Order))
            {
                return new(claim.Zone,
                    $"block 0x{claim.Frame:x} of order {claim.Order} reaches out of {name}: {claim}");
            }

            if (!owned[claim.Zone].Add(claim.Frame, claim.Order))
                return new(claim.Zone, Twice(claim, name, Claims(zones, cpus, tasks)));
            counts[claim.Zone] += 1L << claim.Order;
        }

        for (var slot = 0; slot < counts.Length; slot++)
        {
            if (extents[slot].FirstMissing(owned[slot], counts[slot]) is { } lost)
                return new(slot, $"frame 0x{lost:x} of {zones[slot].Zone.Id} is owned by nobody");
        }

        return null;
    }

    private static string Twice(Claim claim, ZoneId name, IEnumerable<Claim> all)
    {
        var first = all.First(other => other.Zone == claim.Zone && other.Frame < claim.Frame + (1L << claim.Order)
            && claim.Frame < other.Frame + (1L << other.Order));
        return $"frame 0x{Math.Max(first.Frame, claim.Frame):x} of {name} is owned twice: by {first} and by {claim}";
    }

    private static IEnumerable<Claim> Claims(
        IReadOnlyList<ZoneProcess> zones, IReadOnlyList<CpuProcess> cpus, IReadOnlyList<SimulatedTask> tasks)
    {
        foreach (var zone in zones)
        {
            for (var order = 0; order < Order.Count; order++)
            {
                for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
                {
                    foreach (var frame in zone.Zone.FreeList(order, type))
                        yield return new(zone.Slot, frame, order, Owner.FreeList, 0);
                }
            }

            foreach (var block in zone.Occupied)
                yield return new(zone.Slot, block.Frame, block.Order, Owner.Occupied, 0);
            foreach (var page in zone.Lru?.Pages() ?? [])
                yield return new(page.Zone, page.Frame, 0, Owner.LruList, zone.Slot);
        }

        foreach (var cpu in cpus)
        {
            foreach (var claim in InPagesets(cpu)) yield return claim;
            foreach (var block in cpu.Orphans.Concat(cpu.UnderWay))
                yield return new(block.Zone, block.Frame, block.Order, Owner.Signal, cpu.Id);
            foreach (var page in cpu.OffLru) yield return new(page.Zone, page.Frame, 0, Owner.LruBatch, cpu.Id);
        }

        foreach (var task in tasks)
        {
            foreach (var block in task.KeptBlocks())
                yield return new(block.Zone, block.Frame, block.Order, Owner.Task, task.Id.Value);
        }
    }

    private static IEnumerable<Claim> InPagesets(CpuProcess cpu)
    {
        foreach (var zone in cpu.Zones)
        {
            if (zone is null || zone.Pageset.Count == 0) continue;
            for (var order = 0; order < Order.Count; order++)
            {
                if (!Pageset.Holds(cpu.Release, order)) continue;
                for (var type = Migratetype.Unmovable; type <= Migratetype.Reclaimable; type++)
                {
                    // Huge pages have one list for all that is not Movable.
                    if (order == Order.Pageblock && type == Migratetype.Reclaimable) continue;
                    foreach (var frame in zone.Pageset.List(order, type))
                        yield return new(zone.Slot, frame, order, Owner.Pageset, cpu.Id);
                }
            }
        }
    }
}
