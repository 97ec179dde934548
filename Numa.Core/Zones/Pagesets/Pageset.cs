using System.Runtime.CompilerServices;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Pagesets;

/// <summary>A block leaving a pageset for the buddy allocator.</summary>
public readonly record struct DrainedBlock(long Frame, byte Order, Migratetype Type);

/// <summary>One CPU's page lists for one zone: short lists in front of the zone lock.</summary>
/// <remarks>Not made until first used. Source: <c>struct per_cpu_pages</c>, Linux include/linux/mmzone.h.</remarks>
public sealed class Pageset
{
    private const int Types = 3;
    private const int LargestSmallOrder = 3;

    /// <summary>Lists of order-9 blocks: not movable, and movable.</summary>
    private const int HugeList = (LargestSmallOrder + 1) * Types;
    private const int TypeBits = 3;

    private static readonly byte[] MovableFirst = Indexes(reclaimableFirst: false);
    private static readonly byte[] ReclaimableFirst = Indexes(reclaimableFirst: true);

    private readonly PagesetTuning _tuning;
    private readonly int _listCount;
    private readonly bool _roundRobin;
    private readonly int _heldOrders;

    /// <summary>Which list holds an order and type. Shape: index = order × 8 + type.</summary>
    private readonly byte[] _indexOf;

    // An entry is the frame and, below it, the type to free it with: kernels before 6.12 remember it.
    private PageDeque[] _lists = [];

    public Pageset(KernelRelease release, PagesetSize size)
    {
        _tuning = release.PagesetSizing switch
        {
            PagesetSizingRule.SixBatches => new SixBatches(),
            PagesetSizingRule.LowMarkPerCpu => new LowMarkPerCpu(),
            _ => new AutoTuned(),
        };
        _tuning.Size = size;
        _roundRobin = release.Pagesets == PagesetShape.OrderZero;
        _listCount = _roundRobin ? Types : HugeList + 2;
        _indexOf = release.ReclaimablePrecedesMovable ? ReclaimableFirst : MovableFirst;
        for (var order = 0; order < Order.Count; order++) _heldOrders |= Holds(release, order) ? 1 << order : 0;
    }

    /// <summary>A pageset as a running kernel held it.</summary>
    /// <param name="tagOf">Tag of a frame's pageblock: the type that the kernel remembers of a listed block, unless the
    /// block was taken from another type and its pageblock kept its tag; then it lies on the list of the type that it
    /// was taken for.</param>
    public Pageset(KernelRelease release, PagesetSize size, PagesetState state, Func<long, Migratetype> tagOf)
        : this(release, size)
    {
        _tuning.Restore(state);
        foreach (var ((order, type), frames) in state.Lists)
        {
            ref var list = ref Lists()[IndexOf(order, type)];
            foreach (var frame in frames)
            {
                var tag = tagOf(frame);
                var remembered = IndexOf(order, tag) == IndexOf(order, type) ? tag : type;
                list.PushTail(frame << TypeBits | (long)remembered);
            }

            Count += frames.Length << order;
        }
    }

    /// <summary>Pages on all lists.</summary>
    public int Count { get; private set; }

    /// <summary>New sizes; pages already held are not trimmed.</summary>
    public PagesetSize Size { get => _tuning.Size; set => _tuning.Size = value; }

    /// <summary>kswapd is at work on the zone, so keep less.</summary>
    /// <remarks>Source: <c>ZONE_RECLAIM_ACTIVE</c>.</remarks>
    public bool ReclaimActive { get => _tuning.ReclaimActive; set => _tuning.ReclaimActive = value; }

    /// <summary>The CPU's slice of the data cache holds more than three batches.</summary>
    /// <remarks>Source: <c>PCPF_FREE_HIGH_BATCH</c>.</remarks>
    public bool CacheHoldsBatches { get => _tuning.CacheHoldsBatches; set => _tuning.CacheHoldsBatches = value; }

    /// <summary>High mark as it stands; auto-tuned releases move it when they use it.</summary>
    public int High => _tuning.High;

