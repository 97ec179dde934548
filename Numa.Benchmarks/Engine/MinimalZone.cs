namespace Numa.Benchmarks.Engine;

/// <summary>A zone of <see cref="MinimalReference"/>: buddy lists behind a lock.</summary>
internal sealed class MinimalZone(int pages)
{
    public Lock Lock { get; } = new();

    public MinimalBuddy Buddy { get; } = new(pages);

    /// <summary>A zone with no more free pages than this is passed over.</summary>
    public int Low { get; } = pages / 200;
}

/// <summary>The page lists of one CPU for one zone: a stack for each order.</summary>
/// <remarks>Pages are taken from the top and drained from the bottom, as from the lists of a kernel.</remarks>
internal sealed class MinimalPageset
{
    public const int Orders = 4;

    /// <summary>Pages that one visit moves.</summary>
    public const int Batch = 63;

    /// <summary>Pages above which a batch is drained: what Linux 6.1 has for a zone of 1 GiB and 32 CPUs.</summary>
    public const int High = 4 * Batch;

    private const int Ring = 512;

    private readonly int[] _pages = new int[Orders * Ring];
    private readonly int[] _tops = new int[Orders];

    /// <summary>Blocks by order.</summary>
    public int[] Counts { get; } = new int[Orders];

    /// <summary>Pages of all orders.</summary>
    public int Total { get; private set; }

    public void Push(int page, int order)
    {
        unchecked
        {
            _pages[order * Ring + (_tops[order]++ & (Ring - 1))] = page;
            Counts[order]++;
            Total += 1 << order;
        }
    }

    /// <summary>Below all others: the next to be drained.</summary>
    public void PushBottom(int page, int order)
    {
        unchecked
        {
            Counts[order]++;
            Total += 1 << order;
            _pages[order * Ring + ((_tops[order] - Counts[order]) & (Ring - 1))] = page;
        }
    }

    public int Pop(int order)
    {
        unchecked
        {
            Counts[order]--;
            Total -= 1 << order;
            return _pages[order * Ring + (--_tops[order] & (Ring - 1))];
        }
    }

    public int PopBottom(int order)
    {
        unchecked
        {
            var page = _pages[order * Ring + ((_tops[order] - Counts[order]) & (Ring - 1))];
            Counts[order]--;
            Total -= 1 << order;
            return page;
        }
    }
}
