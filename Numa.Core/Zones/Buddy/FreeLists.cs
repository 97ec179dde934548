using System.Runtime.CompilerServices;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Zones.Buddy;

/// <summary>A zone's free lists in exact order, one per order and migratetype. Pages are zone-relative.</summary>
/// <remarks>Source: <c>struct free_area</c>, Linux include/linux/mmzone.h.</remarks>
internal sealed class FreeLists
{
    /// <summary>Migratetypes that have lists; Isolate is the last.</summary>
    public const int Types = 5;

    private const int TypeBits = 3;

    private readonly PageSections _sections;
    private readonly LargestBlocks _largest;
    private readonly Ends[] _ends = new Ends[Order.MaxValue << TypeBits];
    private readonly uint[] _orders = new uint[Types];
    private readonly int[] _blocks = new int[Order.Count];

    public FreeLists(PageSections sections, LargestBlocks largest)
    {
        _sections = sections;
        _largest = largest;
        Array.Fill(_ends, new Ends { Head = -1, Tail = -1 });
    }

    /// <summary>Bit k: the list of order k is not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint OrdersOf(int type) => _orders[type];

    /// <summary>Free blocks of an order, all types.</summary>
    public int Blocks(int order) => _blocks[order];

    public void CountBlocks(ref OrderCounts counts) => _blocks.CopyTo((Span<int>)counts);

    public bool IsEmpty(int order, int type) => (_orders[type] >> order & 1) == 0;

    /// <summary>First page of the first block of a list that is not empty.</summary>
    public int Head(int order, int type) =>
        order == Order.MaxValue ? _largest.Head(type) << order : _ends[order << TypeBits | type].Head;

    public void PushHead(int page, int order, int type)
    {
        unchecked
        {
            _blocks[order]++;
            if (order == Order.MaxValue)
            {
                _orders[type] |= 1u << order;
                _largest.PushHead(page >> order, type);
                return;
            }

            ref var ends = ref _ends[order << TypeBits | type];
            var next = ends.Head;
            if (next >= 0)
            {
                PageWord.SetPrevious(ref _sections.Word(next), page);
            }
            else
            {
                _orders[type] |= 1u << order;
                ends.Tail = next = page;
            }

            ends.Head = page;
            _sections.Word(page) = PageWord.Free(order, next, page);
        }
    }

    public void PushTail(int page, int order, int type)
    {
        unchecked
        {
            _blocks[order]++;
            if (order == Order.MaxValue)
            {
                _orders[type] |= 1u << order;
                _largest.PushTail(page >> order, type);
                return;
            }

            ref var ends = ref _ends[order << TypeBits | type];
            var previous = ends.Tail;
            if (previous >= 0)
            {
                PageWord.SetNext(ref _sections.Word(previous), page);
            }
            else
            {
                _orders[type] |= 1u << order;
                ends.Head = previous = page;
            }

            ends.Tail = page;
            _sections.Word(page) = PageWord.Free(order, page, previous);
        }
    }

    /// <summary>Puts a run of order-10 blocks on a list at once, as if one after the other in ascending
    /// order.</summary>
    public void PushLargest(int page, int blocks, int type, bool toTail)
    {
        var first = page >> Order.MaxValue;
        if (toTail) _largest.PushRunTail(first, blocks, 1, type);
        else _largest.PushRunHead(first + blocks - 1, blocks, -1, type);
        _orders[type] |= 1u << Order.MaxValue;
        _blocks[Order.MaxValue] += blocks;
    }

    /// <summary>Takes the head of a list that is not empty. The page's word is left for the caller to write.</summary>
    public int TakeHead(int order, int type)
    {
        unchecked
        {
            _blocks[order]--;
            if (order == Order.MaxValue)
            {
                var block = _largest.TakeHead(type);
                if (_largest.IsEmpty(type)) _orders[type] &= ~(1u << order);
                return block << order;
            }

            ref var ends = ref _ends[order << TypeBits | type];
            var page = ends.Head;
            ref var word = ref _sections.Word(page);
            DropHead(ref ends, page, PageWord.Next(word), order, type);
            word = 0;
            return page;
        }
    }

    /// <summary>Takes a block below order 10 out of whatever list it is on.</summary>
    public void Unlink(int page, int order, ref ulong word)
    {
        unchecked
        {
            _blocks[order]--;
            int next = PageWord.Next(word), previous = PageWord.Previous(word);
            word = 0;
            if (previous != page && next != page)
            {
                PageWord.SetNext(ref _sections.Word(previous), next);
                PageWord.SetPrevious(ref _sections.Word(next), previous);
                return;
            }

            // Only at an end of its list need a block's type be known, and there the ends tell it.
            if (previous == page)
            {
                var type = 0;
                while (_ends[order << TypeBits | type].Head != page) type++;
                DropHead(ref _ends[order << TypeBits | type], page, next, order, type);
            }
            else
            {
                var type = 0;
                while (_ends[order << TypeBits | type].Tail != page) type++;
                _ends[order << TypeBits | type].Tail = previous;
                PageWord.SetNext(ref _sections.Word(previous), previous);
            }
        }
    }

    /// <summary>Takes a block out of its list, wherever it stands there.</summary>
    /// <returns>Type of the list.</returns>
    public int Take(int page, int order)
    {
        if (order < Order.MaxValue)
        {
            var type = TypeOf(page, order);
            Unlink(page, order, ref _sections.Word(page));
            return type;
        }

        _blocks[order]--;
        var taken = _largest.Take(page >> order);
        if (_largest.IsEmpty(taken)) _orders[taken] &= ~(1u << order);
        return taken;
    }

    /// <summary>First page of every block of a list, head first.</summary>
    public IEnumerable<int> List(int order, int type)
    {
        if (order == Order.MaxValue)
        {
            foreach (var block in _largest.List(type)) yield return block << order;
            yield break;
        }

        var page = _ends[order << TypeBits | type].Head;
        for (var previous = page; page >= 0;)
        {
            var word = _sections.Peek(page);
            Invariant.Holds(PageWord.IsFree(word, order), "a listed block is free with the order of its list");
            Invariant.Holds(PageWord.Previous(word) == previous, "links go both ways");
            yield return page;
            previous = page;
            page = PageWord.Next(word);
            if (page == previous) break;
        }
    }

    /// <summary>Last page of a list below order 10, or -1: for checks.</summary>
    public int Tail(int order, int type) => _ends[order << TypeBits | type].Tail;

    /// <summary>Type of the list that a block below order 10 is on: only its head tells.</summary>
    private int TypeOf(int page, int order)
    {
        for (var previous = PageWord.Previous(_sections.Word(page)); previous != page;)
        {
            page = previous;
            previous = PageWord.Previous(_sections.Word(page));
        }

        var type = 0;
        while (_ends[order << TypeBits | type].Head != page) type++;
        return type;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DropHead(ref Ends ends, int page, int next, int order, int type)
    {
        if (next != page)
        {
            ends.Head = next;
            PageWord.SetPrevious(ref _sections.Word(next), next);
        }
        else
        {
            ends.Head = ends.Tail = -1;
            _orders[type] &= ~(1u << order);
        }
    }

    private struct Ends
    {
        public int Head;
        public int Tail;
    }
}