    public int FreeFactor => _tuning.FreeFactor;

    public int FreeCount => _tuning.FreeCount;

    public int AllocFactor => _tuning.AllocFactor;

    /// <summary>Whether pagesets of the release hold this order at all.</summary>
    public static bool Holds(KernelRelease release, int order) => release.Pagesets == PagesetShape.OrderZero
        ? order == 0
        : order is <= LargestSmallOrder or Order.Pageblock;

    /// <summary>Whether this pageset holds the order.</summary>
    public bool Holds(int order) => (_heldOrders >> order & 1) != 0;

    public bool IsEmpty(int order, Migratetype type) => _lists.Length == 0 || _lists[IndexOf(order, type)].Count == 0;

    /// <summary>Bookkeeping at the start of every allocation: past frees count for less.</summary>
    public void BeginAllocation() => _tuning.BeginAllocation();

    /// <summary>How many blocks to ask the zone for, now that the list is empty. Advances the tuning.</summary>
    public int NextRefill(int order, bool zoneBelowHigh) => _tuning.NextRefill(Count, order, zoneBelowHigh);

    /// <summary>Appends refilled blocks at the tail.</summary>
    public void Append(int order, Migratetype type, ReadOnlySpan<long> frames)
    {
        unchecked
        {
            ref var list = ref Lists()[IndexOf(order, type)];
            foreach (var frame in frames) list.PushTail(frame << TypeBits | (long)type);
            Count += frames.Length << order;
        }
    }

    /// <summary>Takes the head of a list that is not empty.</summary>
    public long TakeHead(int order, Migratetype type)
    {
        Invariant.Holds(TryTakeHead(order, type, out var frame));
        return frame;
    }

    /// <summary>Takes the head of a list, if it has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeHead(int order, Migratetype type, out long frame)
    {
        unchecked
        {
            frame = 0;
            var lists = _lists;
            var index = IndexOf(order, type);
            if ((uint)index >= (uint)lists.Length) return false;
            ref var list = ref lists[index];
            if (list.Count == 0) return false;
            frame = list.PopHead() >> TypeBits;
            Count -= 1 << order;
            return true;
        }
    }

    /// <summary>Puts a freed block at the head.</summary>
    /// <param name="type">Tag of its pageblock; HighAtomic is held on the Movable list. Isolate never comes
    /// here.</param>
    /// <returns>Pages to drain now, 0 for none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Insert(int order, Migratetype type, long frame, bool zoneBelowHigh)
    {
        unchecked
        {
            Lists()[IndexOf(order, type)].PushHead(frame << TypeBits | (long)type);
            Count += 1 << order;
            return _tuning.AfterFree(Count, order, zoneBelowHigh);
        }
    }

    /// <summary>Takes blocks to drain, coldest first, in the order in which they are freed to the buddy
    /// lists.</summary>
    /// <param name="pages">Pages to drain.</param>
    /// <param name="order">Order of the list that triggered the drain; 0 with type Unmovable for drain-all.</param>
    /// <param name="into">Receives the blocks, behind what it holds.</param>
    /// <returns>Number of blocks written.</returns>
    public int Drain(int pages, int order, Migratetype type, List<DrainedBlock> into)
    {
        var before = into.Count;
        pages = Math.Min(pages, Count);
        if (pages <= 0) return 0;
        if (_roundRobin) DrainRoundRobin(pages, into);
        else DrainFrom(IndexOf(order, type), pages, into);
        return into.Count - before;
    }

    /// <summary>The next pass of the vmstat timer would lower the high mark, or drain what lies above it.</summary>
    public bool Decays => _tuning.Decays(Count);

    /// <summary>The pass of the vmstat timer: lowers the high mark of releases that tune it.</summary>
    /// <returns>Pages above it, to be drained in steps of a batch.</returns>
    public int Decay()
    {
        _tuning.Decay(Count);
        return _tuning is AutoTuned ? Math.Max(0, Count - High) : 0;
    }

