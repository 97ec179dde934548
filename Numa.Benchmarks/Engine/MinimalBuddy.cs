namespace Numa.Benchmarks.Engine;

/// <summary>A buddy allocator and no more: free lists by order, linked through one word for each page.</summary>
/// <remarks>Words lie in sections that are made when first written. A word holds the order of the free block that
/// begins there, plus one (4 bits), and the pages before and behind it in its list (30 bits each).</remarks>
internal sealed class MinimalBuddy
{
    public const int MaxOrder = 10;
    public const int Nothing = -1;

    private const int SectionShift = 15;
    private const int SectionMask = (1 << SectionShift) - 1;
    private const int LinkBits = 30;
    private const int OrderShift = 60;
    private const ulong LinkMask = (1ul << LinkBits) - 1;

    /// <summary>Link at either end of a list: no page has this number.</summary>
    private const int End = (int)LinkMask;

    private readonly ulong[]?[] _sections;
    private readonly int[] _heads = new int[MaxOrder + 1];
    private readonly int _pages;

    /// <summary>Largest blocks from here on were never taken, and lie behind all others of their order.</summary>
    private int _untouched;

    /// <param name="pages">A multiple of the largest block.</param>
    public MinimalBuddy(int pages)
    {
        _pages = pages;
        _sections = new ulong[]?[(pages + SectionMask) >> SectionShift];
        Array.Fill(_heads, End);
        Free = pages;
    }

    /// <summary>Unit: pages.</summary>
    public int Free { get; private set; }

    /// <returns>The first page, or <see cref="Nothing"/>.</returns>
    public int Take(int order)
    {
        unchecked
        {
            for (var found = order; found <= MaxOrder; found++)
            {
                var page = _heads[found];
                if (page != End) Unlink(page, found);
                else if (found == MaxOrder && _untouched < _pages) page = TakeUntouched();
                else continue;
                while (found > order)
                {
                    found--;
                    Push(page + (1 << found), found);
                }

                Free -= 1 << order;
                return page;
            }
        }

        return Nothing;
    }

    public void Give(int page, int order)
    {
        unchecked
        {
            Free += 1 << order;
            for (; order < MaxOrder; order++)
            {
                var buddy = page ^ (1 << order);
                if (buddy >= _pages || Word(buddy) >> OrderShift != (ulong)(order + 1)) break;
                Unlink(buddy, order);
                page &= buddy;
            }

            Push(page, order);
        }
    }

    private int TakeUntouched()
    {
        var page = _untouched;
        _untouched += 1 << MaxOrder;
        return page;
    }

    private ref ulong Word(int page)
    {
        unchecked
        {
            var section = _sections[page >> SectionShift] ??= new ulong[1 << SectionShift];
            return ref section[page & SectionMask];
        }
    }

    private void Push(int page, int order)
    {
        unchecked
        {
            var next = _heads[order];
            Word(page) = (ulong)(order + 1) << OrderShift | (ulong)End << LinkBits | (uint)next;
            if (next != End) SetPrevious(next, page);
            _heads[order] = page;
        }
    }

    private void Unlink(int page, int order)
    {
        unchecked
        {
            ref var word = ref Word(page);
            var next = (int)(word & LinkMask);
            var previous = (int)(word >> LinkBits & LinkMask);
            word = 0;
            if (next != End) SetPrevious(next, previous);
            if (previous == End)
            {
                _heads[order] = next;
                return;
            }

            ref var before = ref Word(previous);
            before = before & ~LinkMask | (uint)next;
        }
    }

    private void SetPrevious(int page, int previous)
    {
        unchecked
        {
            ref var word = ref Word(page);
            word = word & ~(LinkMask << LinkBits) | (ulong)(uint)previous << LinkBits;
        }
    }
}
