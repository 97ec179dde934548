using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Tests.Oracles;

/// <summary>A zone as the rules read: plain lists, a table per frame, everything searched for.</summary>
internal sealed partial class NaiveZone(KernelRelease release, long start, long end, long managed, long highMark)
{
    private readonly LinkedList<long>[,] _lists = Make();
    private readonly SortedDictionary<long, int> _freeOrder = [];
    private readonly Dictionary<long, Migratetype> _usedAs = [];
    private readonly Dictionary<long, Migratetype> _tags = [];

    public long Boost { get; private set; }

    public long Reserved { get; private set; }

    private bool IsOldest => release.Fallback == MigratetypeFallbackRule.TakeLargest;

    private bool IsOld => release.Fallback <= MigratetypeFallbackRule.StealLargest;

    private bool IsNewest => release.Fallback == MigratetypeFallbackRule.ClaimThenSteal;

    public IEnumerable<long> List(int order, Migratetype type) => _lists[order, (int)type];

    public Migratetype Tag(long frame) => _tags.GetValueOrDefault(frame / 512, Migratetype.Movable);

    public int Blocks(int order) => _freeOrder.Values.Count(o => o == order);

    public void Free(long frame, int order, Migratetype type, bool toTail = false)
    {
        for (var f = frame; f < frame + (1 << order); f++) _usedAs.Remove(f);
        if (!IsNewest)
        {
            FreeOne(frame, order, type, toTail);
            return;
        }

        for (var f = frame; f < frame + (1 << order); f += 512)
        {
            FreeOne(f, Math.Min(order, 9), Tag(f), toTail);
        }
    }

    public List<long> Take(int order, Migratetype type, AllocationFlags flags, int count)
    {
        var taken = new List<long>();
        var stealing = false;
        while (taken.Count < count)
        {
            var frame = TakeOne(order, type, flags, ref stealing);
            if (frame < 0) break;
            for (var f = frame; f < frame + (1 << order); f++) _usedAs[f] = type;
            taken.Add(frame);
        }

        return taken;
    }

    private static LinkedList<long>[,] Make()
    {
        var lists = new LinkedList<long>[11, 5];
        for (var order = 0; order < 11; order++)
        {
            for (var type = 0; type < 5; type++) lists[order, type] = [];
        }

        return lists;
    }

    private bool IsFree(long frame, int order) => _freeOrder.TryGetValue(frame, out var o) && o == order;

    private void Remove(long frame)
    {
        var order = _freeOrder[frame];
        for (var type = 0; type < 5; type++) _lists[order, type].Remove(frame);
        _freeOrder.Remove(frame);
    }

    private void Add(long frame, int order, Migratetype type, bool toTail)
    {
        if (toTail) _lists[order, (int)type].AddLast(frame);
        else _lists[order, (int)type].AddFirst(frame);
        _freeOrder.Add(frame, order);
    }

    private void FreeOne(long frame, int order, Migratetype type, bool toTail)
    {
        while (order < 10)
        {
            var buddy = frame ^ (1L << order);
            if (!IsFree(buddy, order)) break;
            if (order == 9 && !IsOld && Tag(buddy) != type)
            {
                if ((int)Tag(buddy) > 2 || (int)type > 2) break;
                if (IsNewest) Retag(buddy, 9, type);
            }

            Remove(buddy);
            frame &= buddy;
            order++;
        }

        var parent = frame & (frame ^ (1L << order));
        Add(frame, order, type, toTail || (order < 9 && IsFree(parent ^ (2L << order), order + 1)));
    }

    private void Retag(long frame, int order, Migratetype type)
    {
        for (var f = frame; f < frame + (1 << order); f += 512) _tags[f / 512] = type;
    }

    private long Smallest(int order, Migratetype type)
    {
        for (var c = order; c <= 10; c++)
        {
            if (_lists[c, (int)type].First is { } head) return Carve(head.Value, order, type);
        }

        return -1;
    }

    private long Carve(long frame, int order, Migratetype remainders)
    {
        var c = _freeOrder[frame];
        Remove(frame);
        while (c-- > order) Add(frame + (1L << c), c, remainders, toTail: false);
        return frame;
    }

    private long TakeOne(int order, Migratetype type, AllocationFlags flags, ref bool stealing)
    {
        if (IsOld)
        {
            var hard = (flags & AllocationFlags.NonBlock) != 0;
            var got = hard ? Smallest(order, Migratetype.HighAtomic) : -1;
            if (got < 0) got = Smallest(order, type);
            return got >= 0 ? got : FallBackOld(order, type);
        }

        var frame = (flags & AllocationFlags.HighAtomic) != 0 ? Smallest(order, Migratetype.HighAtomic) : -1;
        if (frame < 0 && !stealing) frame = Smallest(order, type);
        if (frame < 0)
        {
            frame = IsNewest
                ? FallBackNewest(order, type, flags, ref stealing)
                : FallBackMiddle(order, type, flags);
        }

        if (frame < 0 && (flags & (AllocationFlags.Oom | AllocationFlags.NonBlock)) != 0)
        {
            frame = Smallest(order, Migratetype.HighAtomic);
        }

        return frame;
    }
}