    /// <summary>Looks for a block on the lists of its order.</summary>
    /// <returns>Entries between the head of its list and the block; −1 when it is on none.</returns>
    public int Find(int order, long frame, out Migratetype type)
    {
        for (type = Migratetype.Unmovable; type < Migratetype.HighAtomic; type++)
        {
            if (_lists.Length == 0) break;
            ref readonly var list = ref _lists[IndexOf(order, type)];
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] >> TypeBits == frame) return i;
            }
        }

        return -1;
    }

    /// <summary>Puts another block in a listed one's place; it will be freed as the other would have been.</summary>
    public void Replace(int order, Migratetype type, int position, long frame)
    {
        ref var list = ref _lists[IndexOf(order, type)];
        list[position] = frame << TypeBits | (list[position] & ((1 << TypeBits) - 1));
    }

    /// <summary>Takes a block out of the middle of a list.</summary>
    public void Remove(int order, Migratetype type, int position)
    {
        _lists[IndexOf(order, type)].RemoveAt(position);
        Count -= 1 << order;
    }

    /// <summary>Puts a block at the head of the list that it was taken from, as if it had never been taken.</summary>
    public void PutBack(int order, Migratetype type, long frame)
    {
        Lists()[IndexOf(order, type)].PushHead(frame << TypeBits | (long)type);
        Count += 1 << order;
    }

    /// <summary>Every listed block in list order, head first.</summary>
    public IEnumerable<long> List(int order, Migratetype type)
    {
        if (_lists.Length == 0) yield break;
        var index = IndexOf(order, type);
        for (var i = 0; i < _lists[index].Count; i++) yield return _lists[index][i] >> TypeBits;
    }

    private static int OrderOf(int index) => index >= HugeList ? Order.Pageblock : index / Types;

    private PageDeque[] Lists() => _lists.Length != 0 ? _lists : _lists = new PageDeque[_listCount];

    private int IndexOf(int order, Migratetype type) => _indexOf[order << TypeBits | (int)type];

    private static byte[] Indexes(bool reclaimableFirst)
    {
        var indexes = new byte[Order.Count << TypeBits];
        for (var order = 0; order < Order.Count; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                var list = type < Migratetype.HighAtomic ? (int)type : (int)Migratetype.Movable;
                var index = order == Order.Pageblock
                    ? HugeList + (list == (int)Migratetype.Movable ? 1 : 0)
                    : order * Types + (reclaimableFirst && list != 0 ? Types - list : list);
                indexes[order << TypeBits | (int)type] = (byte)index;
            }
        }

        return indexes;
    }

    /// <summary>Empties the list that triggered the drain, then the next, around.</summary>
    private void DrainFrom(int index, int pages, List<DrainedBlock> into)
    {
        while (pages > 0)
        {
            var order = OrderOf(index);
            ref var list = ref _lists[index];
            for (; pages > 0 && list.Count > 0; pages -= 1 << order) Release(ref list, order, into);
            index = index + 1 == _listCount ? 0 : index + 1;
        }
    }

    /// <summary>Takes from the lists in turn, more at a time the more empty lists it passes.</summary>
    private void DrainRoundRobin(int pages, List<DrainedBlock> into)
    {
        int index = 0, turn = 0;
        while (pages > 0)
        {
            do
            {
                turn++;
                index = index + 1 == Types ? 0 : index + 1;
            }
            while (_lists[index].Count == 0);

            // Three steps to come here: the only list with pages, so take all of them at once.
            if (turn == Types) turn = pages;
            ref var list = ref _lists[index];
            do Release(ref list, 0, into);
            while (--pages > 0 && --turn > 0 && list.Count > 0);
        }
    }

    private void Release(ref PageDeque list, int order, List<DrainedBlock> into)
    {
        unchecked
        {
            var entry = list.PopTail();
            Count -= 1 << order;
            into.Add(new DrainedBlock(entry >> TypeBits, (byte)order, (Migratetype)(entry & ((1 << TypeBits) - 1))));
        }
    }
}
