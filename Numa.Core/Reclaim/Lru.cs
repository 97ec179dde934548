using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Reclaim;

/// <summary>The pages of a zone (before 4.8) or a node that reclaim may take, each type in the order of age.</summary>
/// <remarks>One list for each type where the kernel has an active and an inactive one: a page found in use goes back to
/// the head. What is left out besides stands in docs/reclaim-model.md.</remarks>
public sealed partial class Lru
{
    private const ulong HotSalt = 0x9d5c_0fb1;
    private const ulong DirtySalt = 0x51a7_e3d9;

    private readonly LruZone[] _zones;
    private readonly ReclaimSettings _settings;
    private readonly long _swap;
    private readonly long _writePerPage;

    /// <summary>Swap slots of pages that were taken, until their owner is released.</summary>
    private readonly Dictionary<int, long> _swappedOut = [];

    /// <summary>In zones before this one, and in it below this frame, the LRU holds nothing of a task that is being
    /// released.</summary>
    /// <remarks>Where memory comes and goes, blocks of two zones may lie between each other.</remarks>
    private readonly Dictionary<int, (int Place, long Frame)> _releasedTo = [];
    private long _newest;
    private long _oldest;
    private long _swapUsed;
    private VirtualInstant _deviceFree;

    /// <param name="zones">The zones whose pages are kept here, with their slots.</param>
    /// <param name="swap">This LRU's part of the swap space. Unit: pages.</param>
    /// <param name="writePerPage">The device writes one page. Unit: virtual nanoseconds.</param>
    public Lru(IEnumerable<(int Slot, ZoneImage Image)> zones, ReclaimSettings settings, long swap, long writePerPage)
    {
        _zones = [.. zones.OrderBy(zone => zone.Image.Room.Start.Value)
            .Select(zone => new LruZone(zone.Slot, zone.Image))];
        (_settings, _swap, _writePerPage) = (settings, swap, writePerPage);
    }

    /// <summary>No page was ever added.</summary>
    public bool IsUnused => _newest == 0;

    /// <summary>Swap slots that are taken. Unit: pages.</summary>
    public long SwapUsed => _swapUsed;

    /// <summary>This LRU's part of one swap space, by managed pages; all parts together are the whole.</summary>
    /// <param name="before">Managed pages of the LRUs before this one.</param>
    /// <param name="own">This LRU's managed pages.</param>
    /// <param name="all">Managed pages of the machine.</param>
    public static long ShareOf(long swap, long before, long own, long all)
    {
        if (all == 0) return 0;
        return (long)((Int128)swap * (before + own) / all) - (long)((Int128)swap * before / all);
    }

    /// <summary>A page comes to the head of its list.</summary>
    public void Add(LruPage page) => Add(page,
        page.Type == LruType.File && IsDrawn(page.Frame, _newest + 1, DirtySalt, _settings.DirtyPercent));

    private void Add(LruPage page, bool isDirty)
    {
        var zone = ZoneOf(page.Zone);
        var at = zone.PageOf(page.Frame);
        Invariant.Holds(zone.TryMake(at), "a page is on one LRU list, once");
        ref var entry = ref zone[at];
        entry.Age = ++_newest;
        entry.Type = page.Type;
        entry.Owner = page.Owner.Value;
        entry.IsDirty = isDirty;
        if (entry.IsDirty) zone.Dirty++;
        zone.OfType[(int)page.Type]++;
        zone.AddNewest(ListOf(page.Type), at);
        // It has memory again: what compaction brings back is its.
        if (page.Type == LruType.Anonymous) _released.Remove(page.Owner.Value);
        if (_releasedTo.TryGetValue(page.Owner.Value, out var done)
            && (Array.IndexOf(_zones, zone), page.Frame).CompareTo(done) < 0)
            _releasedTo.Remove(page.Owner.Value);
    }

