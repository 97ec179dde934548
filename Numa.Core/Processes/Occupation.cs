using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>Pages of a zone that are taken before the run and never come back.</summary>
/// <param name="LeaveFree">Free pages that are left.</param>
public sealed record Occupation(ZoneId Zone, PageCount LeaveFree)
{
    /// <summary>Takes the largest blocks that fit until just so many pages are free.</summary>
    internal List<LiveBlock> Take(Zone zone, int slot)
    {
        var blocks = new List<LiveBlock>();
        Span<long> frame = stackalloc long[1];
        for (var order = Order.MaxValue; order >= 0; order--)
        {
            while (zone.FreePages - LeaveFree.Value >= 1L << order)
            {
                var work = new BuddyWork();
                if (zone.Take(order, Migratetype.Movable, AllocationFlags.NoWatermarks, 1, frame, ref work) == 0) break;
                blocks.Add(new(frame[0], order, slot));
            }
        }

        zone.Retagged.Clear();
        return blocks;
    }
}
