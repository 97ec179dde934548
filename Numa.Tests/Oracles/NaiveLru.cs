using Numa.Core.Allocation;
using Numa.Core.Addressing;
using Numa.Core.Reclaim;
using Numa.Core.Time;

namespace Numa.Tests.Oracles;

/// <summary>LRU lists as plain lists, newest first, where every page or none is in use and every file page or none is
/// dirty.</summary>
internal sealed class NaiveLru(
    IReadOnlyDictionary<int, ZoneKind> kinds, bool allHot, bool allDirty, long swap, long writePerPage)
{
    private readonly List<Page>[] _lists = [[], []];
    private readonly List<(Page Page, long At)> _device = [];
    private readonly Dictionary<TaskId, long> _swapped = [];
    private long _deviceFree;

    private sealed record Page(LruPage Is)
    {
        public bool IsDirty { get; set; }

        public bool IsInSwap { get; set; }
    }

    public long SwapUsed => _swapped.Values.Sum() + _lists[0].Count(page => page.IsInSwap)
        + _device.Count(written => written.Page.IsInSwap);

    public void Add(LruPage page) => _lists[(int)page.Type].Insert(0, new(page)
    {
        IsDirty = allDirty && page.Type == LruType.File,
    });

    public LruScanned Scan(LruScan scan, VirtualInstant now, List<LruPage> taken)
    {
        Settle(now);
        var list = _lists[(int)scan.Type];
        var written = 0;
        var seen = list.AsEnumerable().Reverse().Where(page => kinds[page.Is.Zone] <= scan.HighestZone)
            .Take(scan.Count).ToList();
        foreach (var page in seen)
        {
            list.Remove(page);
            var mustWrite = page.Is.Type == LruType.File ? page.IsDirty : !page.IsInSwap;
            var hasRoom = page.Is.Type == LruType.File || SwapUsed < swap;
            if (allHot || (mustWrite && (!scan.MayWrite || !hasRoom)))
            {
                list.Insert(0, page);
            }
            else if (mustWrite)
            {
                (page.IsDirty, page.IsInSwap) = (false, page.Is.Type == LruType.Anonymous);
                _deviceFree = Math.Max(_deviceFree, now.Nanoseconds) + writePerPage;
                _device.Add((page, _deviceFree));
                written++;
            }
            else
            {
                if (page.IsInSwap) _swapped[page.Is.Owner] = _swapped.GetValueOrDefault(page.Is.Owner) + 1;
                taken.Add(page.Is);
            }
        }

        var eligible = _device.Where(item => kinds[item.Page.Is.Zone] <= scan.HighestZone).ToList();
        return new(seen.Count, written, eligible.Count == 0 ? VirtualInstant.Never : new(eligible[0].At));
    }

    public void Release(TaskId owner, int count, VirtualInstant now, List<LruPage> taken)
    {
        Settle(now);
        _swapped.Remove(owner);
        var own = _lists[0].Concat(_device.Select(item => item.Page))
            .Where(page => page.Is.Owner == owner && page.Is.Type == LruType.Anonymous)
            .OrderBy(page => page.Is.Frame).Take(count).ToList();
        foreach (var page in own)
        {
            _lists[0].Remove(page);
            _device.RemoveAll(item => ReferenceEquals(item.Page, page));
            taken.Add(page.Is);
        }
    }

    public LruZoneSize SizeOf(int zone)
    {
        long Count(IEnumerable<Page> pages) => pages.Count(page => page.Is.Zone == zone);
        var written = _device.Select(item => item.Page).ToList();
        var anonymous = _lists[0].Concat(written.Where(page => page.Is.Type == LruType.Anonymous))
            .Where(page => page.Is.Zone == zone).ToList();
        var inSwap = anonymous.Count(page => page.IsInSwap);
        return new(zone, anonymous.Count,
            Count(_lists[1]) + Count(written.Where(page => page.Is.Type == LruType.File)),
            Count(_lists[1].Where(page => page.IsDirty)), Count(written),
            inSwap + Math.Min(anonymous.Count - inSwap, swap - SwapUsed));
    }

    public void Settle(VirtualInstant now)
    {
        foreach (var (page, at) in _device.Where(item => item.At <= now.Nanoseconds).ToList())
        {
            _device.RemoveAll(item => ReferenceEquals(item.Page, page));
            _lists[(int)page.Is.Type].Add(page);
        }
    }
}
