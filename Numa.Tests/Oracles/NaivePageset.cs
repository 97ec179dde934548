using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Oracles;

/// <summary>A pageset as the rules read: linked lists, a formula per line.</summary>
internal sealed class NaivePageset(KernelRelease release, PagesetSize size)
{
    private readonly LinkedList<(long Frame, Migratetype Type)>[] _lists =
        [.. Enumerable.Range(0, 14).Select(_ => new LinkedList<(long, Migratetype)>())];

    private bool _previousHigh;

    public PagesetSize Size { get; set; } = size;

    public bool Reclaim { get; set; }

    public bool Cache { get; set; }

    public int High { get; private set; }

    public int FreeFactor { get; private set; }

    public int FreeCount { get; private set; }

    public int AllocFactor { get; private set; }

    /// <summary>Rules that the history has come to.</summary>
    public PagesetRules Reached { get; private set; }

    public int Count => _lists.Select((list, index) => list.Count << OrderOf(index)).Sum();

    private PagesetSizingRule Rule => release.PagesetSizing;

    public IEnumerable<long> List(int order, Migratetype type) =>
        _lists[Index(order, type)].Select(entry => entry.Frame);

    public void BeginAllocation()
    {
        if (Rule == PagesetSizingRule.LowMarkPerCpu) FreeFactor /= 2;
        if (Rule == PagesetSizingRule.AutoTuned) FreeCount /= 2;
    }

    public int Refill(int order, bool below)
    {
        int batch = Size.Batch, scaled = Math.Max(batch >> order, 2);
        if (Rule == PagesetSizingRule.SixBatches) return batch;
        if (Rule == PagesetSizingRule.LowMarkPerCpu) return batch > 1 ? scaled : batch;
        High = Math.Min(Math.Max(High, Size.HighMin), Size.HighMax);
        if (High < batch) return 1;
        if (below) Reached |= PagesetRules.BelowHigh;
        var b = order == 0 ? batch << AllocFactor : batch;
        if (Size.HighMin != Size.HighMax && !below) High = Math.Min(High + b, Size.HighMax);
        if (order == 0)
        {
            var m = Math.Max(High - Count - batch, batch);
            if (b <= m && AllocFactor == 5) Reached |= PagesetRules.LargestFactor;
            if (b <= m && AllocFactor < 5) AllocFactor++;
            b = Math.Min(b, m);
        }

        return b > 1 ? Math.Max(b >> order, 2) : b;
    }

    public void Append(int order, Migratetype type, IEnumerable<long> frames)
    {
        foreach (var frame in frames) _lists[Index(order, type)].AddLast((frame, type));
    }

    public long Take(int order, Migratetype type)
    {
        var list = _lists[Index(order, type)];
        var (frame, _) = list.First!.Value;
        list.RemoveFirst();
        return frame;
    }

    public int Insert(int order, Migratetype type, long frame, bool below)
    {
        _lists[Index(order, type)].AddFirst((frame, type));
        return Rule switch
        {
            PagesetSizingRule.SixBatches => Count >= Size.HighMin ? Math.Min(Size.Batch, Count) : 0,
            PagesetSizingRule.LowMarkPerCpu => AfterFree61(order),
            _ => AfterFree612(order, below),
        };
    }

    /// <summary>The pass of the vmstat timer.</summary>
    /// <returns>Pages to drain, a batch at a time.</returns>
    public int Decay()
    {
        if (Rule != PagesetSizingRule.AutoTuned) return 0;
        if (High > Size.HighMin)
        {
            Reached |= PagesetRules.Decayed;
            High = Math.Max(Math.Max(Count - (Size.Batch * 32), High - (High / 8)), Size.HighMin);
        }

        if (Count > High) Reached |= PagesetRules.DrainedByTimer;
        return Math.Max(0, Count - High);
    }

