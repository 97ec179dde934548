using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Tests.Oracles;

/// <summary>A zone as the rules read: plain lists, a table per frame, everything searched for.</summary>
internal sealed partial class NaiveZone(KernelRelease release, long start, long end, long managed, long highMark)
{
    private readonly LinkedList<long>[,] _lists = Make();

    // Per frame: the place in its list of a free block that begins there, and the type that a used page was taken as.
    private readonly LinkedListNode<long>?[] _listed = new LinkedListNode<long>?[end - start];
    private readonly int[] _orders = new int[end - start];
    private readonly Migratetype?[] _usedAs = new Migratetype?[end - start];
    private readonly Dictionary<long, Migratetype> _tags = [];

    public long Boost { get; private set; }

    public long Reserved { get; private set; }

    /// <summary>Rules that the history has come to.</summary>
    public ZoneRules Reached { get; private set; }

    /// <summary>Allocations that another type served.</summary>
    public long Fallbacks { get; private set; }

    /// <summary>Pages that an ordinary request may not count on.</summary>
    public long NotForAll => release.HighAtomic == HighAtomicRule.OnDemandFreeOnly
        ? Enumerable.Range(0, 11).Sum(order => (long)_lists[order, 3].Count << order)
        : Reserved;

    private bool IsOldest => release.Name is "3.10";

    private bool IsOld => release.Fallback == MigratetypeFallbackRule.StealLargest;

    private bool IsNewest => release.Fallback == MigratetypeFallbackRule.ClaimThenSteal;

    // Up to 4.3 the type numbered 3 is the fixed reserve, which every type may use last.
    private bool HasFixedReserve => release.HighAtomic == HighAtomicRule.ReservePageblocks;

    public IEnumerable<long> List(int order, Migratetype type) => _lists[order, (int)type];

    public Migratetype Tag(long frame) => _tags.GetValueOrDefault(frame / 512, Migratetype.Movable);

    public int Blocks(int order) => Enumerable.Range(0, 5).Sum(type => _lists[order, type].Count);

    public void Free(long frame, int order, Migratetype type, bool toTail = false)
    {
        for (var f = frame; f < frame + (1 << order); f++) _usedAs[f - start] = null;
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
            for (var f = frame; f < frame + (1 << order); f++) _usedAs[f - start] = type;
            taken.Add(frame);
        }

        return taken;
    }

    public void Retag(long frame, int order, Migratetype type)
    {
        for (var f = frame; f < frame + (1 << order); f += 512) _tags[f / 512] = type;
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

    private bool IsFree(long frame) => frame >= start && frame < end && _listed[frame - start] is not null;

    private bool IsFree(long frame, int order) => IsFree(frame) && _orders[frame - start] == order;

    private void Remove(long frame)
    {
        var node = _listed[frame - start]!;
        node.List!.Remove(node);
        _listed[frame - start] = null;
    }

    private void Add(long frame, int order, Migratetype type, bool toTail)
    {
        var list = _lists[order, (int)type];
        _listed[frame - start] = toTail ? list.AddLast(frame) : list.AddFirst(frame);
        _orders[frame - start] = order;
    }

    private void FreeOne(long frame, int order, Migratetype type, bool toTail)
    {
        while (order < 10)
        {
            var buddy = frame ^ (1L << order);
            if (!IsFree(buddy, order)) break;
            if (order == 9 && KeepsApart(buddy, type))
            {
                Reached |= ZoneRules.PageblocksApart;
                break;
            }

            if (order == 9 && Tag(buddy) != type) Reached |= ZoneRules.MixedMerge;
            if (order == 9 && IsNewest) Retag(buddy, 9, type);

            Remove(buddy);
            frame &= buddy;
            order++;
        }

        var parent = frame & (frame ^ (1L << order));
        var likely = order < 9 && IsFree(parent ^ (2L << order), order + 1);
        if (likely) Reached |= ZoneRules.LikelyMerge;
        Add(frame, order, type, toTail || likely);
    }

    private bool KeepsApart(long buddy, Migratetype type) => IsOld
        ? type == Migratetype.Isolate
        : Tag(buddy) != type && ((int)Tag(buddy) > 2 || (int)type > 2);

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
        var c = _orders[frame - start];
        Remove(frame);
        while (c-- > order) Add(frame + (1L << c), c, remainders, toTail: false);
        return frame;
    }

    private long TakeOne(int order, Migratetype type, AllocationFlags flags, ref bool stealing)
    {
        var first = IsOld ? AllocationFlags.NonBlock : AllocationFlags.HighAtomic;
        var frame = (flags & first) != 0 && !HasFixedReserve ? Smallest(order, Migratetype.HighAtomic) : -1;
        if (frame >= 0) Reached |= ZoneRules.ReserveTaken;
        if (frame < 0 && !stealing) frame = Smallest(order, type);
        if (frame < 0)
        {
            frame = IsOld ? FallBackOld(order, type)
                : IsNewest ? FallBackNewest(order, type, flags, ref stealing)
                : FallBackMiddle(order, type, flags);
            if (frame >= 0) Fallbacks++;
        }

        if (frame < 0 && !IsOld && (flags & (AllocationFlags.Oom | AllocationFlags.NonBlock)) != 0)
        {
            frame = Smallest(order, Migratetype.HighAtomic);
        }

        return frame;
    }
}
