using Numa.Core.Addressing;
using Numa.Core.Zones;

namespace Numa.Core.Reclaim;

/// <summary>Where a page of an LRU stands.</summary>
internal enum LruList : byte
{
    /// <summary>On none.</summary>
    None,
    Anonymous,
    File,

    /// <summary>With the device, in the order in which that gets done with them.</summary>
    Writeback,
}

/// <summary>What is known of one page, with its neighbours on its list.</summary>
internal struct LruEntry
{
    /// <summary>Place in the order of the whole LRU, higher is nearer to the head; with the device, the instant at
    /// which it is done.</summary>
    public long Age;

    // Pages of the zone, counted from 1; 0 for none.
    public int Newer;
    public int Older;
    public int Owner;
    public LruList List;
    public LruType Type;

    /// <summary>A file's page that was changed since it was written.</summary>
    public bool IsDirty;

    /// <summary>An anonymous page whose content is in swap too.</summary>
    public bool IsInSwap;
}

/// <summary>The pages of one zone that are on an LRU: three lists, linked through the pages themselves.</summary>
/// <remarks>Entries stand by address, in sections of 128 MiB that exist while one of their pages is on a list: 24 bytes
/// a page there, 12 bytes a section elsewhere.</remarks>
internal sealed class LruZone
{
    private const int Shift = 15;
    private const int SectionPages = 1 << Shift;

    private readonly long _start;
    private readonly LruEntry[]?[] _sections;
    private readonly int[] _used;
    private readonly (int Newest, int Oldest, long Count)[] _lists = new (int, int, long)[(int)LruList.Writeback + 1];

    /// <param name="slot">Slot of the zone in the machine image.</param>
    public LruZone(int slot, ZoneImage zone)
    {
        (Slot, Kind, _start) = (slot, zone.Id.Kind, zone.Room.Start.Value);
        var sections = (int)((zone.Room.Pages.Value + SectionPages - 1) >> Shift);
        _sections = new LruEntry[]?[sections];
        _used = new int[sections];
    }

    public int Slot { get; }

    public ZoneKind Kind { get; }

    /// <summary>Of all pages here, by their type.</summary>
    public long[] OfType { get; } = new long[2];

    public long Dirty { get; set; }

    /// <summary>Anonymous pages here that have a swap slot.</summary>
    public long InSwap { get; set; }

    public long Pages => OfType[0] + OfType[1];

    public long Writeback => _lists[(int)LruList.Writeback].Count;

    /// <summary>The entry of a page that is on a list.</summary>
    public ref LruEntry this[int page] => ref _sections[(page - 1) >> Shift]![(page - 1) & (SectionPages - 1)];

    public int PageOf(long frame) => (int)(frame - _start) + 1;

    public long FrameOf(int page) => _start + page - 1;

    public int Oldest(LruList list) => _lists[(int)list].Oldest;

    /// <summary>Makes the entry of a page that is on no list yet.</summary>
    /// <returns>False when the page is here already.</returns>
    public bool TryMake(int page)
    {
        var section = (page - 1) >> Shift;
        _sections[section] ??= new LruEntry[SectionPages];
        if (this[page].List != LruList.None) return false;
        _used[section]++;
        return true;
    }

    /// <summary>Forgets a page that was taken off its list.</summary>
    public void Forget(int page)
    {
        this[page] = default;
        var section = (page - 1) >> Shift;
        if (--_used[section] == 0) _sections[section] = null;
    }

    public void AddNewest(LruList list, int page)
    {
        ref var ends = ref _lists[(int)list];
        ref var entry = ref this[page];
        (entry.List, entry.Newer, entry.Older) = (list, 0, ends.Newest);
        if (ends.Newest == 0) ends.Oldest = page;
        else this[ends.Newest].Newer = page;
        ends.Newest = page;
        ends.Count++;
    }

    public void AddOldest(LruList list, int page)
    {
        ref var ends = ref _lists[(int)list];
        ref var entry = ref this[page];
        (entry.List, entry.Newer, entry.Older) = (list, ends.Oldest, 0);
        if (ends.Oldest == 0) ends.Newest = page;
        else this[ends.Oldest].Older = page;
        ends.Oldest = page;
        ends.Count++;
    }

    public void Unlink(int page)
    {
        ref var entry = ref this[page];
        ref var ends = ref _lists[(int)entry.List];
        if (entry.Newer == 0) ends.Newest = entry.Older;
        else this[entry.Newer].Older = entry.Older;
        if (entry.Older == 0) ends.Oldest = entry.Newer;
        else this[entry.Older].Newer = entry.Newer;
        ends.Count--;
    }

    /// <summary>Pages of a list, newest first.</summary>
    public IEnumerable<int> Of(LruList list)
    {
        for (var page = _lists[(int)list].Newest; page != 0; page = this[page].Older) yield return page;
    }

    /// <summary>The first page at or above one that is on any list; 0 when none is.</summary>
    public int NextByAddress(int page)
    {
        for (var at = page - 1; at >> Shift < _sections.Length;)
        {
            if (_sections[at >> Shift] is not { } section)
            {
                at = ((at >> Shift) + 1) << Shift;
                continue;
            }

            do
            {
                if (section[at & (SectionPages - 1)].List != LruList.None) return at + 1;
                at++;
            }
            while ((at & (SectionPages - 1)) != 0);
        }

        return 0;
    }
}
