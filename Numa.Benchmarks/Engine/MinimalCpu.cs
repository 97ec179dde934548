using Numa.Core.Time;

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

/// <summary>A CPU of <see cref="MinimalReference"/>: toggles its slots.</summary>
internal sealed class MinimalCpu
{
    private readonly MinimalZone[] _zones;
    private readonly int[] _walk;
    private readonly MinimalPageset[] _pagesets;
    private readonly (int Page, byte Order, sbyte Zone)[] _slots = new (int, byte, sbyte)[Load.Slots];
    private SeededRandom _random;

    /// <param name="walk">Zones by nearness. Shape: values = index of the zone.</param>
    public MinimalCpu(MinimalZone[] zones, int[] walk, SeededRandom random)
    {
        (_zones, _walk, _random) = (zones, walk, random);
        _pagesets = [.. zones.Select(_ => new MinimalPageset())];
        Array.Fill(_slots, (0, (byte)0, (sbyte)-1));
    }

    public long Refusals { get; private set; }

    /// <summary>Pages in slots and on lists.</summary>
    public long Pages => _pagesets.Sum(pageset => (long)pageset.Total)
        + _slots.Where(slot => slot.Zone >= 0).Sum(slot => 1L << slot.Order);

    public void Toggle(int operations)
    {
        for (; operations > 0; operations--)
        {
            ref var slot = ref _slots[unchecked((int)((_random.NextUInt64() >> 32) * Load.Slots >> 32))];
            if (slot.Zone >= 0)
            {
                Free(slot.Page, slot.Order, slot.Zone);
                slot.Zone = -1;
            }
            else if (!TryAllocate(order: 0, ref slot))
            {
                Refusals++;
            }
        }
    }

    private bool TryAllocate(int order, ref (int Page, byte Order, sbyte Zone) slot)
    {
        foreach (var index in _walk)
        {
            var zone = _zones[index];
            if (zone.Buddy.Free - (1 << order) <= zone.Low) continue;
            var pageset = _pagesets[index];
            if (pageset.Counts[order] == 0 && !Refill(zone, pageset, order)) continue;
            slot = (pageset.Pop(order), (byte)order, (sbyte)index);
            return true;
        }

        return false;
    }

    private void Free(int page, int order, int index)
    {
        var pageset = _pagesets[index];
        pageset.Push(page, order);
        if (pageset.Total > MinimalPageset.High) Drain(_zones[index], pageset, order);
    }

    private static bool Refill(MinimalZone zone, MinimalPageset pageset, int order)
    {
        lock (zone.Lock)
        {
            for (var left = MinimalPageset.Batch; left > 0; left -= 1 << order)
            {
                var page = zone.Buddy.Take(order);
                if (page == MinimalBuddy.Nothing) break;
                pageset.PushBottom(page, order);
            }
        }

        return pageset.Counts[order] > 0;
    }

    private static void Drain(MinimalZone zone, MinimalPageset pageset, int order)
    {
        lock (zone.Lock)
        {
            for (var left = MinimalPageset.Batch; left > 0; order = (order + 1) % MinimalPageset.Orders)
            {
                for (; left > 0 && pageset.Counts[order] > 0; left -= 1 << order)
                    zone.Buddy.Give(pageset.PopBottom(order), order);
            }
        }
    }
}
