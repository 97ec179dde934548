using Numa.Core.Addressing;
using Numa.Core.Time;

namespace Numa.Core.Reclaim;

/// <remarks>Pages that move to other frames. Source: <c>isolate_migratepages_block</c>, Linux mm/compaction.c;
/// <c>migrate_pages</c>, mm/migrate.c.</remarks>
public sealed partial class Lru
{
    /// <summary>Tasks whose pages were released, or are being.</summary>
    private readonly HashSet<int> _released = [];

    /// <summary>Takes pages of the first pageblock in a range of frames that has any off their lists, in the order of
    /// their addresses. What the device is writing stays.</summary>
    /// <param name="slot">Slot of the zone that contains the range.</param>
    public void Isolate(int slot, PageRange range, int count, VirtualInstant now, List<LruPage> taken)
    {
        Settle(now);
        var zone = ZoneOf(slot);
        var end = range.End.Value;
        for (var at = zone.NextByAddress(Math.Max(1, zone.PageOf(range.Start.Value)));
            at != 0 && zone.FrameOf(at) < end && taken.Count < count; at = zone.NextByAddress(at + 1))
        {
            if (zone[at].List == LruList.Writeback) continue;
            if (taken.Count == 0) end = Math.Min(end, (zone.FrameOf(at) | (Order.PageblockPages - 1)) + 1);
            taken.Add(Detach(zone, at));
        }
    }

    /// <summary>Puts pages back, each at the frame where it is now, as the newest of their lists.</summary>
    /// <param name="pages">Keeps those of tasks that were released meanwhile: nobody wants them any more.</param>
    public void PutBack(List<LruPage> pages)
    {
        var kept = 0;
        foreach (var page in pages)
        {
            if (page.Type == LruType.Anonymous && _released.Contains(page.Owner.Value))
            {
                if (page.IsInSwap) _swapUsed--;
                pages[kept++] = page;
            }
            else
            {
                Add(page, page.IsDirty);
                var zone = ZoneOf(page.Zone);
                if (!page.IsInSwap) continue;
                zone[zone.PageOf(page.Frame)].IsInSwap = true;
                zone.InSwap++;
            }
        }

        pages.RemoveRange(kept, pages.Count - kept);
    }

    /// <summary>Takes a page off its list with all that is known of it; its swap slot goes with it.</summary>
    private static LruPage Detach(LruZone zone, int at)
    {
        ref var entry = ref zone[at];
        var page = PageAt(zone, at) with { IsDirty = entry.IsDirty, IsInSwap = entry.IsInSwap };
        if (entry.IsDirty) zone.Dirty--;
        if (entry.IsInSwap) zone.InSwap--;
        zone.OfType[(int)entry.Type]--;
        zone.Unlink(at);
        zone.Forget(at);
        return page;
    }
}
