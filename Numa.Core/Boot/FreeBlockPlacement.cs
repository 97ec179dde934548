using System.Collections.Immutable;
using System.Numerics;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Finds places for free blocks of which only the numbers are known.</summary>
/// <remarks>No two of them may merge: of two buddies one is free and the other has a page in use.</remarks>
internal static class FreeBlockPlacement
{
    private const long Largest = 1L << Order.MaxValue;

    /// <param name="memory">Ascending.</param>
    /// <param name="blocks">Shape: index = order.</param>
    /// <param name="left">Pages of blocks for which there was no room.</param>
    /// <returns>The blocks, ascending; largest blocks that touch are one range.</returns>
    public static ImmutableArray<PageRange> Place(
        IEnumerable<PageRange> memory, ImmutableArray<long> blocks, out PageCount left)
    {
        var room = new Room(memory);
        var placed = new List<PageRange>();
        var missing = 0L;
        for (var order = Order.MaxValue; order >= 0; order--)
        {
            for (var wanted = blocks[order]; wanted > 0;)
            {
                var (start, count) = order == Order.MaxValue ? room.TakeLargest(wanted) : room.Take(order);
                if (count == 0)
                {
                    missing += wanted << order;
                    break;
                }

                placed.Add(new(new(start), new(start + (count << order))));
                wanted -= count;
            }
        }

        left = new(missing);
        return [.. placed.OrderBy(range => range.Start)];
    }

    /// <summary>Memory that holds no free block yet, cut into aligned pieces.</summary>
    private sealed class Room
    {
        private readonly Stack<(long Start, long Count)> _largest = new();

        /// <summary>Pieces that may be free as a whole. Shape: index = order.</summary>
        private readonly Stack<long>[] _whole = [.. Enumerable.Range(0, Order.Count).Select(_ => new Stack<long>())];

        /// <summary>Pieces whose buddy is free, so that a page of theirs has to stay in use.</summary>
        private readonly Stack<long>[] _part = [.. Enumerable.Range(0, Order.Count).Select(_ => new Stack<long>())];

        public Room(IEnumerable<PageRange> memory)
        {
            foreach (var range in memory)
            {
                for (var start = range.Start.Value; start < range.End.Value;)
                {
                    var order = start == 0
                        ? Order.MaxValue
                        : Math.Min(Order.MaxValue, BitOperations.TrailingZeroCount(start));
                    while (start + (1L << order) > range.End.Value) order--;
                    var count = order == Order.MaxValue ? (range.End.Value - start) / Largest : 1;
                    if (order == Order.MaxValue) _largest.Push((start, count));
                    else _whole[order].Push(start);
                    start += count << order;
                }
            }
        }

        /// <summary>A run of the largest blocks, from the highest addresses.</summary>
        public (long Start, long Count) TakeLargest(long wanted)
        {
            if (!_largest.TryPop(out var run)) return default;
            var count = Math.Min(run.Count, wanted);
            if (run.Count > count) _largest.Push((run.Start, run.Count - count));
            return (run.Start + (run.Count - count) * Largest, count);
        }

        public (long Start, long Count) Take(int order)
        {
            while (true)
            {
                if (_whole[order].TryPop(out var start)) return (start, 1);
                if (!TrySplit(order)) return default;
            }
        }

        /// <summary>Cuts the smallest piece above an order: its upper half may be free, its lower not wholly.</summary>
        private bool TrySplit(int order)
        {
            for (var from = order + 1; from <= Order.MaxValue; from++)
            {
                if (!_part[from].TryPop(out var start) && !_whole[from].TryPop(out start))
                {
                    if (from < Order.MaxValue) continue;
                    (start, var count) = TakeLargest(1);
                    if (count == 0) return false;
                }

                _part[from - 1].Push(start);
                _whole[from - 1].Push(start + (1L << (from - 1)));
                return true;
            }

            return false;
        }
    }
}
