using Numa.Core.Time;

namespace Numa.Benchmarks.Engine;

/// <summary>A CPU of <see cref="MinimalReference"/>: toggles its slots.</summary>
internal sealed class MinimalCpu
{
    private readonly MinimalZone[] _zones;
    private readonly int[] _walk;
    private readonly MinimalPageset[] _pagesets;
    private readonly (int Page, byte Order, sbyte Zone)[] _slots = new (int, byte, sbyte)[Load.Slots];
    private readonly bool _isMixed;
    private SeededRandom _random;

    /// <param name="isMixed">Draws orders as <see cref="LoadKind.Mixed"/> does, or else all are 0.</param>
    /// <param name="walk">Zones by nearness. Shape: values = index of the zone.</param>
    public MinimalCpu(MinimalZone[] zones, int[] walk, bool isMixed, SeededRandom random)
    {
        (_zones, _walk, _isMixed, _random) = (zones, walk, isMixed, random);
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
            var random = _random.NextUInt64();
            ref var slot = ref _slots[unchecked((int)((random >> 32) * Load.Slots >> 32))];
            if (slot.Zone >= 0)
            {
                Free(slot.Page, slot.Order, slot.Zone);
                slot.Zone = -1;
            }
            else if (!TryAllocate(_isMixed ? OrderOf((int)(random & 1023)) : 0, ref slot))
            {
                Refusals++;
            }
        }
    }

    /// <summary>The shares of a toggle with mixed orders, of 1024.</summary>
    private static int OrderOf(int draw) => draw switch
    {
        < 900 => 0,
        < 960 => 1,
        < 990 => 2,
        < 1008 => 3,
        < 1018 => 5,
        _ => 9,
    };

    private bool TryAllocate(int order, ref (int Page, byte Order, sbyte Zone) slot)
    {
        foreach (var index in _walk)
        {
            var zone = _zones[index];
            if (zone.Buddy.Free - (1 << order) <= zone.Low) continue;
            var page = order < MinimalPageset.Orders ? FromPageset(zone, _pagesets[index], order) : Direct(zone, order);
            if (page == MinimalBuddy.Nothing) continue;
            slot = (page, (byte)order, (sbyte)index);
            return true;
        }

        return false;
    }

    private void Free(int page, int order, int index)
    {
        if (order >= MinimalPageset.Orders)
        {
            lock (_zones[index].Lock) _zones[index].Buddy.Give(page, order);
            return;
        }

        var pageset = _pagesets[index];
        pageset.Push(page, order);
        if (pageset.Total > MinimalPageset.High) Drain(_zones[index], pageset, order);
    }

    private static int FromPageset(MinimalZone zone, MinimalPageset pageset, int order) =>
        pageset.Counts[order] > 0 || Refill(zone, pageset, order) ? pageset.Pop(order) : MinimalBuddy.Nothing;

    private static int Direct(MinimalZone zone, int order)
    {
        lock (zone.Lock) return zone.Buddy.Take(order);
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