    /// <summary>Looks at pages from the tail of a list, and takes those that nothing speaks against.</summary>
    /// <param name="now">What the device has written until then is clean.</param>
    /// <param name="taken">Gets the pages taken, in the order in which they were looked at.</param>
    public LruScanned Scan(LruScan scan, VirtualInstant now, List<LruPage> taken)
    {
        Settle(now);
        var list = ListOf(scan.Type);
        var (scanned, written, end) = (0, 0, _newest);
        while (scanned < scan.Count && OldestOf(list, scan.HighestZone) is { } zone)
        {
            var at = zone.Oldest(list);
            ref var entry = ref zone[at];
            // No page is looked at twice in one scan.
            if (entry.Age > end) break;
            scanned++;
            if (IsDrawn(zone.FrameOf(at), entry.Age, HotSalt, _settings.HotPercent)) Rotate(zone, at);
            else if (!MustBeWritten(entry)) taken.Add(Take(zone, at));
            else if (!scan.MayWrite || !TryWrite(zone, at, now)) Rotate(zone, at);
            else written++;
        }

        var next = OldestOf(LruList.Writeback, scan.HighestZone);
        return new(scanned, written, next is null
            ? VirtualInstant.Never
            : new(next[next.Oldest(LruList.Writeback)].Age));
    }

    /// <summary>Takes anonymous pages of a task off, zone by zone, by ascending frames, and gives its swap slots
    /// back.</summary>
    /// <remarks>A page that the device is writing is taken at once; the device's time is spent all the same. File pages
    /// belong to their file and stay.</remarks>
    public void Release(TaskId owner, int count, VirtualInstant now, List<LruPage> taken)
    {
        Settle(now);
        _released.Add(owner.Value);
        if (_swappedOut.Remove(owner.Value, out var slots)) _swapUsed -= slots;
        var from = _releasedTo.GetValueOrDefault(owner.Value);
        for (var place = from.Place; place < _zones.Length; place++)
        {
            var zone = _zones[place];
            var first = place > from.Place ? 1 : Math.Max(1, from.Frame - zone.FrameOf(1) + 1);
            for (var at = zone.NextByAddress((int)first); at != 0; at = zone.NextByAddress(at + 1))
            {
                if (zone[at].Owner != owner.Value || zone[at].Type != LruType.Anonymous) continue;
                if (count-- == 0)
                {
                    _releasedTo[owner.Value] = (place, zone.FrameOf(at));
                    return;
                }

                if (zone[at].IsInSwap)
                {
                    zone[at].IsInSwap = false;
                    zone.InSwap--;
                    _swapUsed--;
                }

                taken.Add(Take(zone, at));
            }
        }

        _releasedTo.Remove(owner.Value);
    }

    /// <summary>How much is here, for each zone by its address.</summary>
    public void Sizes(List<LruZoneSize> sizes)
    {
        foreach (var zone in _zones)
        {
            var anonymous = zone.OfType[(int)LruType.Anonymous];
            sizes.Add(new(zone.Slot, anonymous, zone.OfType[(int)LruType.File], zone.Dirty, zone.Writeback,
                zone.InSwap + Math.Min(anonymous - zone.InSwap, _swap - _swapUsed)));
        }
    }

    /// <summary>Adds the pages that are here.</summary>
    /// <param name="pages">Shape: index = slot of the zone.</param>
    public void CountPages(long[] pages)
    {
        foreach (var zone in _zones) pages[zone.Slot] += zone.Pages;
    }

    /// <summary>Every page, by zone, list and age, newest first; those with the device in reverse order of its
    /// work.</summary>
    public IEnumerable<LruPage> Pages() =>
        from zone in _zones
        from list in Lists
        from at in zone.Of(list)
        select PageAt(zone, at);

    /// <summary>Everything that decides what happens to the pages here, as numbers.</summary>
    public IEnumerable<long> State()
    {
        yield return _newest;
        yield return _oldest;
        yield return _swapUsed;
        yield return _deviceFree.Nanoseconds;
        foreach (var zone in _zones)
        {
            foreach (var list in Lists)
            {
                yield return (long)list;
                foreach (var at in zone.Of(list))
                {
                    var entry = zone[at];
                    yield return zone.FrameOf(at);
                    yield return entry.Age;
                    yield return ((long)entry.Owner << 2) | (entry.IsDirty ? 2L : 0) | (entry.IsInSwap ? 1L : 0);
                }
            }
        }
    }