    public List<DrainedBlock> Drain(int pages, int order, Migratetype type)
    {
        var drained = new List<DrainedBlock>();
        var left = Math.Min(pages, Count);
        var index = Index(order, type);
        if (release.Pagesets == PagesetShape.OrderZero)
        {
            for (int at = 0, turn = 0; left > 0;)
            {
                do
                {
                    at = (at + 1) % 3;
                    turn++;
                }
                while (_lists[at].Count == 0);
                if (turn == 3) Reached |= PagesetRules.OneListLeft;
                if (turn == 3) turn = left;
                while (true)
                {
                    Pop(at, drained);
                    if (--left == 0 || --turn == 0 || _lists[at].Count == 0) break;
                }
            }

            return drained;
        }

        while (left > 0)
        {
            if (_lists[13].Count == 0 && index == 13) Reached |= PagesetRules.DrainedAround;
            while (_lists[index].Count == 0) index = (index + 1) % 14;
            Pop(index, drained);
            left -= 1 << OrderOf(index);
            if (left < 0) Reached |= PagesetRules.DrainedBeyond;
            if (index >= 12) Reached |= index == 12 ? PagesetRules.HugeFixed : PagesetRules.HugeMovable;
        }

        return drained;
    }

    private static int OrderOf(int index) => index < 12 ? index / 3 : 9;

    private int Index(int order, Migratetype type)
    {
        if (order == 9) return (int)type is 1 or 3 ? 13 : 12;
        var t = type == Migratetype.HighAtomic ? 1 : (int)type;
        if (release.ReclaimablePrecedesMovable) t = t switch { 1 => 2, 2 => 1, _ => t };
        return (order * 3) + t;
    }

    private void Pop(int index, List<DrainedBlock> drained)
    {
        var (frame, type) = _lists[index].Last!.Value;
        _lists[index].RemoveLast();
        drained.Add(new DrainedBlock(frame, (byte)OrderOf(index), type));
    }

    private int AfterFree61(int order)
    {
        int batch = Size.Batch, count = Count;
        var fh = FreeFactor != 0 && order is 1 or 2 or 3 && FreeFactor != 0;
        var h = fh ? 0 : Reclaim ? Math.Min(4 * batch, Size.HighMin) : Size.HighMin;
        if (count < h) return 0;
        if (fh) Reached |= PagesetRules.AllAtOnce;
        if (fh) return count;
        if (h < batch) Reached |= PagesetRules.OneAtATime;
        if (h < batch) return 1;
        if (Reclaim) Reached |= PagesetRules.Reclaim;
        var shifted = batch << FreeFactor;
        if (shifted < h - batch && FreeFactor == 5) Reached |= PagesetRules.LargestFactor;
        if (shifted < h - batch && FreeFactor < 5) FreeFactor++;
        return Math.Min(count, Math.Min(Math.Max(shifted, batch), h - batch));
    }

    private int AfterFree612(int order, bool below)
    {
        AllocFactor /= 2;
        int batch = Size.Batch, count = Count, min = Size.HighMin, max = Size.HighMax;
        var costly = order is 1 or 2 or 3;
        var fh = costly && FreeCount >= batch && _previousHigh && (!Cache || count >= batch);
        _previousHigh = costly;
        if (FreeCount < batch * 32) FreeCount += 1 << order;
        var high = High = Math.Min(Math.Max(High, min), max);
        var f = Math.Max(FreeCount, batch);
        int h;
        if (high == 0)
        {
            h = 0;
        }
        else if (fh)
        {
            Reached |= PagesetRules.AllAtOnce;
            High = Math.Max(high - (batch * 32), min);
            h = 0;
        }
        else if (Reclaim)
        {
            Reached |= PagesetRules.Reclaim;
            High = Math.Max(high - f, min);
            h = Math.Min(4 * batch, High);
        }
        else if (min == max)
        {
            h = high;
        }
        else if (below)
        {
            High = Math.Max(high - f, min);
            h = Math.Max(count, min);
        }
        else
        {
            h = high;
            if (count >= high && high < FreeCount + batch) Reached |= PagesetRules.RaisedByFrees;
            if (count >= high && high < FreeCount + batch) High = Math.Min(Math.Max(FreeCount + batch, min), max);
        }

        if (count < h) return 0;
        if (fh) return Math.Min(count, batch * 32);
        if (h < batch) Reached |= PagesetRules.OneAtATime;
        return h < batch ? 1 : Math.Min(count, Math.Min(Math.Max(FreeCount, batch), h - batch));
    }
}
