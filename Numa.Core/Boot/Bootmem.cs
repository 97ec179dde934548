using System.Numerics;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Boot;

/// <summary>One node's memory in the allocator that came before memblock: a bit for each page, set while the page is
/// taken.</summary>
/// <remarks>Unit: bytes for addresses. All pages are taken at first. Source: Linux mm/bootmem.c, removed in
/// 4.20.</remarks>
public sealed class Bootmem
{
    /// <summary>Pages that one word of the bitmap stands for.</summary>
    public const int WordPages = 64;

    private const ulong PageSize = 1ul << PageFrameNumber.PageShift;
    private readonly PageRange _node;
    private readonly ulong[] _taken;

    /// <summary>Index of the page behind the last success: the next search begins there.</summary>
    private long _next;

    /// <summary>Where the last success ended, counted from the node's start.</summary>
    private ulong _lastEnd;

    public Bootmem(PageRange node)
    {
        _node = node;
        _taken = new ulong[(node.Pages.Value + (WordPages - 1)) / WordPages];
        Array.Fill(_taken, ulong.MaxValue);
    }

    /// <summary>Pages that the bitmap itself takes: a bit for each page of the node, in whole words.</summary>
    public PageCount BitmapPages => PagesFor(_node.Pages);

    /// <summary>Pages that the bitmap of so many pages takes.</summary>
    public static PageCount PagesFor(PageCount pages)
    {
        var bytes = (pages.Value + 7) / 8;
        var words = (bytes + 7) / 8;
        return new(PageFrameNumber.Ceiling((ulong)words * 8).Value);
    }

    /// <summary>Gives pages back: only those that lie in the range as a whole. Each must be taken.</summary>
    public void Free(ulong start, ulong end)
    {
        for (var page = Index(PageFrameNumber.Ceiling(start)); page < Index(PageFrameNumber.Floor(end)); page++)
        {
            // A word at a time where that is the same.
            if (page % WordPages == 0 && page + WordPages <= Index(PageFrameNumber.Floor(end)))
            {
                Invariant.Holds(_taken[page / WordPages] == ulong.MaxValue, "bootmem frees what is taken");
                _taken[page / WordPages] = 0;
                page += WordPages - 1;
                continue;
            }

            Invariant.Holds(IsTaken(page), "bootmem frees what is taken");
            _taken[page / WordPages] &= ~(1ul << (int)(page % WordPages));
        }
    }

    /// <summary>Takes every page that the range touches, whether or not it is taken.</summary>
    public void Reserve(ulong start, ulong end) =>
        Take(Index(PageFrameNumber.Floor(start)), Index(PageFrameNumber.Ceiling(end)));

    /// <summary>Takes the first place that fits: from the goal or the last success up, then from the goal, then from
    /// the node's start.</summary>
    /// <param name="alignment">A power of two.</param>
    /// <param name="goal">Lowest address that is wanted.</param>
    /// <remarks>A request that need not begin with a page begins where the last one ended, if that was in the page
    /// below the place found.</remarks>
    public bool TryAllocate(ulong size, ulong alignment, ulong goal, out ulong start)
    {
        start = 0;
        var step = Math.Max(1, (long)(alignment >> PageFrameNumber.PageShift));
        var pages = PageFrameNumber.Ceiling(size).Value;
        var wanted = Math.Max(0, Index(PageFrameNumber.Floor(goal)));
        if (wanted >= _node.Pages.Value) wanted = 0;
        var page = _next > wanted ? FirstFit(_next, pages, step) : -1;
        if (page < 0) page = FirstFit(wanted, pages, step);
        if (page < 0) page = FirstFit(0, pages, step);
        if (page < 0) return false;

        var from = (ulong)page * PageSize;
        var isBelow = _lastEnd % PageSize != 0 && (long)(_lastEnd / PageSize) + 1 == page;
        if (isBelow && alignment < PageSize) from = (_lastEnd + (alignment - 1)) & ~(alignment - 1);
        _lastEnd = from + size;
        _next = PageFrameNumber.Ceiling(_lastEnd).Value;
        Take(page, _next);
        start = _node.Start.Address + from;
        return true;
    }

    /// <summary>Runs of free pages, ascending.</summary>
    public IEnumerable<PageRange> FreeRanges()
    {
        for (var page = NextFree(0); page < _node.Pages.Value;)
        {
            var end = NextTaken(page);
            yield return new(new(_node.Start.Value + page), new(_node.Start.Value + end));
            page = NextFree(end);
        }
    }

    private long Index(PageFrameNumber frame) => frame.Value - _node.Start.Value;

    private bool IsTaken(long page) => (_taken[page / WordPages] >> (int)(page % WordPages) & 1) != 0;

    private void Take(long from, long to)
    {
        for (var page = Math.Max(0, from); page < Math.Min(to, _node.Pages.Value); page++)
            _taken[page / WordPages] |= 1ul << (int)(page % WordPages);
    }

    private long FirstFit(long from, long pages, long step)
    {
        var page = AlignUp(NextFree(from), step);
        while (page + pages <= _node.Pages.Value)
        {
            var end = IsTaken(page) ? page : NextTaken(page);
            if (end - page >= pages) return page;
            page = AlignUp(NextFree(Math.Max(end, page + 1)), step);
        }

        return -1;
    }

    /// <summary>Alignment is that of the frame, not of its place in the node.</summary>
    private long AlignUp(long page, long step)
    {
        var frame = _node.Start.Value + page;
        return ((frame + (step - 1)) & ~(step - 1)) - _node.Start.Value;
    }

    private long NextFree(long page) => Next(page, flip: ulong.MaxValue);

    private long NextTaken(long page) => Next(page, flip: 0);

    /// <summary>First page from here on whose bit, flipped or not, is set; the node's end if there is none.</summary>
    private long Next(long page, ulong flip)
    {
        while (page < _node.Pages.Value)
        {
            var rest = (_taken[page / WordPages] ^ flip) >> (int)(page % WordPages);
            if (rest != 0) return Math.Min(_node.Pages.Value, page + BitOperations.TrailingZeroCount(rest));
            page = (page / WordPages + 1) * WordPages;
        }

        return _node.Pages.Value;
    }
}