    private static readonly LruList[] Lists = [LruList.Anonymous, LruList.File, LruList.Writeback];

    private static LruList ListOf(LruType type) => type == LruType.Anonymous ? LruList.Anonymous : LruList.File;

    /// <summary>A draw of its own for each look at each page: whoever looks, and whenever, finds the same.</summary>
    private static bool IsDrawn(long frame, long age, ulong salt, int percent) =>
        percent > 0 && SeedTree.Mix(unchecked((ulong)frame * salt ^ SeedTree.Mix((ulong)age + salt))) % 100
            < (ulong)percent;

    private static bool MustBeWritten(in LruEntry entry) =>
        entry.Type == LruType.File ? entry.IsDirty : !entry.IsInSwap;

    private static LruPage PageAt(LruZone zone, int at) =>
        new(zone.FrameOf(at), zone.Slot, zone[at].Type, new(zone[at].Owner));

    private LruZone ZoneOf(int slot)
    {
        foreach (var zone in _zones)
        {
            if (zone.Slot == slot) return zone;
        }

        throw new InvariantBreachException($"zone {slot} keeps its pages on another LRU");
    }

    /// <summary>The zone whose last page is the oldest of all zones up to one; null when their lists are
    /// empty.</summary>
    private LruZone? OldestOf(LruList list, ZoneKind highest)
    {
        LruZone? oldest = null;
        foreach (var zone in _zones)
        {
            if (zone.Kind > highest || zone.Oldest(list) is not (> 0 and var at)) continue;
            if (oldest is null || zone[at].Age < oldest[oldest.Oldest(list)].Age) oldest = zone;
        }

        return oldest;
    }

    private void Rotate(LruZone zone, int at)
    {
        zone.Unlink(at);
        zone[at].Age = ++_newest;
        zone.AddNewest(ListOf(zone[at].Type), at);
    }

    /// <summary>Hands a page to the device, which writes one after the other.</summary>
    /// <returns>False when swap has no room for it.</returns>
    private bool TryWrite(LruZone zone, int at, VirtualInstant now)
    {
        ref var entry = ref zone[at];
        if (entry.Type == LruType.Anonymous)
        {
            if (_swapUsed >= _swap) return false;
            _swapUsed++;
            zone.InSwap++;
            entry.IsInSwap = true;
        }
        else
        {
            entry.IsDirty = false;
            zone.Dirty--;
        }

        _deviceFree = VirtualInstant.Max(now, _deviceFree) + new VirtualDuration(_writePerPage);
        zone.Unlink(at);
        entry.Age = _deviceFree.Nanoseconds;
        zone.AddNewest(LruList.Writeback, at);
        return true;
    }

    /// <summary>What is written by now lies at the tail of its list, the last one written nearest to it.</summary>
    /// <remarks>Source: <c>rotate_reclaimable_page</c> (later <c>folio_rotate_reclaimable</c>), Linux
    /// mm/swap.c.</remarks>
    public void Settle(VirtualInstant now)
    {
        while (OldestOf(LruList.Writeback, ZoneKind.Device) is { } zone)
        {
            var at = zone.Oldest(LruList.Writeback);
            if (zone[at].Age > now.Nanoseconds) return;
            zone.Unlink(at);
            zone[at].Age = --_oldest;
            zone.AddOldest(ListOf(zone[at].Type), at);
        }
    }

    private LruPage Take(LruZone zone, int at)
    {
        var page = Detach(zone, at);
        if (page.IsInSwap)
            _swappedOut[page.Owner.Value] = _swappedOut.GetValueOrDefault(page.Owner.Value) + 1;
        return page with { IsDirty = false, IsInSwap = false };
    }
}
