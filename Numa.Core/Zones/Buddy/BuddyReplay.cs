using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>A zone's free lists that follow a real kernel's events instead of a simulation's.</summary>
/// <remarks>Unlike <see cref="Zone"/> it does not know who uses a page: a trace begins when much is taken already, and
/// blocks come back in other sizes than they went.</remarks>
public sealed class BuddyReplay
{
    private readonly long _base;
    private readonly bool _freesByTag;
    private readonly BuddyAllocator _buddy;
    private readonly MigratetypeFallback _fallback;

    /// <param name="image">What it releases is on the lists at the start, by the mass release's rules.</param>
    public BuddyReplay(KernelRelease release, ZoneImage image)
    {
        _base = image.Start.Value & ~((1L << Order.MaxValue) - 1);
        _freesByTag = release.FreesByPageblockTag;
        var end = (int)(image.End.Value - _base);
        _buddy = new BuddyAllocator(release, (int)(image.Start.Value - _base), end, end)
        {
            Retagged = (_, _) => { },
        };
        _fallback = MigratetypeFallback.Of(release, _buddy, new WatermarkBoost { Managed = image.Managed.Value });
        BootRelease.Into(_buddy, release, image, _base);
    }

    /// <summary>Takes the block that the kernel would take.</summary>
    /// <returns>Its first frame, or -1 when nothing is left.</returns>
    public long Take(int order, Migratetype type)
    {
        var work = default(BuddyWork);
        var stealing = false;
        var page = _buddy.TakeSmallest(order, (int)type, ref work);
        if (page < 0) page = _fallback.Take(order, type, default, ref stealing, ref work);
        return page < 0 ? -1 : _base + page;
    }

    /// <summary>Gives a block back.</summary>
    /// <param name="type">Type to free it with; null: its pageblocks' tags.</param>
    /// <param name="toTail">Behind its list, as boot does.</param>
    public void Free(long frame, int order, Migratetype? type, bool toTail)
    {
        var work = default(BuddyWork);
        // Where tags decide, a block of several pageblocks is freed in pieces that may merge again.
        var piece = _freesByTag ? Math.Min(order, Order.Pageblock) : order;
        var end = (int)(frame - _base) + (1 << order);
        for (var page = (int)(frame - _base); page < end; page += 1 << piece)
        {
            var listed = _freesByTag ? _buddy.Tags[page] : type ?? _buddy.Tags[page];
            _buddy.Free(page, piece, (int)listed, toTail, ref work);
        }
    }

    /// <summary>Whether a frame is part of a free block.</summary>
    public bool IsFree(long frame)
    {
        var page = (int)(frame - _base);
        if (_buddy.Largest.IsFree(page >> Order.MaxValue)) return true;
        for (var order = 0; order < Order.MaxValue; order++)
        {
            if (PageWord.IsFree(_buddy.Sections.Peek(page & -(1 << order)), order)) return true;
        }

        return false;
    }

    /// <summary>Every free block of one list, head first.</summary>
    public IEnumerable<long> FreeList(int order, Migratetype type) =>
        _buddy.Lists.List(order, (int)type).Select(page => _base + page);
}
